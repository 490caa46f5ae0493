#include "policy/policy_loss.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace whet {

double TokenWeight(const PolicyLossOptions& options, double normalizer_tokens,
                   double normalizer_samples, int64_t sample_tokens) {
  switch (options.aggregation) {
    case LossAggregation::kDapo:
      return 1.0 / normalizer_tokens;
    case LossAggregation::kGrpo:
      return 1.0 / (normalizer_samples * static_cast<double>(sample_tokens));
    case LossAggregation::kDrGrpo:
      return 1.0 / (normalizer_samples * static_cast<double>(options.tokens_max));
  }
  WHET_CHECK(false);
  return 0;
}

TokenLoss LossOfToken(const PolicyLossOptions& options, const TokenLossInput& token) {
  // Ratio and bounds in f32, as the reference implementations have them: it decides on which side
  // of a bound a ratio falls that is meant to lie on it.
  const double ratio = std::exp(static_cast<float>(token.logprob - token.behavior_logprob));
  const double low = static_cast<float>(1.0 - options.clip_low);
  const double high = static_cast<float>(1.0 + options.clip_high);
  const double plain = ratio * token.advantage;
  const double bounded = std::clamp(ratio, low, high) * token.advantage;
  TokenLoss out = {.loss = -std::min(plain, bounded),
                   .gradient = plain <= bounded ? -plain : 0.0,  // d r / d logprob = r.
                   .ratio = ratio,
                   .kl = 0.0,
                   .clipped_low = ratio < low && token.advantage<0, .clipped_high = ratio> high &&
                                  token.advantage > 0};
  // A NaN ratio must not pass for a clipped one.
  if (std::isnan(ratio)) out.loss = out.gradient = ratio;
  if (options.kl_coefficient == 0.0) return out;
  const double difference = token.reference_logprob - token.logprob;
  const double inverse = std::exp(difference);  // π_ref / π
  out.kl = inverse - difference - 1.0;
  const double slope = 1.0 - inverse;  // d k3 / d logprob
  const double factor = options.kl_unbiased ? ratio : 1.0;
  out.loss += options.kl_coefficient * factor * out.kl;
  out.gradient +=
      options.kl_coefficient * (factor * slope + (options.kl_unbiased ? ratio * out.kl : 0.0));
  return out;
}

}  // namespace whet
