#include "rewards/custom/json_lines_codec.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

constexpr size_t kMany = 1 << 20;

absl::StatusOr<std::optional<ChildMessage>> Decode(absl::string_view bytes, size_t* consumed,
                                                   size_t bytes_max = kMany) {
  return JsonLinesCodec().Decode(bytes, bytes_max, consumed);
}

TEST(JsonLinesCodecTest, PutsTheIdIntoTheRequest) {
  const JsonLinesCodec codec;
  EXPECT_EQ(codec.Encode({7, R"({"a":1})"}), "{\"id\":7,\"a\":1}\n");
  EXPECT_EQ(codec.Encode({8, "{}"}), "{\"id\":8}\n");
}

TEST(JsonLinesCodecTest, ReadsTheFirstLineAndNoMore) {
  size_t consumed = 0;
  const auto message = Decode("{\"id\":3,\"reward\":1}\n{\"id\":4}\n", &consumed);
  ASSERT_TRUE(message.ok() && message->has_value());
  EXPECT_EQ((*message)->id, 3U);
  EXPECT_EQ((*message)->payload, R"({"id":3,"reward":1})");
  EXPECT_EQ(consumed, 20U);
}

TEST(JsonLinesCodecTest, KnowsTheGreetingByItsMember) {
  size_t consumed = 0;
  const auto message = Decode("{\"whet_verifier\": 1, \"name\": \"mine\"}\n", &consumed);
  ASSERT_TRUE(message.ok() && message->has_value());
  EXPECT_EQ((*message)->id, kGreetingId);
}

TEST(JsonLinesCodecTest, WaitsForTheEndOfALine) {
  size_t consumed = 0;
  const auto message = Decode("{\"id\":3", &consumed);
  ASSERT_TRUE(message.ok());
  EXPECT_FALSE(message->has_value());
}

TEST(JsonLinesCodecTest, RefusesLinesThatAreTooLong) {
  size_t consumed = 0;
  EXPECT_THAT(Decode("{\"id\":3", &consumed, 4).status().message(), HasSubstr("more than 4 bytes"));
  EXPECT_FALSE(Decode("{\"id\":3}\n", &consumed, 4).ok());
}

TEST(JsonLinesCodecTest, ShowsTheLineThatItRefuses) {
  size_t consumed = 0;
  for (const char* line :
       {"hello\n", "{\"reward\":1}\n", "{\"id\":0}\n", "{\"whet_verifier\":2}\n", "[1]\n"}) {
    const absl::Status status = Decode(line, &consumed).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << line;
    EXPECT_THAT(status.message(), HasSubstr("it wrote the line"));
  }
}

TEST(JsonLinesCodecTest, AnAnswerThatIsNoJsonFailsItsRequestAlone) {
  size_t consumed = 0;
  const auto message = JsonLinesCodec().Decode("{\"id\": 12, \"reward\": NaN}\n", 100, &consumed);
  ASSERT_TRUE(message.ok()) << message.status();
  ASSERT_TRUE(message->has_value());
  EXPECT_EQ((*message)->id, 12U);
  EXPECT_EQ((*message)->payload, "{\"id\": 12, \"reward\": NaN}");
}

}  // namespace
}  // namespace whet
