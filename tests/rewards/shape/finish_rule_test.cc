#include "rewards/shape/finish_rule.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/shape/shape_test.h"

namespace whet {
namespace {

TEST(FinishRuleTest, IsOneForWhatEndedByItself) {
  FinishRule rule;
  EXPECT_EQ(ValueOf(rule, {.text = "4", .finish = Finish::kStop}), 1.0);
  EXPECT_EQ(ValueOf(rule, {.text = "", .finish = Finish::kStop}), 1.0);
}

TEST(FinishRuleTest, IsNothingForWhatWasCutOff) {
  FinishRule rule;
  EXPECT_EQ(ValueOf(rule, {.text = "4.<|im_end|>", .finish = Finish::kLength}), 0.0);
}

}  // namespace
}  // namespace whet
