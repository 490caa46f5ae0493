#include "rewards/shape/cosine_rule.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/shape/shape_test.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

double ValueAt(size_t tokens, double correctness) {
  CosineRule rule({.correctness = "right"});
  return *ValueOf(rule, OfTokens(tokens, correctness));
}

TEST(CosineRuleTest, GivesMoreToShortRightAnswers) {
  // 0.5 + 0.5 (1 - 0.5) (1 + cos(pi / 4)) = 0.926777 at a quarter of 1000 tokens.
  EXPECT_DOUBLE_EQ(ValueAt(0, 1), 1.0);
  EXPECT_NEAR(ValueAt(250, 1), 0.926777, 1e-6);
  EXPECT_DOUBLE_EQ(ValueAt(500, 1), 0.75);
  EXPECT_DOUBLE_EQ(ValueAt(1000, 1), 0.5);
}

TEST(CosineRuleTest, TakesLessFromLongWrongAnswers) {
  EXPECT_DOUBLE_EQ(ValueAt(0, 0), -1.0);
  EXPECT_NEAR(ValueAt(250, 0), -0.926777, 1e-6);
  EXPECT_DOUBLE_EQ(ValueAt(1000, 0), -0.5);
}

TEST(CosineRuleTest, StaysWhereTheScaleEnds) {
  EXPECT_DOUBLE_EQ(ValueAt(1500, 1), 0.5);
  EXPECT_DOUBLE_EQ(ValueAt(2000, 0), -0.5);
}

TEST(CosineRuleTest, TakesAnythingAboveNothingForRight) {
  EXPECT_DOUBLE_EQ(ValueAt(0, 0.1), 1.0);
  EXPECT_DOUBLE_EQ(ValueAt(0, -1), -1.0);
}

TEST(CosineRuleTest, DoesNotApplyWhereCorrectnessIsUnknown) {
  CosineRule rule({.correctness = "right"});
  const std::vector<RewardPart> parts = PartsOf(rule, {OfTokens(3), OfTokens(0, 1)});
  EXPECT_EQ(parts[0].value, std::nullopt);
  EXPECT_THAT(parts[0].message, HasSubstr("right has no value"));
  EXPECT_EQ(parts[1].value, 1.0);
}

TEST(CosineRuleTest, MayCountCharacters) {
  CosineRule rule({.correctness = "right", .unit = LengthUnit::kCharacters, .length_max = 4});
  // Two characters of three bytes each: half of four.
  EXPECT_DOUBLE_EQ(*ValueOf(rule, {.text = "数字", .correctness = 1}), 0.75);
}

TEST(CosineRuleTest, MayHaveOtherEnds) {
  CosineRule rule({.correctness = "right",
                   .length_max = 30,
                   .correct_longest = 1,
                   .correct_shortest = 2,
                   .wrong_shortest = -10,
                   .wrong_longest = 0});
  EXPECT_DOUBLE_EQ(*ValueOf(rule, OfTokens(15, 1)), 1.5);
  EXPECT_DOUBLE_EQ(*ValueOf(rule, OfTokens(15, 0)), -5);
  EXPECT_DOUBLE_EQ(*ValueOf(rule, OfTokens(30, 0)), 0);
}

}  // namespace
}  // namespace whet
