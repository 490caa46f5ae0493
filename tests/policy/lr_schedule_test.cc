#include "policy/lr_schedule.h"

#include "gtest/gtest.h"

namespace whet {
namespace {

TEST(LrScheduleTest, RisesFromZeroOverTheWarmup) {
  const LrOptions options = {.lr = 1.0,
                             .schedule = LrSchedule::kConstant,
                             .warmup_steps = 4,
                             .steps = 100,
                             .lr_min_ratio = 0};
  EXPECT_DOUBLE_EQ(LearningRate(options, 1), 0.0);
  EXPECT_DOUBLE_EQ(LearningRate(options, 3), 0.5);
  EXPECT_DOUBLE_EQ(LearningRate(options, 5), 1.0);
  EXPECT_DOUBLE_EQ(LearningRate(options, 1000), 1.0);
}

TEST(LrScheduleTest, LinearReachesZeroWithTheEndOfTheLastStep) {
  const LrOptions options = {.lr = 1.0,
                             .schedule = LrSchedule::kLinear,
                             .warmup_steps = 0,
                             .steps = 10,
                             .lr_min_ratio = 0};
  EXPECT_DOUBLE_EQ(LearningRate(options, 1), 1.0);
  EXPECT_DOUBLE_EQ(LearningRate(options, 10), 0.1);
  EXPECT_DOUBLE_EQ(LearningRate(options, 11), 0.0);
  EXPECT_DOUBLE_EQ(LearningRate(options, 12), 0.0);
}

TEST(LrScheduleTest, CosineEndsAtItsSmallestRate) {
  const LrOptions options = {.lr = 1.0,
                             .schedule = LrSchedule::kCosine,
                             .warmup_steps = 0,
                             .steps = 10,
                             .lr_min_ratio = 0.1};
  EXPECT_DOUBLE_EQ(LearningRate(options, 1), 1.0);
  EXPECT_DOUBLE_EQ(LearningRate(options, 6), 0.55);  // Halfway: 0.5 · 0.9 + 0.1.
  EXPECT_DOUBLE_EQ(LearningRate(options, 11), 0.1);
}

}  // namespace
}  // namespace whet
