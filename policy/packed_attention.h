// Causal attention over sequences that lie end to end, for training. Includes LibTorch: for files of
// policy/ only.
#ifndef WHET_POLICY_PACKED_ATTENTION_H_
#define WHET_POLICY_PACKED_ATTENTION_H_

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

namespace whet {

// A sequence in a packed batch: its own rows, and those of an earlier sequence that it continues.
// So a prompt is computed once for all its completions.
struct PackedSequence {
  int64_t begin;   // Its first row.
  int64_t count;   // Rows of its own.
  int prefix = -1;  // Index of the sequence that it continues, which continues none itself.
};
using PackedLayout = std::vector<PackedSequence>;

// Positions of the rows: they go on from the prefix's.
std::vector<int64_t> PositionsOf(const PackedLayout& layout);

// q [N, heads, d], k and v [N, kv_heads, d] → [N, heads · d]: each row attends to its prefix and to
// its own sequence up to itself; scores are scaled by d^-0.5, head h reads key head
// h / (heads / kv_heads). Recorded.
at::Tensor PackedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           std::shared_ptr<const PackedLayout> layout);

}  // namespace whet

#endif  // WHET_POLICY_PACKED_ATTENTION_H_
