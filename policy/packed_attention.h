// Causal attention over sequences that lie end to end, for training. Includes LibTorch: for files
// of policy/ only.
#ifndef WHET_POLICY_PACKED_ATTENTION_H_
#define WHET_POLICY_PACKED_ATTENTION_H_

#include <ATen/core/Tensor.h>

#include <memory>

#include "policy/packed_layout.h"

namespace whet {

// q [N, heads, d], k and v [N, kv_heads, d] → [N, heads · d]: each row attends to its prefix and to
// its own sequence up to itself; scores are scaled by d^-0.5, head h reads key head
// h / (heads / kv_heads). Recorded.
at::Tensor PackedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           std::shared_ptr<const PackedLayout> layout);

}  // namespace whet

#endif  // WHET_POLICY_PACKED_ATTENTION_H_
