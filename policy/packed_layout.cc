#include "policy/packed_layout.h"

#include <stddef.h>

namespace whet {

int64_t PrefixCount(const PackedLayout& layout, const PackedSequence& sequence) {
  return sequence.prefix < 0 ? 0 : layout[static_cast<size_t>(sequence.prefix)].count;
}

std::vector<int64_t> PositionsOf(const PackedLayout& layout) {
  std::vector<int64_t> positions;
  for (const PackedSequence& sequence : layout) {
    const int64_t prefix = PrefixCount(layout, sequence);
    for (int64_t i = 0; i < sequence.count; ++i) positions.push_back(prefix + i);
  }
  return positions;
}

}  // namespace whet
