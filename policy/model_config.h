// What a checkpoint's config.json says about the shape of a model: the decoders of the Llama family
// (Llama, Mistral without a window, Qwen2, Qwen3), whose differences are the flags below, as
// language models and as reward models.
#ifndef WHET_POLICY_MODEL_CONFIG_H_
#define WHET_POLICY_MODEL_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/exactness.h"
#include "text/json.h"

namespace whet {

// How frequencies of the rotary embedding are stretched for longer contexts.
enum class RopeScaling {
  kNone,
  kLinear,  // All divided by the factor.
  kLlama3,  // Long waves divided, short ones kept, those between blended.
  kYarn,    // The same by dimension, and the attention sharpened (arXiv:2309.00071).
};

// The fields after `scaling` are read where the scaling needs them; the rest stay as they are here.
struct RopeConfig {
  double theta = 10000.0;
  RopeScaling scaling = RopeScaling::kNone;
  double factor = 1.0;
  double low_frequency_factor = 1.0;   // kLlama3
  double high_frequency_factor = 4.0;  // kLlama3
  double positions_trained = 0;        // kLlama3, kYarn: original_max_position_embeddings
  double beta_fast = 32.0;             // kYarn
  double beta_slow = 1.0;              // kYarn
  double attention_factor = 0.0;       // kYarn; factor of cosines and sines. 0: from `factor`.
  bool truncate = true;                // kYarn: whole dimensions at the ramp's ends.
};

// What the head makes of hidden states.
enum class ModelKind {
  kCausalLm,     // Logits of the next token: …ForCausalLM.
  kRewardModel,  // Values of a text, one a label: …ForSequenceClassification.
};

struct ModelConfig {
  std::string architecture;  // "Qwen3ForCausalLM"
  ModelKind kind = ModelKind::kCausalLm;
  int64_t vocabulary = 0;  // Rows of the embedding; may exceed the tokenizer's ids.
  int64_t hidden = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;  // Divides heads.
  int64_t head_dim = 0;  // Even; heads · head_dim need not be hidden.
  int64_t intermediate = 0;
  int64_t positions_max = 0;  // The context window.
  double rms_norm_epsilon = 1e-6;
  RopeConfig rope;
  bool qkv_bias = false;
  bool output_bias = false;  // Of the attention's output projection.
  bool mlp_bias = false;
  bool qk_norm = false;    // RMS norm of each head's query and key, before rotation (Qwen3).
  bool tied_head = false;  // The output matrix is the embedding.
  double initializer_range = 0.02;
  std::vector<int64_t> eos_ids;  // May be empty; generation_config.json adds its own.
  int64_t labels = 0;            // kRewardModel: how many values; id2label, or num_labels, or 2.
  std::optional<int64_t> pad_id = std::nullopt;  // pad_token_id
};

// Reads a config.json: both forms of rope settings (`rope_parameters`, and `rope_theta` beside
// `rope_scaling`), and both kinds of heads. InvalidArgument for an architecture or a feature that
// is not supported, saying which, and for numbers that do not fit together.
absl::StatusOr<ModelConfig> ParseModelConfig(const Json& json);

// Angles per position of a rotary embedding: position p turns the pair (i, i + head_dim/2) by
// p · frequency[i]. Cosines and sines are then multiplied by `attention_factor`.
struct RopeFrequencies {
  std::vector<float> frequency;  // [head_dim / 2]
  float attention_factor;
};
RopeFrequencies RopeFrequenciesOf(const RopeConfig& rope, int64_t head_dim);

// The ids in a member that is a number, a list of numbers, or null (config.json's and
// generation_config.json's eos_token_id).
absl::StatusOr<std::vector<int64_t>> IdsOf(const Json& json, absl::string_view key);

// The matrices that all of a model's rows are multiplied with, each shape once. Of a large
// vocabulary only a part: what is tried on them should not take long.
std::vector<LinearShape> LinearShapesOf(const ModelConfig& config);

}  // namespace whet

#endif  // WHET_POLICY_MODEL_CONFIG_H_
