#include "rewards/shape/length_rule.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/shape/shape_test.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

std::vector<std::optional<double>> Values(const std::vector<Sampled>& group,
                                          LengthUnit unit = LengthUnit::kTokens) {
  LengthRule rule({.correctness = "right", .unit = unit});
  return ValuesOf(rule, group);
}

TEST(LengthRuleTest, ComparesTheLengthsOfAGroup) {
  // (L - 100) / (200 - 100) is 0, 0.5, 1 and 0.2.
  EXPECT_THAT(Values({OfTokens(100, 1), OfTokens(150, 1), OfTokens(200, 1), OfTokens(120, 1)}),
              ElementsAre(Optional(0.5), Optional(0.0), Optional(-0.5), Optional(0.3)));
}

TEST(LengthRuleTest, GivesWrongAnswersNothingForBeingShort) {
  EXPECT_THAT(Values({OfTokens(100, 0), OfTokens(150, 1), OfTokens(200, 0)}),
              ElementsAre(Optional(0.0), Optional(0.0), Optional(-0.5)));
}

TEST(LengthRuleTest, IsNothingWhereAllAreEquallyLong) {
  EXPECT_THAT(Values({OfTokens(7, 1), OfTokens(7, 0)}), ElementsAre(Optional(0.0), Optional(0.0)));
  EXPECT_THAT(Values({OfTokens(7, 1)}), ElementsAre(Optional(0.0)));
  EXPECT_THAT(Values({OfTokens(0, 1), OfTokens(0, 1)}), ElementsAre(Optional(0.0), Optional(0.0)));
}

TEST(LengthRuleTest, LeavesOutThoseWithoutCorrectness) {
  // Of the two that are left, the lengths are 100 and 200: 1000 is not compared.
  EXPECT_THAT(Values({OfTokens(100, 1), OfTokens(1000), OfTokens(200, 1)}),
              ElementsAre(Optional(0.5), std::nullopt, Optional(-0.5)));
  EXPECT_THAT(Values({OfTokens(100), OfTokens(200)}), ElementsAre(std::nullopt, std::nullopt));
}

TEST(LengthRuleTest, MayCountCharacters) {
  EXPECT_THAT(Values({{.text = "éé", .correctness = 1}, {.text = "abc", .correctness = 1}},
                     LengthUnit::kCharacters),
              ElementsAre(Optional(0.5), Optional(-0.5)));
}

TEST(LengthRuleTest, WantsItsGroupInOneCall) {
  EXPECT_EQ(LengthRule({.correctness = "right"}).scope(), RewardRule::Scope::kGroup);
}

}  // namespace
}  // namespace whet
