#include "policy/decoder.h"

#include <ATen/ATen.h>

#include "policy/linear.h"
#include "policy/row_operations.h"

namespace whet {
namespace {

// [N, H] → [N, heads, d]: a head's vectors, normed if the model does that.
at::Tensor Heads(const at::Tensor& x, int64_t head_dim, const Parameter& norm, double epsilon) {
  const at::Tensor heads = x.view({x.size(0), -1, head_dim});
  return norm.defined() ? RmsNorm(heads, norm, epsilon) : heads;
}

at::Tensor AttentionBlock(const Weights& weights, int64_t index, const at::Tensor& x,
                          const RopeAngles& angles, Attention* attention) {
  const ModelConfig& config = weights.config;
  const LayerWeights& layer = weights.layers[static_cast<size_t>(index)];
  const double epsilon = config.rms_norm_epsilon;
  const int64_t d = config.head_dim;
  const at::Tensor normed = RmsNorm(x, layer.input_norm, epsilon);
  const at::Tensor qkv = Linear(normed, layer.qkv, layer.qkv_bias, weights.rows_min);
  const std::vector<at::Tensor> parts =
      SplitColumns(qkv, {config.heads * d, config.kv_heads * d, config.kv_heads * d});
  const at::Tensor q = Rotate(Heads(parts[0], d, layer.q_norm, epsilon), angles);
  const at::Tensor k = Rotate(Heads(parts[1], d, layer.k_norm, epsilon), angles);
  const at::Tensor v = parts[2].view({x.size(0), config.kv_heads, d});
  const at::Tensor attended = attention->Attend(index, q, k, v);  // [N, heads · d]
  return Linear(attended, layer.output, layer.output_bias, weights.rows_min);
}

at::Tensor MlpBlock(const Weights& weights, int64_t index, const at::Tensor& x) {
  const LayerWeights& layer = weights.layers[static_cast<size_t>(index)];
  const at::Tensor normed = RmsNorm(x, layer.post_norm, weights.config.rms_norm_epsilon);
  const at::Tensor gate_up = Linear(normed, layer.gate_up, layer.gate_up_bias, weights.rows_min);
  return Linear(SiluMul(gate_up), layer.down, layer.down_bias, weights.rows_min);
}

}  // namespace

at::Tensor Decode(const Weights& weights, const at::Tensor& embedded,
                  absl::Span<const int64_t> positions, Attention* attention) {
  const RopeAngles angles =
      AnglesAt(positions, RopeFrequenciesOf(weights.config.rope, weights.config.head_dim),
               embedded.device());
  at::Tensor x = embedded;  // [N, H], the residual stream
  for (int64_t i = 0; i < weights.config.layers; ++i) {
    x = x + AttentionBlock(weights, i, x, angles, attention);
    x = x + MlpBlock(weights, i, x);
  }
  return RmsNorm(x, weights.final_norm, weights.config.rms_norm_epsilon);
}

}  // namespace whet
