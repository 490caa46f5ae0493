// How the next token is chosen from what the model predicts.
#ifndef WHET_ROLLOUT_SAMPLING_PARAMS_H_
#define WHET_ROLLOUT_SAMPLING_PARAMS_H_

#include <cstdint>

namespace whet {

// Applied in this order, as transformers does: repetition penalty, temperature, top-k, top-p,
// min-p.
struct SamplingParams {
  int64_t tokens_max = 1024;        // Of the completion.
  double temperature = 1.0;         // 0: the most probable token, of equal ones the lowest id.
  int64_t top_k = 0;                // The k most probable, and those equal to the last; 0: all.
  double top_p = 1.0;               // The fewest most probable that add up to this; 1: all.
  double min_p = 0.0;               // At least this share of the most probable's; 0: all.
  double repetition_penalty = 1.0;  // Logits of tokens seen already: divided if positive, else
                                    // multiplied (arXiv:1909.05858). 1: none.
};

}  // namespace whet

#endif  // WHET_ROLLOUT_SAMPLING_PARAMS_H_
