// The weights of a model in memory. Includes LibTorch: for files of policy/ only.
#ifndef WHET_POLICY_WEIGHTS_H_
#define WHET_POLICY_WEIGHTS_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "policy/checkpoint.h"
#include "policy/model_config.h"
#include "policy/parameter.h"
#include "policy/weight_layout.h"

namespace whet {

// Of one layer, as policy/weight_layout.h describes them.
struct LayerWeights {
  Parameter input_norm;
  Parameter qkv;
  Parameter qkv_bias;
  Parameter q_norm;
  Parameter k_norm;
  Parameter output;
  Parameter output_bias;
  Parameter post_norm;
  Parameter gate_up;
  Parameter gate_up_bias;
  Parameter down;
  Parameter down_bias;
};

// All weights, as views into one flat array. Copies share it.
struct Weights {
  ModelConfig config;
  WeightLayout layout;
  at::Tensor flat;  // [layout.total], in the type that is computed with.
  Parameter embedding;
  Parameter head;  // As in the layout.
  Parameter final_norm;
  std::vector<LayerWeights> layers;

  // Rows to which smaller products are padded: policy/exactness.h.
  int64_t rows_min = 1;
};

// Views into `flat` [layout.total], and into `gradient` (f32, as long) if it is defined.
Weights ViewWeights(const ModelConfig& config, const at::Tensor& flat,
                    const at::Tensor& gradient = at::Tensor());

// The weights of a checkpoint as one array [layout.total] in `type`, on the CPU; gaps are 0. Errors
// of Checkpoint, and DataLoss, naming the tensor, for element types that are no floats.
absl::StatusOr<at::Tensor> LoadFlat(const Checkpoint& checkpoint, at::ScalarType type);

// Matrices normal with the configuration's initializer_range, norms 1, biases 0: a function of
// `key`. f32, on the CPU.
at::Tensor RandomFlat(const ModelConfig& config, const RandomKey& key);

// Writes `flat` [layout.total] (any float type, on the CPU) as a checkpoint in `type`; see
// WriteCheckpoint.
absl::Status SaveFlat(const at::Tensor& flat, const ModelConfig& config, at::ScalarType type,
                      const std::string& directory, const std::string& source_directory);

}  // namespace whet

#endif  // WHET_POLICY_WEIGHTS_H_
