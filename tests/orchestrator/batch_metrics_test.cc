#include "orchestrator/batch_metrics.h"

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/orchestrator/collected_groups.h"

namespace whet {
namespace {

using ::testing::SizeIs;

const std::vector<std::string> kRules = {"answer"};

TEST(SpreadTest, IsMeanAndSampleDeviation) {
  // Mean 2, squares 1 + 0 + 1 by 3 - 1.
  EXPECT_DOUBLE_EQ(SpreadOf({1, 2, 3}).mean, 2.0);
  EXPECT_DOUBLE_EQ(SpreadOf({1, 2, 3}).deviation, 1.0);
}

TEST(SpreadTest, OfOneHasNoDeviationAndOfNothingNoMean) {
  EXPECT_EQ(SpreadOf({5}).mean, 5.0);
  EXPECT_EQ(SpreadOf({5}).deviation, 0.0);
  EXPECT_EQ(SpreadOf({}).mean, 0.0);
  EXPECT_EQ(SpreadOf({}).deviation, 0.0);
}

TEST(BatchMetricsTest, RewardsAreThoseThatAreThere) {
  const BatchMetrics metrics =
      MetricsOf({GroupOf({kRight, kWrong}), GroupOf({kRight, kFault})}, kRules);
  EXPECT_EQ(metrics.rollouts, 4);
  EXPECT_EQ(metrics.groups, 2);
  EXPECT_EQ(metrics.excluded, 1);
  EXPECT_EQ(metrics.excluded_because, "rule answer: FAULT, why");
  EXPECT_DOUBLE_EQ(metrics.reward.mean, 2.0 / 3.0);
  ASSERT_THAT(metrics.rules, SizeIs(1));
  EXPECT_EQ(metrics.rules[0].count, 3);
  EXPECT_DOUBLE_EQ(metrics.rules[0].value.mean, 2.0 / 3.0);
}

TEST(BatchMetricsTest, AGroupWhoseRewardsDoNotDifferIsEqual) {
  const BatchMetrics metrics =
      MetricsOf({GroupOf({kRight, kRight}), GroupOf({kRight, kWrong})}, kRules);
  EXPECT_EQ(metrics.equal_groups, 1);
}

TEST(BatchMetricsTest, AccuracyNeedsARuleThatJudges) {
  EXPECT_FALSE(MetricsOf({GroupOf({{.verdict = std::nullopt}})}, kRules).accuracy.has_value());
  EXPECT_FALSE(MetricsOf({GroupOf({kFault})}, kRules).accuracy.has_value());
  EXPECT_EQ(MetricsOf({GroupOf({kRight, kWrong, kFault})}, kRules).accuracy, 0.5);
}

TEST(BatchMetricsTest, LengthsAreOfAllAndOfThoseThatWereNotCut) {
  const BatchMetrics metrics =
      MetricsOf({GroupOf({{.verdict = Verdict::kCorrect, .tokens = 3},
                          {.verdict = Verdict::kCorrect, .tokens = 5},
                          {.verdict = Verdict::kNoAnswer, .tokens = 10, .finish = Finish::kLength}},
                         /*prompt_tokens=*/7)},
                kRules);
  EXPECT_DOUBLE_EQ(metrics.length_mean, 6.0);
  EXPECT_DOUBLE_EQ(metrics.terminated_length_mean, 4.0);
  EXPECT_EQ(metrics.length_min, 3);
  EXPECT_EQ(metrics.length_max, 10);
  EXPECT_DOUBLE_EQ(metrics.clipped_ratio, 1.0 / 3.0);
  EXPECT_EQ(metrics.completion_tokens, 18);
  EXPECT_EQ(metrics.prompt_tokens, 21);  // 7 for each of the three.
}

TEST(BatchMetricsTest, AThoughtIsOneThatEnds) {
  const BatchMetrics metrics =
      MetricsOf({GroupOf({{.verdict = Verdict::kCorrect, .text = "<think>a</think>4"},
                          {.verdict = Verdict::kNoAnswer, .text = "<think>a"},
                          {.verdict = Verdict::kCorrect, .text = "4"},
                          {.verdict = Verdict::kCorrect, .text = "a</think>4"}})},
                kRules);
  EXPECT_DOUBLE_EQ(metrics.thought_share, 0.5);
}

TEST(BatchMetricsTest, OfNothingIsNothing) {
  const BatchMetrics metrics = MetricsOf({}, kRules);
  EXPECT_EQ(metrics.rollouts, 0);
  EXPECT_EQ(metrics.length_mean, 0.0);
  EXPECT_EQ(metrics.clipped_ratio, 0.0);
  EXPECT_FALSE(metrics.accuracy.has_value());
}

TEST(BatchMetricsTest, ItsJsonHasTrlsNames) {
  Json json = Json::Object();
  AddTo(MetricsOf({GroupOf({kRight, kWrong}), GroupOf({kRight, kRight})}, kRules), &json);
  EXPECT_EQ(json.GetDouble("reward").value(), 0.75);
  EXPECT_EQ(json.GetDouble("reward_std").value(), 0.5);  // 3 × 1/16 + 9/16, by 3.
  EXPECT_EQ(json.GetDouble("frac_reward_zero_std").value(), 0.5);
  EXPECT_EQ(json.GetDouble("rewards/answer/mean").value(), 0.75);
  EXPECT_EQ(json.GetDouble("completions/mean_length").value(), 1.0);
}

}  // namespace
}  // namespace whet
