// The decoder of the Llama family: from token ids to the hidden states that the head reads. The
// same code samples and trains; what differs is where attention finds its keys. Includes LibTorch:
// for files of policy/ only.
#ifndef WHET_POLICY_DECODER_H_
#define WHET_POLICY_DECODER_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "policy/weights.h"

namespace whet {

// Where the attention of a batch of rows finds its keys and values.
class Attention {
 public:
  virtual ~Attention() = default;

  // q [N, heads, d], k and v [N, kv_heads, d] of layer `layer`, rotated already → [N, heads · d].
  virtual at::Tensor Attend(int64_t layer, const at::Tensor& q, const at::Tensor& k,
                            const at::Tensor& v) = 0;
};

// Hidden states after the final norm, [N, H], of embedded rows [N, H] at their positions [N]. A
// row's result depends on its own sequence only. Recorded if `embedded` wants a gradient.
//
// Llama: arXiv:2302.13971; Qwen2: arXiv:2407.10671; Qwen3: arXiv:2505.09388.
at::Tensor Decode(const Weights& weights, const at::Tensor& embedded,
                  absl::Span<const int64_t> positions, Attention* attention);

}  // namespace whet

#endif  // WHET_POLICY_DECODER_H_
