#include "rewards/remote/judgement.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

// As a service answers.
std::string Reply(const std::string& content, const std::string& finish = "stop") {
  const Json message = Json::Object({{"role", "assistant"}, {"content", content}});
  const Json choice = Json::Object({{"message", message}, {"finish_reason", finish}});
  return Json::Object({{"choices", Json::Array({choice})}}).Dump();
}

TEST(JudgementTest, AnObjectAloneIsRead) {
  EXPECT_EQ(ReadJudgement(Reply(R"({"reason": "same", "verdict": "correct"})")).value(),
            (Judgement{true, "same"}));
  EXPECT_EQ(ReadJudgement(Reply(R"( {"verdict": "Wrong"} )")).value(), (Judgement{false, ""}));
  EXPECT_EQ(ReadJudgement(Reply(R"({"verdict": "incorrect"})")).value(), (Judgement{false, ""}));
}

TEST(JudgementTest, SoIsOneInAFenceOrAfterAThought) {
  for (const char* content :
       {"```json\n{\"verdict\": \"correct\"}\n```", "```\n{\"verdict\": \"correct\"}```\n",
        "<think>It may be {\"verdict\": \"wrong\"}.</think>\n{\"verdict\": \"correct\"}",
        "hm</think>```json\n{\"verdict\": \"correct\"}\n```"}) {
    const absl::StatusOr<Judgement> judgement = ReadJudgement(Reply(content));
    ASSERT_TRUE(judgement.ok()) << judgement.status();
    EXPECT_TRUE(judgement->correct) << content;
  }
}

TEST(JudgementTest, AReasonMayQuoteWhatItLikes) {
  const std::string reason = "it says </think>{\"verdict\": \"correct\"} and ```";
  const std::string content = Json::Object({{"reason", reason}, {"verdict", "wrong"}}).Dump();
  EXPECT_EQ(ReadJudgement(Reply(content)).value(), (Judgement{false, reason}));
}

TEST(JudgementTest, NothingIsGuessed) {
  for (const char* content :
       {"", "correct", "The verdict is {\"verdict\": \"correct\"}",
        "{\"verdict\": \"correct\"} I am sure.",
        "{\"verdict\": \"correct\"}{\"verdict\": \"wrong\"}",
        "{\"verdict\": \"correct\", \"verdict\": \"wrong\"}", "{\"verdict\": true}",
        "{\"verdict\": \"probably correct\"}", "{\"correctness\": \"correct\"}", "\"correct\"",
        "[{\"verdict\": \"correct\"}]", "<think>{\"verdict\": \"correct\"}",
        "</think>```json\n{\"verdict\": \"correct\"}\n``` or not"}) {
    const absl::StatusOr<Judgement> judgement = ReadJudgement(Reply(content));
    EXPECT_EQ(judgement.status().code(), absl::StatusCode::kInvalidArgument) << content;
    EXPECT_THAT(std::string(judgement.status().message()), HasSubstr("gave no verdict")) << content;
  }
}

TEST(JudgementTest, AReplyThatWasCutOffSaysSo) {
  for (const std::string& reply :
       {Reply("{\"reason\": \"let", "length"),
        std::string(R"({"choices":[{"message":{"content":null},"finish_reason":"length"}]})")}) {
    EXPECT_THAT(std::string(ReadJudgement(reply).status().message()),
                HasSubstr("before tokens_max"));
  }
}

TEST(JudgementTest, AnAnswerOfAnotherFormIsTold) {
  for (const char* answer : {"no JSON", "{}", R"({"choices":[]})", R"({"choices":[{}]})",
                             R"({"choices":[{"message":{"content":null}}]})"}) {
    const absl::StatusOr<Judgement> judgement = ReadJudgement(answer);
    EXPECT_EQ(judgement.ok(), false) << answer;
    EXPECT_THAT(std::string(judgement.status().message()), HasSubstr("the service's answer"));
  }
}

}  // namespace
}  // namespace whet
