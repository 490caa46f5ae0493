#include "serve/get_reward.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rewards/answer_rule.h"
#include "tests/serve/reward_rules.h"

namespace whet::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(ParseGetRewardTest, TheCompletionIsWhatFollowsThePrompt) {
  const auto samples = ParseGetReward(
      R"({"query": ["<s>1+1=<answer>2</answer><|im_end|>\n</s>"], "prompts": ["1+1="],
          "labels": [2]})");
  ASSERT_TRUE(samples.ok()) << samples.status();
  ASSERT_THAT(*samples, SizeIs(1));
  const VerifierSample& sample = (*samples)[0].sample;
  EXPECT_EQ(sample.prompt, "1+1=");
  EXPECT_EQ(sample.completion, "<answer>2</answer>");
  EXPECT_EQ(sample.ground_truth, "2");
}

TEST(ParseGetRewardTest, WhiteSpaceAtTheEndIsTheModels) {
  const auto samples = ParseGetReward(R"({"query": ["ab \n", "ab \n</s> "]})");
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ((*samples)[0].sample.completion, "ab \n");
  EXPECT_EQ((*samples)[1].sample.completion, "ab \n");
}

TEST(ParseGetRewardTest, ALabelThatIsNullIsNone) {
  const auto samples = ParseGetReward(R"({"query": ["ab"], "labels": [null]})");
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ((*samples)[0].sample.ground_truth, "");
}

TEST(ParseGetRewardTest, NothingIsNoSample) {
  const auto samples = ParseGetReward(R"({"query": [], "prompts": [], "labels": null})");
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(*samples, SizeIs(0));
}

TEST(ParseGetRewardTest, RefusesWhatIsNoRequest) {
  for (const char* body :
       {"", "[]", R"({"prompts": []})", R"({"query": "a"})", R"({"query": [1]})",
        R"({"query": ["ab"], "prompts": ["c"]})", R"({"query": ["a"], "labels": ["b", "c"]})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseGetReward(body).status()) ||
                absl::IsNotFound(ParseGetReward(body).status()))
        << body;
  }
}

TEST(GetRewardResponseTest, WhatCouldNotBeJudgedIsNull) {
  const Reward right = {.total = 1.5, .parts = {{1.0, Verdict::kCorrect, ""}, {0.5, {}, ""}}};
  const Reward unknown = {.total = {}, .parts = {{{}, Verdict::kFault, ""}, {0.5, {}, ""}}};
  EXPECT_EQ(GetRewardResponse({right, unknown}, {"math", "format"}),
            R"({"rewards":[1.5,null],"scores":[1.0,null],"extra_logs":{"format":[0.5,0.5]}})");
}

TEST(GetRewardResponseTest, WithoutVerdictsTheScoreIsTheRewardCut) {
  const Reward much = {.total = 3, .parts = {{3.0, {}, ""}}};
  EXPECT_EQ(GetRewardResponse({much}, {"length"}),
            R"({"rewards":[3.0],"scores":[1.0],"extra_logs":{"length":[3.0]}})");
}

TEST(AnswerGetRewardTest, JudgesByTheRules) {
  const auto rewarder = AnswerRewarder();
  RewardScorer scorer(rewarder.get());
  const HttpResponse response = AnswerGetReward(
      &scorer, {.method = "POST",
                .path = "/get_reward",
                .body = R"({"query": ["1+1=<answer>2</answer></s>", "1+1=<answer>3</answer>"],
                            "prompts": ["1+1=", "1+1="], "labels": ["2", "2"]})"});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("rewards":[1.0,0.0])"));
}

TEST(AnswerGetRewardTest, RefusesOrAsksToTryAgain) {
  const auto rewarder = AnswerRewarder();
  RewardScorer scorer(rewarder.get());
  EXPECT_EQ(AnswerGetReward(&scorer, {.method = "", .path = "", .body = "{"}).status, 400);
  scorer.Close();
  EXPECT_EQ(
      AnswerGetReward(&scorer, {.method = "", .path = "", .body = R"({"query": ["a"]})"}).status,
      503);
}

}  // namespace
}  // namespace whet::serve
