#include "rewards/shape/overlong_rule.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/shape/shape_test.h"

namespace whet {
namespace {

double ValueAt(size_t tokens, OverlongRuleOptions options) {
  OverlongRule rule(options);
  return *ValueOf(rule, OfTokens(tokens));
}

TEST(OverlongRuleTest, FallsFromTheRampsBeginToItsEnd) {
  // DAPO's numbers: 20480 - 4096 = 16384 are free, 18432 is half of the ramp.
  EXPECT_EQ(ValueAt(0, {}), 0.0);
  EXPECT_EQ(ValueAt(16384, {}), 0.0);
  EXPECT_EQ(ValueAt(16385, {}), -1.0 / 4096);
  EXPECT_EQ(ValueAt(18432, {}), -0.5);
  EXPECT_EQ(ValueAt(20480, {}), -1.0);
}

TEST(OverlongRuleTest, FallsNoFurtherBehindIt) { EXPECT_EQ(ValueAt(40960, {}), -1.0); }

TEST(OverlongRuleTest, HasNoRampWithoutACache) {
  EXPECT_EQ(ValueAt(10, {.tokens_max = 10, .cache = 0}), 0.0);
  EXPECT_EQ(ValueAt(11, {.tokens_max = 10, .cache = 0}), -1.0);
}

TEST(OverlongRuleTest, MayBeAllRamp) {
  EXPECT_EQ(ValueAt(0, {.tokens_max = 8, .cache = 8}), 0.0);
  EXPECT_EQ(ValueAt(1, {.tokens_max = 8, .cache = 8}), -0.125);
}

TEST(OverlongRuleTest, TellsTheLength) {
  OverlongRule rule({});
  EXPECT_EQ(PartsOf(rule, {OfTokens(7)}).at(0).message, "7 tokens");
  EXPECT_EQ(PartsOf(rule, {OfTokens(1)}).at(0).message, "1 token");
}

}  // namespace
}  // namespace whet
