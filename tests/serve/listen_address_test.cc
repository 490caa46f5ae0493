#include "serve/listen_address.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet::serve {
namespace {

using ::testing::HasSubstr;

ListenAddress Parsed(absl::string_view text) {
  const absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
  EXPECT_TRUE(address.ok()) << address.status();
  return address.value_or(ListenAddress());
}

TEST(ListenAddressTest, IsAnAddressAndAPort) {
  EXPECT_EQ(ListenAddressText(Parsed("127.0.0.1:8080")), "127.0.0.1:8080");
  EXPECT_EQ(ListenAddressText(Parsed("localhost:0")), "127.0.0.1:0");
  EXPECT_EQ(ListenAddressText(Parsed("0.0.0.0:65535")), "0.0.0.0:65535");
}

TEST(ListenAddressTest, TellsWhetherOthersCanReachIt) {
  EXPECT_TRUE(Parsed("127.0.0.1:80").loopback);
  EXPECT_TRUE(Parsed("127.255.0.9:80").loopback);
  EXPECT_TRUE(Parsed("localhost:80").loopback);
  EXPECT_FALSE(Parsed("0.0.0.0:80").loopback);
  EXPECT_FALSE(Parsed("10.0.0.127:80").loopback);
  EXPECT_FALSE(Parsed("128.0.0.1:80").loopback);
}

TEST(ListenAddressTest, RefusesOthersAndSaysHowToWriteIt) {
  for (const char* text :
       {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:-1", "127.0.0.1:65536",
        "127.0.0.1:80s", "127.0.0.1:80,0.0.0.0:80", "127.1:80", "example.org:80", "[::1]:80"}) {
    const absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
    EXPECT_TRUE(absl::IsInvalidArgument(address.status())) << text;
    EXPECT_THAT(address.status().message(), HasSubstr("write it as 127.0.0.1:8080")) << text;
  }
}

}  // namespace
}  // namespace whet::serve
