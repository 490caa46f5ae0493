// The parts of a decoder layer that work on each row alone: on the CPU by the functions of
// policy/cpu/, elsewhere by LibTorch's operators. All are recorded. Includes LibTorch: for files of
// policy/ only.
#ifndef WHET_POLICY_ROW_OPERATIONS_H_
#define WHET_POLICY_ROW_OPERATIONS_H_

#include <ATen/core/Tensor.h>

#include <vector>

#include "absl/types/span.h"
#include "policy/model_config.h"
#include "policy/parameter.h"

namespace whet {

// x / sqrt(mean(x²) + epsilon) · weight over the last dimension, as wide as the weight [n]; x of
// any shape that ends in it. arXiv:1910.07467.
at::Tensor RmsNorm(const at::Tensor& x, const Parameter& weight, double epsilon);

// gate_up [N, 2 F] → silu(gate) · up [N, F]: the gate is the first half of each row.
at::Tensor SiluMul(const at::Tensor& gate_up);

// [N, Σ widths] → contiguous [N, widths[i]] each.
std::vector<at::Tensor> SplitColumns(const at::Tensor& x, absl::Span<const int64_t> widths);

// Angles of rotary embeddings for a list of positions, on the device of the model.
struct RopeAngles {
  at::Tensor cosines;  // [N, head_dim / 2] f32
  at::Tensor sines;    // [N, head_dim / 2] f32
};
RopeAngles AnglesAt(absl::Span<const int64_t> positions, const RopeFrequencies& frequencies,
                    at::Device device);

// x [N, heads, head_dim]: each head's pairs (i, i + head_dim/2) turned by its row's angles.
// arXiv:2104.09864, with the halves of transformers.
at::Tensor Rotate(const at::Tensor& x, const RopeAngles& angles);

// Rows of the embedding [V, H] for ids → [N, H]. Not recorded; see AddEmbeddingGradient.
at::Tensor Embed(const Parameter& embedding, const at::Tensor& ids);
// embedding.gradient[ids[i]] += dx[i], in order.
void AddEmbeddingGradient(const at::Tensor& dx, const at::Tensor& ids, const Parameter& embedding);

}  // namespace whet

#endif  // WHET_POLICY_ROW_OPERATIONS_H_
