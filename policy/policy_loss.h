// What is minimized, token by token, and its gradient with respect to the log-probability: plain
// arithmetic. docs/algorithms.md tells the formulas with their sources. No LibTorch.
#ifndef WHET_POLICY_POLICY_LOSS_H_
#define WHET_POLICY_POLICY_LOSS_H_

#include <cstdint>

namespace whet {

// How the losses of tokens become one.
enum class LossAggregation {
  kDapo,    // Mean over the tokens of the batch (arXiv:2503.14476).
  kGrpo,    // Mean over samples of the mean over their tokens (arXiv:2402.03300).
  kDrGrpo,  // Sum over tokens / (samples · tokens_max) (arXiv:2503.20783).
};

struct PolicyLossOptions {
  LossAggregation aggregation = LossAggregation::kDapo;
  double clip_low = 0.2;
  double clip_high = 0.28;
  double kl_coefficient = 0.0;
  // The divergence is multiplied by the ratio, which makes its gradient unbiased off-policy
  // (arXiv:2512.02556, section 3.1).
  bool kl_unbiased = false;
  int64_t tokens_max = 1;  // Of a completion; kDrGrpo's constant.
};

// The share of one token in a batch's loss: what its own loss is multiplied by. `sample_tokens`
// counts those of its sample.
double TokenWeight(const PolicyLossOptions& options, double normalizer_tokens,
                   double normalizer_samples, int64_t sample_tokens);

// Of one sampled token, in nats.
struct TokenLossInput {
  double logprob;            // log π, by the weights that are trained.
  double behavior_logprob;   // log π_old, by those that sampled it.
  double reference_logprob;  // log π_ref; read if kl_coefficient is not 0.
  double advantage;
};

struct TokenLoss {
  double loss;      // Before the token's weight.
  double gradient;  // d loss / d logprob.
  double ratio;     // π / π_old
  double kl;        // k3, before coefficient and ratio; 0 without a reference.
  bool clipped_low;
  bool clipped_high;
};

// loss = - min(r A, clip(r, 1 - clip_low, 1 + clip_high) A) + kl_coefficient · k3 [· r],
// r = π / π_old, k3 = π_ref/π - log(π_ref/π) - 1. The clip counts where it could bind: the ratio is
// below with A < 0 or above with A > 0.
TokenLoss LossOfToken(const PolicyLossOptions& options, const TokenLossInput& token);

}  // namespace whet

#endif  // WHET_POLICY_POLICY_LOSS_H_
