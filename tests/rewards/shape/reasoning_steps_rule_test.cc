#include "rewards/shape/reasoning_steps_rule.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/shape/shape_test.h"

namespace whet {
namespace {

TEST(ReasoningStepsRuleTest, CountsEachKindOfMark) {
  EXPECT_EQ(CountReasoningSteps("Step 1: a Step 22: b"), 2);
  EXPECT_EQ(CountReasoningSteps("a\n- b\n* c\n-d"), 3);
  EXPECT_EQ(CountReasoningSteps("First, a. Second, b. Next, c. Finally, d."), 4);
}

TEST(ReasoningStepsRuleTest, CountsANumberAtTheVeryBeginningOnly) {
  EXPECT_EQ(CountReasoningSteps("1. a\n2. b\n3. c"), 1);
  EXPECT_EQ(CountReasoningSteps(" 1. a"), 0);
  EXPECT_EQ(CountReasoningSteps("12."), 1);
  EXPECT_EQ(CountReasoningSteps("."), 0);
}

TEST(ReasoningStepsRuleTest, CountsNoMarkThatIsIncomplete) {
  EXPECT_EQ(CountReasoningSteps(""), 0);
  EXPECT_EQ(CountReasoningSteps("Step : Step 1 Step 1. Step"), 0);
  EXPECT_EQ(CountReasoningSteps("first, Firstly, First"), 0);
  EXPECT_EQ(CountReasoningSteps("- a"), 0);
}

TEST(ReasoningStepsRuleTest, CountsMarksThatTouch) {
  EXPECT_EQ(CountReasoningSteps("1.Step 1:Step 2:\n-\n*First,"), 6);
}

TEST(ReasoningStepsRuleTest, IsOneFromEnoughOnwards) {
  ReasoningStepsRule rule({});
  EXPECT_EQ(ValueOf(rule, {.text = "none"}), 0.0);
  EXPECT_DOUBLE_EQ(*ValueOf(rule, {.text = "Step 1: a"}), 1.0 / 3);
  EXPECT_EQ(ValueOf(rule, {.text = "\n-\n-\n-"}), 1.0);
  EXPECT_EQ(ValueOf(rule, {.text = "\n-\n-\n-\n-"}), 1.0);
}

TEST(ReasoningStepsRuleTest, MayAskForMore) {
  ReasoningStepsRule rule({.steps = 8});
  EXPECT_EQ(ValueOf(rule, {.text = "\n-\n-"}), 0.25);
}

TEST(ReasoningStepsRuleTest, ReadsAMegabyteOfDigits) {
  const std::string text = "Step " + std::string(size_t{1} << 20, '1');
  EXPECT_EQ(CountReasoningSteps(text), 0);
  std::string steps;
  while (steps.size() < size_t{1} << 20) steps += "Step ";
  EXPECT_EQ(CountReasoningSteps(steps + "1:"), 1);
}

}  // namespace
}  // namespace whet
