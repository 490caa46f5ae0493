#include "policy/weights.h"

#include <ATen/ATen.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status.h"

namespace whet {
namespace {

at::Tensor View(const at::Tensor& flat, const WeightRange& range) {
  if (!flat.defined() || range.rows == 0) return at::Tensor();
  if (range.columns == 0) return flat.narrow(0, range.offset, range.rows);
  return flat.narrow(0, range.offset, range.rows * range.columns).view({range.rows, range.columns});
}

absl::StatusOr<at::ScalarType> ScalarTypeOf(const TensorView& tensor) {
  switch (tensor.type) {
    case TensorType::kF64:
      return at::kDouble;
    case TensorType::kF32:
      return at::kFloat;
    case TensorType::kF16:
      return at::kHalf;
    case TensorType::kBF16:
      return at::kBFloat16;
    default:
      return absl::DataLossError(absl::StrCat("tensor \"", tensor.name, "\" is of type ",
                                              TensorTypeName(tensor.type),
                                              "; supported are F32, BF16, F16 and F64"));
  }
}

}  // namespace

Weights ViewWeights(const ModelConfig& config, const at::Tensor& flat, const at::Tensor& gradient) {
  Weights weights;
  weights.config = config;
  weights.layout = LayoutOf(config);
  weights.flat = flat;
  const WeightLayout& layout = weights.layout;
  WHET_CHECK(flat.numel() == layout.total);
  const auto parameter = [&](const WeightRange& range) {
    return Parameter{View(flat, range), View(gradient, range)};
  };
  weights.embedding = parameter(layout.embedding);
  weights.head = parameter(layout.head);
  weights.final_norm = parameter(layout.final_norm);
  for (const LayerRanges& ranges : layout.layers) {
    weights.layers.push_back({.input_norm = parameter(ranges.input_norm),
                              .qkv = parameter(ranges.qkv),
                              .qkv_bias = parameter(ranges.qkv_bias),
                              .q_norm = parameter(ranges.q_norm),
                              .k_norm = parameter(ranges.k_norm),
                              .output = parameter(ranges.output),
                              .output_bias = parameter(ranges.output_bias),
                              .post_norm = parameter(ranges.post_norm),
                              .gate_up = parameter(ranges.gate_up),
                              .gate_up_bias = parameter(ranges.gate_up_bias),
                              .down = parameter(ranges.down),
                              .down_bias = parameter(ranges.down_bias)});
  }
  return weights;
}

absl::StatusOr<at::Tensor> LoadFlat(const Checkpoint& checkpoint, at::ScalarType type) {
  const WeightLayout layout = LayoutOf(checkpoint.config());
  std::vector<std::string> names;
  names.reserve(layout.slots.size());
  for (const WeightSlot& slot : layout.slots) names.push_back(slot.name);
  WHET_RETURN_IF_ERROR(checkpoint.CheckAllKnown(names));
  std::vector<at::Tensor> sources;
  for (const WeightSlot& slot : layout.slots) {
    WHET_ASSIGN_OR_RETURN(const TensorView tensor, checkpoint.Tensor(slot.name, slot.shape));
    absl::StatusOr<at::ScalarType> stored = ScalarTypeOf(tensor);
    if (!stored.ok()) return Annotate(stored.status(), checkpoint.directory());
    // Only read from; from_blob has no const form.
    sources.push_back(
        at::from_blob(const_cast<std::byte*>(tensor.bytes.data()), {slot.count}, *stored));
  }
  // Only now is it known that the sizes in config.json are those of the files.
  at::Tensor flat = at::zeros({layout.total}, type);
  for (size_t i = 0; i < sources.size(); ++i) {
    const WeightSlot& slot = layout.slots[i];
    flat.narrow(0, slot.offset, slot.count).copy_(sources[i]);
  }
  return flat;
}

at::Tensor RandomFlat(const ModelConfig& config, const RandomKey& key) {
  const WeightLayout layout = LayoutOf(config);
  at::Tensor flat = at::zeros({layout.total}, at::kFloat);
  float* const values = flat.mutable_data_ptr<float>();
  for (const WeightSlot& slot : layout.slots) {
    if (slot.shape.size() == 1) {
      const bool norm = absl::EndsWith(slot.name, "norm.weight");
      flat.narrow(0, slot.offset, slot.count).fill_(norm ? 1.0 : 0.0);
      continue;
    }
    const RandomKey own = key.Child(slot.name);
    for (int64_t i = 0; i < slot.count; ++i) {
      values[slot.offset + i] =
          static_cast<float>(own.Normal(static_cast<uint64_t>(i)) * config.initializer_range);
    }
  }
  return flat;
}

absl::Status SaveFlat(const at::Tensor& flat, const ModelConfig& config, at::ScalarType type,
                      const std::string& directory, const std::string& source_directory) {
  WHET_CHECK(type == at::kFloat || type == at::kBFloat16);
  const at::Tensor stored = flat.to(type);
  const WeightLayout layout = LayoutOf(config);
  const auto* const bytes = static_cast<const std::byte*>(stored.const_data_ptr());
  const int64_t size = static_cast<int64_t>(stored.element_size());
  std::vector<TensorView> tensors;
  tensors.reserve(layout.slots.size());
  for (const WeightSlot& slot : layout.slots) {
    tensors.push_back(
        {.name = slot.name,
         .type = type == at::kFloat ? TensorType::kF32 : TensorType::kBF16,
         .shape = slot.shape,
         .bytes = {bytes + slot.offset * size, static_cast<size_t>(slot.count * size)}});
  }
  return WriteCheckpoint(directory, source_directory, tensors);
}

}  // namespace whet
