#include "rewards/custom/sample_json.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rewards/completion.h"
#include "text/json.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

Json Sample(bool tokens) {
  Prompt prompt = {};
  prompt.question = "1+1=";
  prompt.ground_truth = "2";
  prompt.data_source = "sums";
  prompt.extra = R"({"level":3})";
  Rollout rollout = {};
  rollout.tokens = {5, 6};
  rollout.finish = Finish::kLength;
  const Completion completion = ParseCompletion("it is \xff", {});
  return Json::Parse(
             SampleJson(
                 {.prompt = prompt, .rollout = rollout, .completion = completion, .earlier = {}},
                 tokens))
      .value();
}

TEST(SampleJsonTest, HasAllThatAVerifierMayNeed) {
  EXPECT_EQ(Sample(false).Dump(),
            R"({"v":1,"prompt":"1+1=","completion":"it is �","ground_truth":"2",)"
            R"("data_source":"sums","finish":"length","completion_tokens":2,"extra":{"level":3}})");
}

TEST(SampleJsonTest, HasTokensWhereTheyAreWanted) {
  EXPECT_EQ(Sample(true).Find("completion_ids")->Dump(), "[5,6]");
}

TEST(PartOfAnswerTest, ReadsRewardVerdictAndMessage) {
  const RewardPart part = PartOfAnswer(R"({"reward":1,"verdict":"CORRECT","message":"yes"})");
  EXPECT_EQ(part.value, 1.0);
  EXPECT_EQ(part.verdict, Verdict::kCorrect);
  EXPECT_EQ(part.message, "yes");
}

TEST(PartOfAnswerTest, NullIsNoReward) {
  const RewardPart part = PartOfAnswer(R"({"reward":null})");
  EXPECT_EQ(part.value, std::nullopt);
  EXPECT_EQ(part.verdict, std::nullopt);
}

TEST(PartOfAnswerTest, AnExcludedVerdictHasNoReward) {
  EXPECT_EQ(PartOfAnswer(R"({"reward":0,"verdict":"UNPARSEABLE_GOLD"})").value, std::nullopt);
}

TEST(PartOfAnswerTest, AnErrorIsAFaultAndSoIsWhatCannotBeRead) {
  for (const char* answer : {R"({"error":"KeyError: x"})", R"({"id":1})", R"({"reward":"1"})",
                             R"({"reward":1,"verdict":"FINE"})", "x"}) {
    const RewardPart part = PartOfAnswer(answer);
    EXPECT_EQ(part.value, std::nullopt) << answer;
    EXPECT_EQ(part.verdict, Verdict::kFault) << answer;
  }
  EXPECT_EQ(PartOfAnswer(R"({"error":"KeyError: x"})").message, "KeyError: x");
  EXPECT_THAT(PartOfAnswer(R"({"id":1})").message, HasSubstr("\"reward\""));
}

}  // namespace
}  // namespace whet
