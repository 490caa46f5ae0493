// From hidden states to log-probabilities of tokens, and back, in chunks of rows: there is never a
// matrix of all tokens by the whole vocabulary. Includes LibTorch: for files of policy/ only.
#ifndef WHET_POLICY_HEAD_H_
#define WHET_POLICY_HEAD_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "policy/cpu/row_functions.h"
#include "policy/parameter.h"

namespace whet {

// logits = softcap · tanh((h · wᵀ + bias) · scale / softcap), divided by the temperature.
struct HeadOptions {
  double temperature = 1.0;  // Above 0.
  double logit_scale = 1.0;
  double softcap = 0.0;  // 0: none.
  Parameter bias;        // [V]; undefined: none.
  int64_t rows_min = 1;  // policy/exactness.h
};

// Logits before the temperature, [N, V] in the type of the hidden states [N, H]: of a few rows only.
at::Tensor LogitsOf(const at::Tensor& hidden, const Parameter& weight, const HeadOptions& options);

// Of each row, in nats, at the temperature.
struct TokenStatistics {
  std::vector<float> logprobs;   // log p(target)
  std::vector<float> entropies;  // -Σ p log p
  std::vector<bool> is_top;      // The target is the most probable; of equal ones, the lowest id.
};

// hidden [N, H], targets [N] within [0, V).
TokenStatistics ScoreTokens(const at::Tensor& hidden, const Parameter& weight,
                            absl::Span<const int64_t> targets, const HeadOptions& options);

// The gradient of Σ logprob_gradients · logprobs + Σ entropy_gradients · entropies with respect to
// `hidden`, [N, H]; adds those of weight and bias to their gradients. `entropy_gradients` may be
// empty.
struct TokenGradients {
  absl::Span<const float> logprobs;
  absl::Span<const float> entropies;
};
at::Tensor ScoreTokensBackward(const at::Tensor& hidden, const Parameter& weight,
                               absl::Span<const int64_t> targets, const TokenGradients& gradients,
                               const HeadOptions& options);

// log p of a token from its logit and its row's statistics; what ScoreTokens gives, to the bit.
float LogprobOf(float logit, float inverse_temperature, const LogitStatistics& statistics);

}  // namespace whet

#endif  // WHET_POLICY_HEAD_H_
