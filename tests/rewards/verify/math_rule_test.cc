#include "rewards/verify/math_rule.h"

#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/rule_test.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

MathRule Rule(MathRuleOptions options = {}) {
  MathPoolOptions pool;
  pool.workers = 1;
  return MathRule(MathPool::Create(pool).value(), std::move(options));
}

TEST(MathRuleTest, RewardsWhatIsMathematicallyTheGroundTruth) {
  MathRule rule = Rule();
  const RewardPart part =
      PartOf(rule, "\\frac{1}{2}", "<think>half</think><answer>\\boxed{0.5}</answer>");
  EXPECT_EQ(part.value, 1.0);
  EXPECT_EQ(part.verdict, Verdict::kCorrect);
}

TEST(MathRuleTest, SaysWhyAnAnswerIsWrong) {
  MathRule rule = Rule();
  const RewardPart part = PartOf(rule, "\\frac{1}{2}", "\\boxed{0.4}");
  EXPECT_EQ(part.value, 0.0);
  EXPECT_EQ(part.verdict, Verdict::kWrong);
  EXPECT_THAT(part.message, HasSubstr("fractions"));
}

TEST(MathRuleTest, TakesNoAnswerFromAThought) {
  MathRule rule = Rule();
  const RewardPart part =
      PartOf(rule, "3", "<think>\\boxed{3}</think><answer>I do not know</answer>");
  EXPECT_EQ(part.value, 0.0);
  EXPECT_EQ(PartOf(rule, "3", "<think>\\boxed{3}").verdict, Verdict::kNoAnswer);
}

TEST(MathRuleTest, MayInsistOnABox) {
  MathRule strict = Rule({.math = {}, .needs_box = true});
  EXPECT_EQ(PartOf(strict, "3", "<answer>3</answer>").verdict, Verdict::kNoAnswer);
  MathRule rule = Rule();
  EXPECT_EQ(PartOf(rule, "3", "<answer>3</answer>").verdict, Verdict::kCorrect);
}

TEST(MathRuleTest, TheGroundTruthMayBeASolution) {
  MathRule rule = Rule();
  EXPECT_EQ(PartOf(rule, "We see that $x = 2$, so it is $\\boxed{4}$.", "\\boxed{4}").value, 1.0);
  EXPECT_EQ(PartOf(rule, "2 + 2 = 4\n#### 4", "\\boxed{4}").value, 1.0);
}

TEST(MathRuleTest, MaySearchAsMathVerifyDoes) {
  MathRuleOptions options;
  options.math.extraction.emplace();
  MathRule rule = Rule(options);
  const std::string text = "<think>it is 5</think> So the final answer is $4$.";
  EXPECT_EQ(PartOf(rule, "$4$", text).verdict, Verdict::kCorrect);
  EXPECT_EQ(PartOf(rule, "$5$", text).verdict, Verdict::kWrong);
}

TEST(MathRuleTest, AGroundTruthThatCannotBeReadGivesNoReward) {
  MathRule rule = Rule();
  const RewardPart part = PartOf(rule, "\\frac{1}{", "\\boxed{1}");
  EXPECT_EQ(part.value, std::nullopt);
  EXPECT_EQ(part.verdict, Verdict::kUnparseableGold);
}

TEST(MathRuleTest, TriesGroundTruthsAgainstThemselves) {
  const MathRule rule = Rule();
  const std::vector<std::string> faults = *rule.GoldFaults({"4", "\\frac{1}{", "\\frac{1}{0}"});
  EXPECT_EQ(faults[0], "");
  EXPECT_THAT(faults[1], HasSubstr("UNPARSEABLE_GOLD"));
  EXPECT_NE(faults[2], "");
}

TEST(MathRuleTest, EqualAnswersVoteTogether) {
  MathRule rule = Rule();
  const auto key = [&rule](const std::string& text) { return AnswerKeyOf(rule, text); };
  EXPECT_EQ(key("\\boxed{\\frac12}"), key("<answer>0.5</answer>"));
  EXPECT_NE(key("\\boxed{\\frac12}"), key("\\boxed{\\frac13}"));
  EXPECT_EQ(key("<think>no end"), std::nullopt);
  // What cannot be read is equal to what is written alike.
  EXPECT_EQ(key("\\boxed{\\frac12 +}"), key("\\boxed{\\frac12 +}"));
}

}  // namespace
}  // namespace whet
