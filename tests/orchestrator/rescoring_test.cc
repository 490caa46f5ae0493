#include "orchestrator/rescoring.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// So that sums can be shown: A = r - mean.
constexpr AdvantageOptions kPlain = {.scale = AdvantageScale::kNone};

// What a rule gives for a verdict.
RewardPart Part(Verdict verdict) { return PartOf(verdict, "why"); }
RewardPart Part(double value) { return {.value = value, .verdict = std::nullopt, .message = ""}; }

Reward Given(std::vector<RewardPart> parts) {
  Reward reward = {.total = 0.0, .parts = std::move(parts)};
  for (const RewardPart& part : reward.parts) {
    if (part.verdict.has_value() && IsExcluded(*part.verdict)) {
      reward.total = std::nullopt;
      break;
    }
    *reward.total += part.value.value_or(0);
  }
  return reward;
}

// A completion that was given `before` and is given `now`, by one rule each.
struct Twice {
  RewardPart before;
  RewardPart now;
};

const Twice kStaysRight = {Part(Verdict::kCorrect), Part(Verdict::kCorrect)};
const Twice kStaysWrong = {Part(Verdict::kWrong), Part(Verdict::kWrong)};
const Twice kTurnsWrong = {Part(Verdict::kCorrect), Part(Verdict::kWrong)};
const Twice kTurnsRight = {Part(Verdict::kWrong), Part(Verdict::kCorrect)};
const Twice kOtherWrong = {Part(Verdict::kWrong), Part(Verdict::kNoAnswer)};

RescoredGroup GroupOf(const std::vector<Twice>& completions, int64_t batch = 0,
                      const std::string& rule_before = "answer") {
  RescoredGroup group = {
      .prompt = std::make_shared<const Prompt>(), .batch = batch, .records = {}, .rewards = {}};
  for (const Twice& completion : completions) {
    const Reward before = Given({completion.before});
    RolloutRecord record = {};
    record.rollout.id.sample = static_cast<int64_t>(group.records.size());
    record.judged = true;
    record.reward = before.total;
    record.parts = before.parts;
    record.rules = {rule_before};
    group.records.push_back(std::move(record));
    group.rewards.push_back(Given({completion.now}));
  }
  return group;
}

RescoringReport ReportOf(const std::vector<RescoredGroup>& groups,
                         std::optional<AdvantageOptions> advantage = kPlain,
                         size_t shown_max = 100) {
  RescoringTally tally({"answer"}, advantage, shown_max);
  for (const RescoredGroup& group : groups) tally.Add(group);
  return tally.Finish();
}

std::vector<int64_t> SamplesOf(const RescoringReport& report) {
  std::vector<int64_t> samples;
  samples.reserve(report.shown.size());
  for (const Disagreement& d : report.shown) samples.push_back(d.record.rollout.id.sample);
  return samples;
}

TEST(RescoringTest, TheSameRulesAgree) {
  const RescoringReport report = ReportOf({GroupOf({kStaysRight, kStaysWrong, kStaysWrong})});
  EXPECT_EQ(report.rollouts, 3);
  ASSERT_THAT(report.compared, SizeIs(1));
  EXPECT_EQ(report.compared[0].compared, 3);
  EXPECT_EQ(report.compared[0].agreed, 3);
  EXPECT_EQ(report.compared[0].right.both, 1);
  EXPECT_EQ(report.compared[0].right.neither, 2);
  EXPECT_EQ(report.reward.difference_mean, 0);
  EXPECT_DOUBLE_EQ(report.reward.correlation.value(), 1);
  EXPECT_EQ(report.advantages->advantages.difference_mean, 0);
  EXPECT_DOUBLE_EQ(report.advantages->advantages.correlation.value(), 1);
  EXPECT_EQ(report.disagreements, 0);
  EXPECT_THAT(report.shown, IsEmpty());
}

TEST(RescoringTest, CountsWhatTurnedAndTheMeans) {
  const RescoringReport report =
      ReportOf({GroupOf({kStaysRight, kTurnsWrong, kTurnsWrong, kTurnsRight, kStaysWrong})});
  ASSERT_THAT(report.compared, SizeIs(1));
  const RuleAgreement& rule = report.compared[0];
  EXPECT_EQ(rule.agreed, 2);
  EXPECT_EQ(rule.right.both, 1);
  EXPECT_EQ(rule.right.before_only, 2);
  EXPECT_EQ(rule.right.now_only, 1);
  EXPECT_EQ(rule.right.neither, 1);
  EXPECT_DOUBLE_EQ(rule.values.before_mean, 0.6);      // 3 of 5
  EXPECT_DOUBLE_EQ(rule.values.now_mean, 0.4);         // 2 of 5
  EXPECT_DOUBLE_EQ(rule.values.difference_mean, 0.6);  // 3 of 5 turned
  // Deviations from the means 0.6 and 0.4, times 5: (2, 3), (2, -2), (2, -2), (-3, 3), (-3, -2).
  // Products 6 - 4 - 4 - 9 + 6 = -5; squares 4 * 3 + 9 * 2 = 30 and 9 * 2 + 4 * 3 = 30.
  EXPECT_NEAR(rule.values.correlation.value(), -5.0 / 30.0, 1e-12);
  EXPECT_THAT(SamplesOf(report), ElementsAre(1, 2, 3));
}

TEST(RescoringTest, WhatIsAlwaysTheSameHasNoCorrelation) {
  const RescoringReport report = ReportOf({GroupOf({kStaysRight, kTurnsWrong})});
  EXPECT_EQ(report.reward.correlation, std::nullopt);
  EXPECT_EQ(report.compared[0].values.correlation, std::nullopt);
}

TEST(RescoringTest, ValuesAgreeToRounding) {
  const RescoringReport report =
      ReportOf({GroupOf({{Part(0.1 + 0.2), Part(0.3)}, {Part(0.5), Part(0.5 + 1e-8)}})});
  EXPECT_EQ(report.compared[0].agreed, 1);
  EXPECT_THAT(SamplesOf(report), ElementsAre(1));
  EXPECT_EQ(report.compared[0].right.total(), 0);
}

TEST(RescoringTest, AnotherKindOfWrongIsShownBehindWhatMatters) {
  const RescoringReport report = ReportOf({GroupOf({kOtherWrong, kStaysRight, kTurnsRight})});
  EXPECT_EQ(report.compared[0].agreed, 1);
  EXPECT_EQ(report.disagreements, 2);
  EXPECT_THAT(SamplesOf(report), ElementsAre(2, 0));
}

TEST(RescoringTest, ShowsNoMoreThanIsAskedFor) {
  const RescoringReport report =
      ReportOf({GroupOf({kOtherWrong, kTurnsRight, kTurnsRight, kTurnsRight})}, kPlain, 2);
  EXPECT_EQ(report.disagreements, 4);
  EXPECT_THAT(SamplesOf(report), ElementsAre(1, 2));
}

TEST(RescoringTest, WhatOnlyOneCouldJudgeIsCountedAndSaid) {
  const Twice lost = {Part(Verdict::kCorrect), Part(Verdict::kFault)};
  const Twice found = {Part(Verdict::kUnparseableGold), Part(Verdict::kCorrect)};
  const RescoringReport report = ReportOf({GroupOf({lost, found, kStaysWrong})});
  EXPECT_EQ(report.excluded_before, 1);
  EXPECT_EQ(report.excluded_now, 1);
  EXPECT_EQ(report.excluded_because, "rule answer: FAULT, why");
  EXPECT_EQ(report.reward.pairs, 1);
  EXPECT_DOUBLE_EQ(report.reward.before_mean, 0.5);  // 1 and 0; none is not 0.
  EXPECT_EQ(report.right.total(), 1);
  EXPECT_THAT(SamplesOf(report), ElementsAre(0, 1));
}

TEST(RescoringTest, RulesOfOtherNamesAreComparedByTheirFirstVerdict) {
  const RescoringReport report =
      ReportOf({GroupOf({kTurnsRight, kStaysRight, kOtherWrong}, 0, "math")});
  EXPECT_THAT(report.compared, IsEmpty());
  EXPECT_THAT(report.rules_before_only, ElementsAre("math"));
  EXPECT_THAT(report.rules_now_only, ElementsAre("answer"));
  EXPECT_EQ(report.right.now_only, 1);
  EXPECT_EQ(report.right.both, 1);
  EXPECT_EQ(report.right.neither, 1);
  EXPECT_THAT(SamplesOf(report), ElementsAre(0));
}

TEST(RescoringTest, WithoutARuleOfBothTheRewardsAreCompared) {
  const RescoringReport report =
      ReportOf({GroupOf({{Part(0.5), Part(0.25)}, {Part(0.5), Part(0.5)}}, 0, "format")});
  EXPECT_THAT(SamplesOf(report), ElementsAre(0));
}

TEST(RescoringTest, AnotherWeightIsNoDisagreement) {
  RescoredGroup group = GroupOf({kStaysRight, kStaysWrong});
  group.rewards[0].total = 2.0;
  const RescoringReport report = ReportOf({group});
  EXPECT_EQ(report.disagreements, 0);
  EXPECT_DOUBLE_EQ(report.reward.now_mean, 1.0);  // 2 and 0.
}

TEST(RescoringTest, WhatWasNotJudgedIsComparedWithNothing) {
  RescoredGroup group = GroupOf({kTurnsRight, kTurnsRight});
  group.records[1].judged = false;
  group.records[1].reward.reset();
  group.records[1].parts.clear();
  group.records[1].rules.clear();
  const RescoringReport report = ReportOf({group});
  EXPECT_EQ(report.unjudged_before, 1);
  EXPECT_EQ(report.compared[0].compared, 1);
  EXPECT_EQ(report.excluded_before, 0);
  EXPECT_EQ(report.advantages->groups, 0);
  EXPECT_EQ(report.shown[0].advantage_before, std::nullopt);
}

TEST(RescoringAdvantagesTest, TellsWhichChangeTheirSign) {
  // 1/2, -1/2 become -1/2, 1/2. The second group stays 2/3, -1/3, -1/3.
  const RescoringReport report = ReportOf(
      {GroupOf({kTurnsWrong, kTurnsRight}), GroupOf({kStaysRight, kStaysWrong, kStaysWrong})});
  EXPECT_EQ(report.advantages->groups, 2);
  EXPECT_EQ(report.advantages->sign_groups, 1);
  EXPECT_EQ(report.advantages->sign_rollouts, 2);
  EXPECT_DOUBLE_EQ(report.advantages->advantages.difference_mean, 0.4);  // 1, 1, 0, 0, 0
  // Products -1/4 - 1/4 + 4/9 + 1/9 + 1/9 = 1/6; squares of either 1/2 + 2/3 = 7/6.
  EXPECT_NEAR(report.advantages->advantages.correlation.value(), 1.0 / 7.0, 1e-6);
  EXPECT_EQ(report.shown[0].advantage_before, 0.5F);
  EXPECT_EQ(report.shown[0].advantage_now, -0.5F);
}

TEST(RescoringAdvantagesTest, TellsWhichGroupsStopAndBeginToTeach) {
  const RescoringReport report =
      ReportOf({GroupOf({kTurnsWrong, kStaysWrong}), GroupOf({kStaysWrong, kTurnsRight}),
                GroupOf({kStaysRight, kTurnsRight}), GroupOf({kStaysRight, kStaysRight})});
  EXPECT_EQ(report.advantages->stop_groups, 2);   // The first and the third.
  EXPECT_EQ(report.advantages->begin_groups, 1);  // The second.
  EXPECT_EQ(report.advantages->sign_groups, 0);
}

TEST(RescoringAdvantagesTest, ABatchIsMeasuredByItself) {
  const auto scaled = [](double scale, int64_t batch) {
    return GroupOf({{Part(scale), Part(0.0)}, {Part(0.0), Part(0.0)}}, batch);
  };
  const RescoringReport report =
      ReportOf({scaled(1, 0), scaled(10, 1)},
               AdvantageOptions{.scale = AdvantageScale::kBatchDeviation, .epsilon = 0});
  ASSERT_THAT(report.shown, SizeIs(2));
  // (s - s/2) / (s / sqrt 2), whatever s is.
  EXPECT_NEAR(report.shown[0].advantage_before.value(), 0.70711, 1e-5);
  EXPECT_NEAR(report.shown[1].advantage_before.value(), 0.70711, 1e-5);
}

TEST(RescoringAdvantagesTest, ThereAreNoneWhereNothingIsLearnt) {
  EXPECT_FALSE(ReportOf({GroupOf({kTurnsRight})}, std::nullopt).advantages.has_value());
}

}  // namespace
}  // namespace whet
