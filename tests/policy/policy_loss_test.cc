#include "policy/policy_loss.h"

#include <cmath>

#include "gtest/gtest.h"

namespace whet {
namespace {

TokenLoss Loss(const PolicyLossOptions& options, double logprob, double behavior,
               double advantage) {
  return LossOfToken(options, {.logprob = logprob,
                               .behavior_logprob = behavior,
                               .reference_logprob = -1.0,
                               .advantage = advantage});
}

TEST(PolicyLossTest, OnPolicyTheRatioIsOneToTheBit) {
  const TokenLoss loss = Loss({}, -2.345678F, -2.345678F, 1.5);
  EXPECT_EQ(loss.ratio, 1.0);
  EXPECT_EQ(loss.loss, -1.5);
  EXPECT_EQ(loss.gradient, -1.5);
}

TEST(PolicyLossTest, ClipsWhatHasMovedFarEnoughInItsDirection) {
  // r = e^0.5 = 1.6487 > 1.28: nothing more is gained.
  const TokenLoss high = Loss({}, -1.0, -1.5, 2.0);
  EXPECT_FLOAT_EQ(high.loss, -2.56);
  EXPECT_EQ(high.gradient, 0.0);
  EXPECT_TRUE(high.clipped_high);
  // r = e^-0.5 = 0.6065 < 0.8.
  const TokenLoss low = Loss({}, -1.5, -1.0, -2.0);
  EXPECT_FLOAT_EQ(low.loss, 1.6);
  EXPECT_EQ(low.gradient, 0.0);
  EXPECT_TRUE(low.clipped_low);
}

TEST(PolicyLossTest, DoesNotClipWhatMovedTheWrongWay) {
  const double r = std::exp(0.5);
  const TokenLoss loss = Loss({}, -1.0, -1.5, -2.0);
  EXPECT_FLOAT_EQ(loss.loss, 2.0 * r);
  EXPECT_FLOAT_EQ(loss.gradient, 2.0 * r);
  EXPECT_FALSE(loss.clipped_low || loss.clipped_high);
}

TEST(PolicyLossTest, DivergenceIsK3) {
  PolicyLossOptions options;
  options.kl_coefficient = 0.5;
  // l = log π_ref - log π = 1: k3 = e - 1 - 1 = 0.7183, its slope 1 - e.
  const TokenLoss loss = Loss(options, -2.0, -2.0, 0.0);
  EXPECT_NEAR(loss.kl, 0.718281828, 1e-9);
  EXPECT_NEAR(loss.loss, 0.5 * 0.718281828, 1e-9);
  EXPECT_NEAR(loss.gradient, 0.5 * (1.0 - std::exp(1.0)), 1e-9);
}

TEST(PolicyLossTest, UnbiasedDivergenceHasTheSlopeOfItsProductWithTheRatio) {
  PolicyLossOptions options;
  options.kl_coefficient = 1.0;
  options.kl_unbiased = true;
  const double h = 1e-3;
  const double slope =
      (Loss(options, -2.0 + h, -2.2, 0.0).loss - Loss(options, -2.0 - h, -2.2, 0.0).loss) / (2 * h);
  EXPECT_NEAR(Loss(options, -2.0, -2.2, 0.0).gradient, slope, 1e-4);
}

TEST(PolicyLossTest, NotANumberIsNotClippedAway) {
  EXPECT_TRUE(std::isnan(Loss({}, std::nan(""), -1.0, 1.0).loss));
  EXPECT_TRUE(std::isnan(Loss({}, std::nan(""), -1.0, -1.0).gradient));
}

TEST(PolicyLossTest, WeightsOfTokensAddUpAsTheAggregationsSay) {
  // Two samples of 1 and 3 tokens; completions of at most 8.
  PolicyLossOptions options;
  options.tokens_max = 8;
  EXPECT_DOUBLE_EQ(TokenWeight(options, 4, 2, 1), 0.25);
  options.aggregation = LossAggregation::kGrpo;
  EXPECT_DOUBLE_EQ(TokenWeight(options, 4, 2, 1), 0.5);
  EXPECT_DOUBLE_EQ(TokenWeight(options, 4, 2, 3), 1.0 / 6);
  options.aggregation = LossAggregation::kDrGrpo;
  EXPECT_DOUBLE_EQ(TokenWeight(options, 4, 2, 3), 1.0 / 16);
}

}  // namespace
}  // namespace whet
