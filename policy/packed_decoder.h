// The decoder over sequences that lie end to end. Includes LibTorch: for files of policy/ only.
#ifndef WHET_POLICY_PACKED_DECODER_H_
#define WHET_POLICY_PACKED_DECODER_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "policy/packed_layout.h"
#include "policy/weights.h"

namespace whet {

// [N] i64 on `device`.
at::Tensor IdTensor(const std::vector<int64_t>& ids, const at::Device& device);

// Hidden states of some `rows` [R] of the layout, [R, H], from all its embedded rows [N, H].
// Recorded if `embedded` wants a gradient.
at::Tensor DecodePacked(const Weights& weights, const at::Tensor& embedded,
                        const PackedLayout& layout, const std::vector<int64_t>& rows);

}  // namespace whet

#endif  // WHET_POLICY_PACKED_DECODER_H_
