#include "policy/model_config.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace whet {
namespace {

// What distinguishes the families where config.json is silent.
struct Family {
  absl::string_view name;
  bool qkv_bias;          // If `bias_from_config` is false.
  bool bias_from_config;  // attention_bias sets both, with Qwen3 as with Llama.
  bool qk_norm;
  int64_t window;    // sliding_window
  bool uses_window;  // use_sliding_window
};
constexpr Family kFamilies[] = {
    {"Llama", false, true, false, 0, false},
    {"Mistral", false, false, false, 4096, true},
    {"Qwen2", true, false, false, 4096, false},
    {"Qwen3", false, true, true, 4096, false},
};

struct Head {
  absl::string_view name;  // Behind the family's.
  ModelKind kind;
};
constexpr Head kHeads[] = {
    {"ForCausalLM", ModelKind::kCausalLm},
    {"ForSequenceClassification", ModelKind::kRewardModel},
};

struct Architecture {
  Family family;
  Head head;
};

absl::StatusOr<Architecture> ArchitectureOf(const Json& json) {
  std::string name;
  if (const Json* architectures = json.Find("architectures");
      architectures != nullptr && !architectures->is_null()) {
    WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> names, architectures->Elements());
    if (!names.empty()) {
      WHET_ASSIGN_OR_RETURN(const absl::string_view first, names[0].String());
      name = std::string(first);
    }
  }
  std::string known;
  for (const Head& head : kHeads) {
    for (const Family& family : kFamilies) {
      const std::string architecture = absl::StrCat(family.name, head.name);
      if (name == architecture) return Architecture{family, head};
      absl::StrAppend(&known, known.empty() ? "" : ", ", architecture);
    }
  }
  return absl::InvalidArgumentError(
      name.empty()
          ? absl::StrCat("\"architectures\" is missing; known are ", known)
          : absl::StrCat("architecture \"", name, "\" is not supported; known are ", known));
}

constexpr int64_t kSizeMax = int64_t{1} << 30;
constexpr int64_t kLayersMax = 4096;
constexpr int64_t kHeadDimMax = 512;
constexpr double kParametersMax = 1e14;

absl::Status CheckSize(absl::string_view key, int64_t value, int64_t max = kSizeMax) {
  if (value >= 1 && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("\"", key, "\" is ", value, "; it must be from 1 to ", max));
}

absl::StatusOr<RopeScaling> ScalingOf(absl::string_view type) {
  if (type == "default") return RopeScaling::kNone;
  if (type == "linear") return RopeScaling::kLinear;
  if (type == "llama3") return RopeScaling::kLlama3;
  if (type == "yarn") return RopeScaling::kYarn;
  return absl::InvalidArgumentError(absl::StrCat(
      "rope type \"", type, "\" is not supported; known are default, linear, llama3 and yarn"));
}

double YarnMscale(double factor, double mscale) {
  return factor <= 1.0 ? 1.0 : 0.1 * mscale * std::log(factor) + 1.0;
}

absl::Status CheckRotaryShare(const Json& json) {
  WHET_ASSIGN_OR_RETURN(const double share, json.GetDoubleOr("partial_rotary_factor", 1.0));
  if (share == 1.0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "\"partial_rotary_factor\" is not 1; heads that are turned in part are not supported");
}

absl::Status ReadScaling(const Json& json, double positions_max, RopeConfig* rope) {
  WHET_ASSIGN_OR_RETURN(const std::string old_type, json.GetStringOr("type", "default"));
  WHET_ASSIGN_OR_RETURN(const std::string type, json.GetStringOr("rope_type", old_type));
  WHET_ASSIGN_OR_RETURN(rope->scaling, ScalingOf(type));
  WHET_ASSIGN_OR_RETURN(rope->theta, json.GetDoubleOr("rope_theta", rope->theta));
  WHET_RETURN_IF_ERROR(CheckRotaryShare(json));
  if (rope->scaling == RopeScaling::kNone) return absl::OkStatus();
  WHET_ASSIGN_OR_RETURN(rope->factor, json.GetDouble("factor"));
  WHET_ASSIGN_OR_RETURN(rope->positions_trained,
                        json.GetDoubleOr("original_max_position_embeddings", positions_max));
  if (rope->scaling == RopeScaling::kLlama3) {
    WHET_ASSIGN_OR_RETURN(rope->low_frequency_factor, json.GetDouble("low_freq_factor"));
    WHET_ASSIGN_OR_RETURN(rope->high_frequency_factor, json.GetDouble("high_freq_factor"));
    if (!(rope->low_frequency_factor > 0)) {
      return absl::InvalidArgumentError("\"low_freq_factor\" must be above 0");
    }
    if (!(rope->high_frequency_factor > rope->low_frequency_factor)) {
      return absl::InvalidArgumentError("\"high_freq_factor\" is not above \"low_freq_factor\"");
    }
  }
  if (rope->scaling == RopeScaling::kYarn) {
    WHET_ASSIGN_OR_RETURN(rope->beta_fast, json.GetDoubleOr("beta_fast", 32.0));
    WHET_ASSIGN_OR_RETURN(rope->beta_slow, json.GetDoubleOr("beta_slow", 1.0));
    WHET_ASSIGN_OR_RETURN(rope->truncate, json.GetBoolOr("truncate", true));
    WHET_ASSIGN_OR_RETURN(rope->attention_factor, json.GetDoubleOr("attention_factor", 0.0));
    WHET_ASSIGN_OR_RETURN(const double mscale, json.GetDoubleOr("mscale", 0.0));
    WHET_ASSIGN_OR_RETURN(const double mscale_all, json.GetDoubleOr("mscale_all_dim", 0.0));
    if (rope->attention_factor == 0.0 && mscale != 0.0 && mscale_all != 0.0) {
      rope->attention_factor =
          YarnMscale(rope->factor, mscale) / YarnMscale(rope->factor, mscale_all);
    }
  }
  if (!(rope->factor > 0) || !(rope->positions_trained > 0)) {
    return absl::InvalidArgumentError("the rope scaling's numbers must be above 0");
  }
  return absl::OkStatus();
}

absl::Status ReadRope(const Json& json, ModelConfig* config) {
  RopeConfig* const rope = &config->rope;
  WHET_RETURN_IF_ERROR(CheckRotaryShare(json));
  WHET_ASSIGN_OR_RETURN(rope->theta, json.GetDoubleOr("rope_theta", rope->theta));
  for (const absl::string_view key : {"rope_parameters", "rope_scaling"}) {
    const Json* const scaling = json.Find(key);
    if (scaling == nullptr || scaling->is_null()) continue;
    WHET_RETURN_IF_ERROR(
        Annotate(ReadScaling(*scaling, static_cast<double>(config->positions_max), rope),
                 absl::StrCat("\"", key, "\"")));
    break;
  }
  if (!(rope->theta > 1)) return absl::InvalidArgumentError("\"rope_theta\" must be above 1");
  return absl::OkStatus();
}

// A sliding window changes what a long sequence attends to; shorter contexts than it are the same
// without.
absl::Status CheckWindow(const Json& json, const Family& family, const ModelConfig& config) {
  // A window that is null is none; one that is not mentioned is the family's.
  int64_t window = family.window;
  if (json.Find("sliding_window") != nullptr) {
    WHET_ASSIGN_OR_RETURN(window, json.GetIntOr("sliding_window", 0));
  }
  WHET_ASSIGN_OR_RETURN(const bool used, json.GetBoolOr("use_sliding_window", family.uses_window));
  if (!used || window <= 0 || window >= config.positions_max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a \"sliding_window\", here of ", window, " tokens, is not supported"));
}

// So that everything made of them fits into 64 bits, and a list of the layers into memory.
absl::Status CheckSizes(const ModelConfig& config) {
  WHET_RETURN_IF_ERROR(CheckSize("vocab_size", config.vocabulary));
  WHET_RETURN_IF_ERROR(CheckSize("hidden_size", config.hidden));
  WHET_RETURN_IF_ERROR(CheckSize("num_hidden_layers", config.layers, kLayersMax));
  WHET_RETURN_IF_ERROR(CheckSize("num_attention_heads", config.heads));
  WHET_RETURN_IF_ERROR(CheckSize("num_key_value_heads", config.kv_heads));
  WHET_RETURN_IF_ERROR(CheckSize("intermediate_size", config.intermediate));
  WHET_RETURN_IF_ERROR(CheckSize("head_dim", config.head_dim, kHeadDimMax));
  WHET_RETURN_IF_ERROR(CheckSize("max_position_embeddings", config.positions_max));
  const auto number = [](int64_t n) { return static_cast<double>(n); };
  const double rows = 2 * number(config.head_dim) * number(config.heads + config.kv_heads) +
                      3 * number(config.intermediate);
  const double parameters =
      number(config.hidden) * (2 * number(config.vocabulary) + number(config.layers) * rows);
  if (parameters <= kParametersMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("its sizes make a model of ", parameters, " parameters"));
}

// As transformers' PreTrainedConfig counts labels, which writes none down where they are two.
absl::Status ReadLabels(const Json& json, ModelConfig* config) {
  constexpr int64_t kLabelsDefault = 2;
  constexpr int64_t kLabelsMax = 65536;
  const Json* const names = json.Find("id2label");
  if (names != nullptr && !names->is_null()) {
    WHET_ASSIGN_OR_RETURN(const absl::Span<const Json::Member> members,
                          json.GetMembers("id2label"));
    config->labels = static_cast<int64_t>(members.size());
  } else {
    WHET_ASSIGN_OR_RETURN(config->labels, json.GetIntOr("num_labels", kLabelsDefault));
  }
  const Json* const pad = json.Find("pad_token_id");
  if (pad != nullptr && !pad->is_null()) {
    WHET_ASSIGN_OR_RETURN(config->pad_id, json.GetInt("pad_token_id"));
  }
  return CheckSize("num_labels", config->labels, kLabelsMax);
}

absl::Status CheckShape(const ModelConfig& config) {
  if (config.heads % config.kv_heads != 0) {
    return absl::InvalidArgumentError(absl::StrCat("num_key_value_heads ", config.kv_heads,
                                                   " does not divide num_attention_heads ",
                                                   config.heads));
  }
  if (config.head_dim % 2 != 0) {
    return absl::InvalidArgumentError(absl::StrCat("head_dim ", config.head_dim, " is not even"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> IdsOf(const Json& json, absl::string_view key) {
  const Json* const value = json.Find(key);
  std::vector<int64_t> ids;
  if (value == nullptr || value->is_null()) return ids;
  if (!value->is_array()) {
    WHET_ASSIGN_OR_RETURN(const int64_t id, json.GetInt(key));
    ids.push_back(id);
    return ids;
  }
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> elements, json.GetElements(key));
  for (const Json& element : elements) {
    absl::StatusOr<int64_t> id = element.Int();
    if (!id.ok()) return Annotate(id.status(), absl::StrCat("\"", key, "\""));
    ids.push_back(*id);
  }
  return ids;
}

absl::StatusOr<ModelConfig> ParseModelConfig(const Json& json) {
  WHET_ASSIGN_OR_RETURN(const Architecture architecture, ArchitectureOf(json));
  const Family& family = architecture.family;
  ModelConfig config;
  config.architecture = absl::StrCat(family.name, architecture.head.name);
  config.kind = architecture.head.kind;
  WHET_ASSIGN_OR_RETURN(config.vocabulary, json.GetInt("vocab_size"));
  WHET_ASSIGN_OR_RETURN(config.hidden, json.GetInt("hidden_size"));
  WHET_ASSIGN_OR_RETURN(config.layers, json.GetInt("num_hidden_layers"));
  WHET_ASSIGN_OR_RETURN(config.heads, json.GetInt("num_attention_heads"));
  WHET_RETURN_IF_ERROR(CheckSize("num_attention_heads", config.heads));
  WHET_ASSIGN_OR_RETURN(config.intermediate, json.GetInt("intermediate_size"));
  WHET_ASSIGN_OR_RETURN(config.kv_heads, json.GetIntOr("num_key_value_heads", config.heads));
  WHET_ASSIGN_OR_RETURN(config.head_dim, json.GetIntOr("head_dim", config.hidden / config.heads));
  WHET_ASSIGN_OR_RETURN(config.positions_max, json.GetIntOr("max_position_embeddings", 2048));
  WHET_RETURN_IF_ERROR(CheckSizes(config));
  WHET_RETURN_IF_ERROR(CheckShape(config));
  WHET_ASSIGN_OR_RETURN(config.rms_norm_epsilon,
                        json.GetDoubleOr("rms_norm_eps", config.rms_norm_epsilon));
  if (!(config.rms_norm_epsilon >= 0)) {
    return absl::InvalidArgumentError("\"rms_norm_eps\" must not be below 0");
  }
  WHET_ASSIGN_OR_RETURN(const bool bias, json.GetBoolOr("attention_bias", false));
  config.qkv_bias = family.bias_from_config ? bias : family.qkv_bias;
  config.output_bias = family.bias_from_config && bias;
  config.qk_norm = family.qk_norm;
  WHET_ASSIGN_OR_RETURN(config.mlp_bias, json.GetBoolOr("mlp_bias", false));
  WHET_ASSIGN_OR_RETURN(config.tied_head, json.GetBoolOr("tie_word_embeddings", false));
  WHET_ASSIGN_OR_RETURN(config.initializer_range, json.GetDoubleOr("initializer_range", 0.02));
  WHET_ASSIGN_OR_RETURN(const std::string activation, json.GetStringOr("hidden_act", "silu"));
  if (activation != "silu") {
    return absl::InvalidArgumentError(
        absl::StrCat("hidden_act \"", activation, "\" is not supported; known is silu"));
  }
  WHET_RETURN_IF_ERROR(ReadRope(json, &config));
  WHET_RETURN_IF_ERROR(CheckWindow(json, family, config));
  WHET_ASSIGN_OR_RETURN(config.eos_ids, IdsOf(json, "eos_token_id"));
  if (config.kind == ModelKind::kRewardModel) WHET_RETURN_IF_ERROR(ReadLabels(json, &config));
  return config;
}

namespace {

// Long waves (few turns within the trained context) are divided by the factor, short ones kept.
void ScaleLlama3(const RopeConfig& rope, std::vector<double>* frequencies) {
  const double long_wave = rope.positions_trained / rope.low_frequency_factor;
  const double short_wave = rope.positions_trained / rope.high_frequency_factor;
  for (double& frequency : *frequencies) {
    const double wave = 2 * std::numbers::pi / frequency;
    if (wave < short_wave) continue;
    if (wave > long_wave) {
      frequency /= rope.factor;
      continue;
    }
    const double smooth = (rope.positions_trained / wave - rope.low_frequency_factor) /
                          (rope.high_frequency_factor - rope.low_frequency_factor);
    frequency = (1 - smooth) * frequency / rope.factor + smooth * frequency;
  }
}

void ScaleYarn(const RopeConfig& rope, int64_t head_dim, std::vector<double>* frequencies) {
  // The dimension whose wave makes `turns` turns within the trained context.
  const auto dimension_of = [&](double turns) {
    return static_cast<double>(head_dim) *
           std::log(rope.positions_trained / (turns * 2 * std::numbers::pi)) /
           (2 * std::log(rope.theta));
  };
  double low = dimension_of(rope.beta_fast);
  double high = dimension_of(rope.beta_slow);
  if (rope.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(head_dim - 1));
  if (low == high) high += 0.001;
  for (size_t i = 0; i < frequencies->size(); ++i) {
    const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    double& frequency = (*frequencies)[i];
    frequency = frequency / rope.factor * ramp + frequency * (1 - ramp);
  }
}

}  // namespace

RopeFrequencies RopeFrequenciesOf(const RopeConfig& rope, int64_t head_dim) {
  std::vector<double> frequencies;
  for (int64_t i = 0; i < head_dim; i += 2) {
    frequencies.push_back(
        std::pow(rope.theta, -static_cast<double>(i) / static_cast<double>(head_dim)));
  }
  double attention_factor = 1.0;
  switch (rope.scaling) {
    case RopeScaling::kNone:
      break;
    case RopeScaling::kLinear:
      for (double& frequency : frequencies) frequency /= rope.factor;
      break;
    case RopeScaling::kLlama3:
      ScaleLlama3(rope, &frequencies);
      break;
    case RopeScaling::kYarn:
      ScaleYarn(rope, head_dim, &frequencies);
      attention_factor =
          rope.attention_factor != 0.0 ? rope.attention_factor : YarnMscale(rope.factor, 1.0);
      break;
  }
  return {.frequency = {frequencies.begin(), frequencies.end()},
          .attention_factor = static_cast<float>(attention_factor)};
}

std::vector<LinearShape> LinearShapesOf(const ModelConfig& config) {
  constexpr int64_t kVocabularyTried = 4096;
  const int64_t q = config.heads * config.head_dim;
  const int64_t kv = config.kv_heads * config.head_dim;
  std::vector<LinearShape> shapes = {{.in = config.hidden, .out = q + 2 * kv},
                                     {.in = q, .out = config.hidden},
                                     {.in = config.hidden, .out = 2 * config.intermediate},
                                     {.in = config.intermediate, .out = config.hidden}};
  if (config.kind == ModelKind::kCausalLm) {
    shapes.push_back({.in = config.hidden, .out = std::min(config.vocabulary, kVocabularyTried)});
  }
  return shapes;
}

}  // namespace whet
