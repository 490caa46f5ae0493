// The choice of one token from a row of logits: a function of the row, the parameters and one
// uniform number. No LibTorch.
#ifndef WHET_POLICY_SAMPLER_H_
#define WHET_POLICY_SAMPLER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "policy/cpu/row_functions.h"
#include "rollout/sampling_params.h"

namespace whet {

struct Candidate {
  int32_t token;
  float score;  // The logit after penalty and temperature.
};

// What is left of `logits` [V] after penalty, temperature, top-k, top-p and min-p, at least one
// token; -inf never is. `history` is what the penalty looks at. Most probable first where anything
// was filtered, else by id. The temperature must be above 0.
std::vector<Candidate> FilterTokens(absl::Span<const float> logits, const SamplingParams& sampling,
                                    absl::Span<const int32_t> history);

struct SampledToken {
  int32_t token;
  float logprob;  // As Rollout::logprobs.
};

// What a token is sampled by.
struct SampleArguments {
  int64_t vocabulary;  // Logits in the row.
  int64_t tokens;      // Only the first so many are sampled: ids beyond are not the tokenizer's.
  const SamplingParams& sampling;
  absl::Span<const int32_t> history;  // Prompt and completion so far.
  float uniform;                      // In [0, 1).
};

// T is float or Bf16.
template <typename T>
SampledToken SampleToken(const RowFunctions<T>& functions, const T* logits,
                         const SampleArguments& arguments);

}  // namespace whet

#endif  // WHET_POLICY_SAMPLER_H_
