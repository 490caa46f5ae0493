#include "base/child_codec.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace whet {
namespace {

TEST(FrameCodecTest, WaitsForAWholeMessage) {
  const FrameCodec codec;
  const std::string frame = codec.Encode({7, "payload"});
  for (size_t bytes = 0; bytes < frame.size(); ++bytes) {
    size_t consumed = 0;
    EXPECT_FALSE(codec.Decode(frame.substr(0, bytes), 100, &consumed).value().has_value());
  }
  size_t consumed = 0;
  const std::optional<ChildMessage> message = codec.Decode(frame + "x", 100, &consumed).value();
  EXPECT_EQ(message->id, 7U);
  EXPECT_EQ(message->payload, "payload");
  EXPECT_EQ(consumed, frame.size());
}

}  // namespace
}  // namespace whet
