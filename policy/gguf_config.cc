#include "policy/gguf_config.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status.h"
#include "policy/model_config.h"
#include "policy/safetensors.h"

namespace whet {
namespace {

struct Architecture {
  absl::string_view name;        // general.architecture
  absl::string_view model_type;  // config.json
  absl::string_view class_name;
  bool optional_bias;  // Attention has a bias where config.json says so.
};
constexpr Architecture kArchitectures[] = {
    {"llama", "llama", "LlamaForCausalLM", true},
    {"qwen2", "qwen2", "Qwen2ForCausalLM", false},
    {"qwen3", "qwen3", "Qwen3ForCausalLM", true},
};

absl::StatusOr<Architecture> ArchitectureOf(const Json& metadata) {
  WHET_ASSIGN_OR_RETURN(const absl::string_view name, metadata.GetString("general.architecture"));
  std::string known;
  for (const Architecture& architecture : kArchitectures) {
    if (architecture.name == name) return architecture;
    absl::StrAppend(&known, known.empty() ? "" : ", ", architecture.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("architecture \"", name, "\" is not supported; known are ", known));
}

// The numbers of "ARCHITECTURE.key".
class ModelKeys {
 public:
  ModelKeys(const Json& metadata, absl::string_view architecture)
      : metadata_(metadata), prefix_(absl::StrCat(architecture, ".")) {}

  std::string Name(absl::string_view key) const { return prefix_ + std::string(key); }
  bool Has(absl::string_view key) const { return metadata_.Find(Name(key)) != nullptr; }
  absl::StatusOr<int64_t> Int(absl::string_view key) const { return metadata_.GetInt(Name(key)); }
  absl::StatusOr<int64_t> IntOr(absl::string_view key, int64_t fallback) const {
    return metadata_.GetIntOr(Name(key), fallback);
  }
  absl::StatusOr<double> Double(absl::string_view key) const {
    return metadata_.GetDouble(Name(key));
  }
  absl::StatusOr<double> DoubleOr(absl::string_view key, double fallback) const {
    return metadata_.GetDoubleOr(Name(key), fallback);
  }
  absl::StatusOr<std::string> StringOr(absl::string_view key, std::string fallback) const {
    return metadata_.GetStringOr(Name(key), std::move(fallback));
  }

  // InvalidArgument if the key is there with another value than `value`.
  absl::Status Expect(absl::string_view key, double value) const {
    WHET_ASSIGN_OR_RETURN(const double found, DoubleOr(key, value));
    if (found == value) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", Name(key), "\" is ", found, ", which is not supported; supported is ", value));
  }

 private:
  const Json& metadata_;
  const std::string prefix_;
};

absl::StatusOr<int64_t> HeadDim(const ModelKeys& keys, int64_t hidden, int64_t heads) {
  if (heads < 1) {
    return absl::DataLossError(
        absl::StrCat("\"", keys.Name("attention.head_count"), "\" is ", heads));
  }
  WHET_ASSIGN_OR_RETURN(const int64_t head_dim, keys.IntOr("attention.key_length", hidden / heads));
  const auto expected = static_cast<double>(head_dim);
  WHET_RETURN_IF_ERROR(keys.Expect("attention.value_length", expected));
  WHET_RETURN_IF_ERROR(keys.Expect("rope.dimension_count", expected));
  return head_dim;
}

absl::Status AddShape(const GgufContents& gguf, const ModelKeys& keys, Json* config) {
  const GgufTensor* const embedding = gguf.Find("token_embd.weight");
  if (embedding == nullptr) return absl::DataLossError("tensor \"token_embd.weight\" is missing");
  WHET_ASSIGN_OR_RETURN(const int64_t hidden, keys.Int("embedding_length"));
  WHET_ASSIGN_OR_RETURN(const int64_t layers, keys.Int("block_count"));
  if (layers > static_cast<int64_t>(gguf.tensors.size())) {
    return absl::DataLossError(absl::StrCat("\"", keys.Name("block_count"), "\" is ", layers,
                                            ", but there are ", gguf.tensors.size(), " tensors"));
  }
  WHET_ASSIGN_OR_RETURN(const int64_t intermediate, keys.Int("feed_forward_length"));
  WHET_ASSIGN_OR_RETURN(const int64_t heads, keys.Int("attention.head_count"));
  WHET_ASSIGN_OR_RETURN(const int64_t kv_heads, keys.IntOr("attention.head_count_kv", heads));
  WHET_ASSIGN_OR_RETURN(const int64_t head_dim, HeadDim(keys, hidden, heads));
  WHET_ASSIGN_OR_RETURN(const int64_t positions_max, keys.Int("context_length"));
  config->Set("vocab_size", embedding->shape[0]);
  config->Set("hidden_size", hidden);
  config->Set("intermediate_size", intermediate);
  config->Set("num_hidden_layers", layers);
  config->Set("num_attention_heads", heads);
  config->Set("num_key_value_heads", kv_heads);
  config->Set("head_dim", head_dim);
  config->Set("max_position_embeddings", positions_max);
  return absl::OkStatus();
}

absl::Status CheckFeatures(const ModelKeys& keys) {
  WHET_RETURN_IF_ERROR(keys.Expect("expert_count", 0));
  WHET_ASSIGN_OR_RETURN(const int64_t positions_max, keys.Int("context_length"));
  WHET_ASSIGN_OR_RETURN(const int64_t window, keys.IntOr("attention.sliding_window", 0));
  // Within a window as long as the context nothing is out of sight.
  if (window > 0 && window < positions_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("a sliding window (of ", window, " tokens) is not supported"));
  }
  return absl::OkStatus();
}

// Frequencies of a rope, as divisors of those without scaling.
std::vector<double> DivisorsOf(const RopeConfig& rope, int64_t head_dim) {
  RopeConfig plain = rope;
  plain.scaling = RopeScaling::kNone;
  const std::vector<float> scaled = RopeFrequenciesOf(rope, head_dim).frequency;
  const std::vector<float> unscaled = RopeFrequenciesOf(plain, head_dim).frequency;
  std::vector<double> divisors;
  divisors.reserve(scaled.size());
  for (size_t i = 0; i < scaled.size(); ++i) divisors.push_back(unscaled[i] / scaled[i]);
  return divisors;
}

// The file has the divisors that were computed from Llama 3's four numbers, not the numbers. The
// largest divisor is `factor`; all published models blend between 1 and 4 turns, which leaves the
// length of the context they were trained with.
absl::StatusOr<Json> Llama3Scaling(const GgufTensor& tensor, double theta, int64_t head_dim) {
  const std::string context = absl::StrCat("tensor \"", tensor.name, "\": ");
  if (tensor.type != GgufTensorType::kF32 || tensor.shape != std::vector{head_dim / 2}) {
    return absl::DataLossError(
        absl::StrCat(context, "it is not of type F32 and shape ", ShapeText({head_dim / 2})));
  }
  std::vector<float> found(static_cast<size_t>(head_dim / 2));
  Dequantise(tensor.type, tensor.bytes, absl::MakeSpan(found));
  RopeConfig rope;
  rope.theta = theta;
  rope.scaling = RopeScaling::kLlama3;
  rope.factor = found.empty() ? 1.0 : *absl::c_max_element(found);
  rope.low_frequency_factor = 1.0;
  rope.high_frequency_factor = 4.0;
  constexpr double kTolerance = 1e-4;  // They were computed in f32.
  constexpr int64_t kPositionsMax = 1 << 20;
  for (int64_t positions = 8192; positions <= kPositionsMax;) {
    rope.positions_trained = static_cast<double>(positions);
    if (rope.factor > 0 &&
        absl::c_equal(DivisorsOf(rope, head_dim), found, [](double divisor, float value) {
          return std::abs(divisor - value) <= kTolerance * divisor;
        })) {
      return Json::Object({{"rope_type", "llama3"},
                           {"factor", rope.factor},
                           {"low_freq_factor", rope.low_frequency_factor},
                           {"high_freq_factor", rope.high_frequency_factor},
                           {"original_max_position_embeddings", positions}});
    }
    // Llama's own length first, then all from 16 up.
    positions = positions == 8192 ? 16 : positions == 4096 ? 16384 : positions * 2;
  }
  return absl::InvalidArgumentError(
      context + "its factors are not those of a Llama 3 scaling; other ones are not supported");
}

absl::StatusOr<Json> NamedScaling(const ModelKeys& keys, const std::string& type) {
  WHET_ASSIGN_OR_RETURN(const double factor, keys.Double("rope.scaling.factor"));
  Json scaling = Json::Object({{"rope_type", type}, {"factor", factor}});
  if (type == "linear") return scaling;
  if (type != "yarn") {
    return absl::InvalidArgumentError(absl::StrCat("\"", keys.Name("rope.scaling.type"), "\" is \"",
                                                   type, "\"; known are none, linear and yarn"));
  }
  WHET_ASSIGN_OR_RETURN(const int64_t positions, keys.Int("rope.scaling.original_context_length"));
  scaling.Set("original_max_position_embeddings", positions);
  for (const auto& [key, name] : {std::pair{"rope.scaling.yarn_beta_fast", "beta_fast"},
                                  std::pair{"rope.scaling.yarn_beta_slow", "beta_slow"}}) {
    if (!keys.Has(key)) continue;
    WHET_ASSIGN_OR_RETURN(const double value, keys.Double(key));
    scaling.Set(name, value);
  }
  WHET_RETURN_IF_ERROR(keys.Expect("rope.scaling.attn_factor", 1));
  WHET_RETURN_IF_ERROR(keys.Expect("rope.scaling.yarn_attn_factor", 1));
  WHET_RETURN_IF_ERROR(keys.Expect("rope.scaling.yarn_ext_factor", 1));
  return scaling;
}

absl::Status AddRope(const GgufContents& gguf, const ModelKeys& keys, Json* config) {
  WHET_ASSIGN_OR_RETURN(const double theta, keys.DoubleOr("rope.freq_base", 10000.0));
  config->Set("rope_theta", theta);
  config->Set("rope_scaling", nullptr);
  // What the key was called once.
  WHET_RETURN_IF_ERROR(keys.Expect("rope.scale_linear", 1));
  WHET_ASSIGN_OR_RETURN(const std::string type, keys.StringOr("rope.scaling.type", "none"));
  const GgufTensor* const factors = gguf.Find(kGgufRopeFactors);
  if (factors != nullptr && type != "none") {
    return absl::InvalidArgumentError(absl::StrCat("\"", keys.Name("rope.scaling.type"), "\" and ",
                                                   "tensor \"", kGgufRopeFactors,
                                                   "\" together are not supported"));
  }
  if (factors != nullptr) {
    WHET_ASSIGN_OR_RETURN(const int64_t head_dim, config->GetInt("head_dim"));
    WHET_ASSIGN_OR_RETURN(Json scaling, Llama3Scaling(*factors, theta, head_dim));
    config->Set("rope_scaling", std::move(scaling));
  } else if (type != "none") {
    WHET_ASSIGN_OR_RETURN(Json scaling, NamedScaling(keys, type));
    config->Set("rope_scaling", std::move(scaling));
  }
  return absl::OkStatus();
}

// The key of the tokenizer's metadata, and what it is called in a checkpoint.
constexpr char kBeginKey[] = "tokenizer.ggml.bos_token_id";
constexpr char kEndKey[] = "tokenizer.ggml.eos_token_id";
constexpr char kPaddingKey[] = "tokenizer.ggml.padding_token_id";
constexpr const char* kEndKeys[] = {kEndKey, "tokenizer.ggml.eot_token_id",
                                    "tokenizer.ggml.eom_token_id"};

absl::Status AddId(const Json& metadata, absl::string_view key, absl::string_view name,
                   Json* config) {
  if (metadata.Find(key) == nullptr) return absl::OkStatus();
  WHET_ASSIGN_OR_RETURN(const int64_t id, metadata.GetInt(key));
  config->Set(name, id);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Json> ConfigOfGguf(const GgufContents& gguf) {
  WHET_ASSIGN_OR_RETURN(const Architecture architecture, ArchitectureOf(gguf.metadata));
  const ModelKeys keys(gguf.metadata, architecture.name);
  Json config = Json::Object({{"architectures", Json::Array({architecture.class_name})},
                              {"model_type", architecture.model_type},
                              {"hidden_act", "silu"}});
  WHET_RETURN_IF_ERROR(CheckFeatures(keys));
  WHET_RETURN_IF_ERROR(AddShape(gguf, keys, &config));
  WHET_ASSIGN_OR_RETURN(const double epsilon, keys.Double("attention.layer_norm_rms_epsilon"));
  config.Set("rms_norm_eps", epsilon);
  WHET_RETURN_IF_ERROR(AddRope(gguf, keys, &config));
  config.Set("tie_word_embeddings", gguf.Find("output.weight") == nullptr);
  if (architecture.optional_bias) {
    config.Set("attention_bias", gguf.Find("blk.0.attn_q.bias") != nullptr);
  }
  if (architecture.name == "llama") {
    config.Set("mlp_bias", gguf.Find("blk.0.ffn_gate.bias") != nullptr);
  } else {
    config.Set("use_sliding_window", false);
  }
  WHET_RETURN_IF_ERROR(AddId(gguf.metadata, kBeginKey, "bos_token_id", &config));
  WHET_RETURN_IF_ERROR(AddId(gguf.metadata, kEndKey, "eos_token_id", &config));
  WHET_RETURN_IF_ERROR(AddId(gguf.metadata, kPaddingKey, "pad_token_id", &config));
  return config;
}

absl::StatusOr<Json> GenerationConfigOfGguf(const Json& metadata) {
  Json config = Json::Object();
  WHET_RETURN_IF_ERROR(AddId(metadata, kBeginKey, "bos_token_id", &config));
  std::vector<Json> ends;
  for (const char* const key : kEndKeys) {
    if (metadata.Find(key) == nullptr) continue;
    WHET_ASSIGN_OR_RETURN(const int64_t id, metadata.GetInt(key));
    if (!absl::c_linear_search(ends, Json(id))) ends.emplace_back(id);
  }
  if (ends.size() == 1) {
    config.Set("eos_token_id", std::move(ends[0]));
  } else if (!ends.empty()) {
    config.Set("eos_token_id", Json::Array(std::move(ends)));
  }
  WHET_RETURN_IF_ERROR(AddId(metadata, kPaddingKey, "pad_token_id", &config));
  return config;
}

}  // namespace whet
