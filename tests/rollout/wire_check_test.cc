#include "rollout/wire_check.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace whet {
namespace {

TEST(CheckWireTest, ACallComesBack) {
  const absl::StatusOr<WireCheck> check = CheckWire(absl::Minutes(1));
  ASSERT_TRUE(check.ok()) << check.status();
  EXPECT_FALSE(check->grpc_version.empty());
  EXPECT_GT(check->round_trip, absl::ZeroDuration());
}

TEST(CheckWireTest, AProxyIsNotAsked) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);  // Where nobody listens.
  const absl::StatusOr<WireCheck> check = CheckWire(absl::Minutes(1));
  unsetenv("http_proxy");
  EXPECT_TRUE(check.ok()) << check.status();
}

}  // namespace
}  // namespace whet
