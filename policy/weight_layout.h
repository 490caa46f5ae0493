// Where each weight of a model lies in one flat array. Matrices that are multiplied together lie
// end to end (query, key and value; gate and up), so that they are one matrix without being copied.
#ifndef WHET_POLICY_WEIGHT_LAYOUT_H_
#define WHET_POLICY_WEIGHT_LAYOUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "policy/model_config.h"

namespace whet {

// A tensor as it is named in a checkpoint.
struct WeightSlot {
  std::string name;            // "model.layers.0.self_attn.q_proj.weight"
  std::vector<int64_t> shape;  // A matrix is [out, in].
  int64_t offset;              // In elements of the flat array.
  int64_t count;               // Product of the shape.
};

// A matrix [rows, columns] or, with columns 0, a vector [rows] in the flat array; it may span
// several slots. rows 0: the model has none.
struct WeightRange {
  int64_t offset = 0;
  int64_t rows = 0;
  int64_t columns = 0;
};

struct LayerRanges {
  WeightRange input_norm;    // [H]
  WeightRange qkv;           // [(heads + 2 kv_heads) · head_dim, H]
  WeightRange qkv_bias;      // [(heads + 2 kv_heads) · head_dim]
  WeightRange q_norm;        // [head_dim]
  WeightRange k_norm;        // [head_dim]
  WeightRange output;        // [H, heads · head_dim]
  WeightRange output_bias;   // [H]
  WeightRange post_norm;     // [H]
  WeightRange gate_up;       // [2 F, H]
  WeightRange gate_up_bias;  // [2 F]
  WeightRange down;          // [H, F]
  WeightRange down_bias;     // [H]
};

struct WeightLayout {
  std::vector<WeightSlot> slots;  // In the order of their offsets.
  int64_t total = 0;              // Elements of the flat array, gaps for alignment included.
  // Weight decay applies to [0, decay_end): the matrices. Norms and biases follow.
  int64_t decay_end = 0;
  WeightRange embedding;   // [V, H]
  WeightRange head;        // [V, H], where tied the embedding's; of a reward model [labels, H].
  WeightRange final_norm;  // [H]
  std::vector<LayerRanges> layers;
};

WeightLayout LayoutOf(const ModelConfig& config);

// Weights that are learnt, gaps left out.
int64_t ParameterCount(const WeightLayout& layout);

}  // namespace whet

#endif  // WHET_POLICY_WEIGHT_LAYOUT_H_
