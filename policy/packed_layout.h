// How the sequences of a training batch lie end to end. No LibTorch.
#ifndef WHET_POLICY_PACKED_LAYOUT_H_
#define WHET_POLICY_PACKED_LAYOUT_H_

#include <cstdint>
#include <vector>

namespace whet {

// A sequence in a packed batch: its own rows, and those of an earlier sequence that it continues.
// So a prompt is computed once for all its completions.
struct PackedSequence {
  int64_t begin;    // Its first row.
  int64_t count;    // Rows of its own.
  int prefix = -1;  // Index of the sequence that it continues, which continues none itself.
};
using PackedLayout = std::vector<PackedSequence>;

// Rows of the sequence that it continues.
int64_t PrefixCount(const PackedLayout& layout, const PackedSequence& sequence);

// Positions of the rows: they go on from the prefix's.
std::vector<int64_t> PositionsOf(const PackedLayout& layout);

}  // namespace whet

#endif  // WHET_POLICY_PACKED_LAYOUT_H_
