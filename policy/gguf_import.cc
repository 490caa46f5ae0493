#include "policy/gguf_import.h"

#include <cstddef>
#include <cstring>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "policy/gguf.h"
#include "policy/gguf_config.h"
#include "policy/gguf_tokenizer.h"
#include "policy/gguf_types.h"
#include "policy/model_config.h"
#include "policy/weight_layout.h"
#include "text/json.h"

namespace whet {
namespace {

struct NamePair {
  absl::string_view checkpoint;
  absl::string_view gguf;
};
constexpr NamePair kOuterNames[] = {
    {"model.embed_tokens", "token_embd"}, {"model.norm", "output_norm"}, {"lm_head", "output"}};
constexpr NamePair kLayerNames[] = {
    {"input_layernorm", "attn_norm"},    {"post_attention_layernorm", "ffn_norm"},
    {"self_attn.q_proj", "attn_q"},      {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"},      {"self_attn.o_proj", "attn_output"},
    {"self_attn.q_norm", "attn_q_norm"}, {"self_attn.k_norm", "attn_k_norm"},
    {"mlp.gate_proj", "ffn_gate"},       {"mlp.up_proj", "ffn_up"},
    {"mlp.down_proj", "ffn_down"},
};

// "model.layers.7.mlp.up_proj.weight", cut: layer "7", module "mlp.up_proj", kind "weight".
struct SlotName {
  absl::string_view layer;  // Empty outside of the layers.
  absl::string_view module;
  absl::string_view kind;
};

SlotName CutName(absl::string_view name) {
  SlotName cut;
  if (absl::ConsumePrefix(&name, "model.layers.")) {
    cut.layer = name.substr(0, name.find('.'));
    name.remove_prefix(cut.layer.size() + 1);
  }
  const size_t dot = name.rfind('.');
  cut.module = name.substr(0, dot);
  cut.kind = name.substr(dot + 1);
  return cut;
}

std::string GgufNameOf(const SlotName& name) {
  const absl::Span<const NamePair> pairs =
      name.layer.empty() ? absl::MakeConstSpan(kOuterNames) : absl::MakeConstSpan(kLayerNames);
  for (const NamePair& pair : pairs) {
    if (pair.checkpoint != name.module) continue;
    const std::string prefix = name.layer.empty() ? "" : absl::StrCat("blk.", name.layer, ".");
    return absl::StrCat(prefix, pair.gguf, ".", name.kind);
  }
  return "";  // No tensor is called so: it will be missing.
}

// In GGUF files of the architecture llama the rotary embedding turns neighbouring rows (2i, 2i + 1)
// of a head; in checkpoints, and GGUF's other architectures, rows (i, i + head_dim/2). So their
// query and key rows were reordered, which this undoes.
std::vector<std::byte> WithHalvesApart(absl::Span<const std::byte> rows, int64_t row_count,
                                       int64_t head_dim) {
  std::vector<std::byte> out(rows.size());
  const size_t row_bytes = rows.size() / static_cast<size_t>(row_count);
  for (int64_t row = 0; row < row_count; ++row) {
    const int64_t in_head = row % head_dim;
    const int64_t from = row - in_head + 2 * (in_head % (head_dim / 2)) + in_head / (head_dim / 2);
    std::memcpy(out.data() + static_cast<size_t>(row) * row_bytes,
                rows.data() + static_cast<size_t>(from) * row_bytes, row_bytes);
  }
  return out;
}

TensorType StoredType(GgufTensorType source, GgufImportType type) {
  if (type == GgufImportType::kF32) return TensorType::kF32;
  if (type == GgufImportType::kBF16) return TensorType::kBF16;
  if (source == GgufTensorType::kF16) return TensorType::kF16;
  if (source == GgufTensorType::kBF16) return TensorType::kBF16;
  return TensorType::kF32;
}

bool IsStoredAs(GgufTensorType source, TensorType type) {
  return (source == GgufTensorType::kF32 && type == TensorType::kF32) ||
         (source == GgufTensorType::kF16 && type == TensorType::kF16) ||
         (source == GgufTensorType::kBF16 && type == TensorType::kBF16);
}

// The values of a tensor as F32 or BF16.
std::vector<std::byte> Converted(const GgufTensor& tensor, int64_t count, TensorType type) {
  std::vector<float> values(static_cast<size_t>(count));
  Dequantise(tensor.type, tensor.bytes, absl::MakeSpan(values));
  std::vector<std::byte> bytes(values.size() * static_cast<size_t>(TensorTypeBytes(type)));
  if (type == TensorType::kF32) {
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const uint16_t value = Bf16Of(values[i]);
    std::memcpy(bytes.data() + i * sizeof(value), &value, sizeof(value));
  }
  return bytes;
}

// The tensors of a checkpoint, made from a file that must outlive them.
class Tensors {
 public:
  Tensors(const GgufContents& gguf, const ModelConfig& config, GgufImportType type)
      : gguf_(gguf), config_(config), type_(type) {}

  absl::Status Make() {
    const WeightLayout layout = LayoutOf(config_);
    for (const WeightSlot& slot : layout.slots) WHET_RETURN_IF_ERROR(Add(slot));
    return CheckAllUsed();
  }

  absl::Span<const TensorView> views() const { return views_; }
  int64_t bytes() const {
    return Bytes([](TensorType) { return true; });
  }

  // That of most bytes.
  TensorType main_type() const {
    TensorType most = TensorType::kF32;
    int64_t most_bytes = 0;
    for (const TensorType type : {TensorType::kF32, TensorType::kBF16, TensorType::kF16}) {
      const int64_t bytes = Bytes([type](TensorType other) { return other == type; });
      if (bytes > most_bytes) most = type;
      most_bytes = std::max(most_bytes, bytes);
    }
    return most;
  }

 private:
  absl::Status Add(const WeightSlot& slot) {
    const SlotName name = CutName(slot.name);
    const std::string gguf_name = GgufNameOf(name);
    const GgufTensor* const tensor = gguf_.Find(gguf_name);
    if (tensor == nullptr) {
      return absl::DataLossError(absl::StrCat("tensor \"", gguf_name, "\" is missing"));
    }
    if (tensor->shape != slot.shape) {
      return absl::DataLossError(
          absl::StrCat("tensor \"", gguf_name, "\" has shape ", ShapeText(tensor->shape),
                       ", but the metadata asks for ", ShapeText(slot.shape)));
    }
    used_.insert(gguf_name);
    const TensorType type = StoredType(tensor->type, type_);
    absl::Span<const std::byte> bytes = tensor->bytes;
    if (!IsStoredAs(tensor->type, type)) bytes = Keep(Converted(*tensor, slot.count, type));
    if (config_.architecture == "LlamaForCausalLM" &&
        (name.module == "self_attn.q_proj" || name.module == "self_attn.k_proj")) {
      bytes = Keep(WithHalvesApart(bytes, slot.shape[0], config_.head_dim));
    }
    views_.push_back({.name = slot.name, .type = type, .shape = slot.shape, .bytes = bytes});
    return absl::OkStatus();
  }

  absl::Status CheckAllUsed() const {
    for (const GgufTensor& tensor : gguf_.tensors) {
      if (used_.contains(tensor.name) || tensor.name == kGgufRopeFactors) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("tensor \"", tensor.name, "\" is not part of a ", config_.architecture));
    }
    return absl::OkStatus();
  }

  absl::Span<const std::byte> Keep(std::vector<std::byte> bytes) {
    return owned_.emplace_back(std::move(bytes));
  }

  template <typename Counts>
  int64_t Bytes(Counts counts) const {
    int64_t bytes = 0;
    for (const TensorView& view : views_) {
      if (counts(view.type)) bytes += static_cast<int64_t>(view.bytes.size());
    }
    return bytes;
  }

  const GgufContents& gguf_;
  const ModelConfig& config_;
  const GgufImportType type_;
  std::deque<std::vector<std::byte>> owned_;
  std::vector<TensorView> views_;
  absl::flat_hash_set<std::string> used_;
};

absl::string_view TorchNameOf(TensorType type) {
  if (type == TensorType::kBF16) return "bfloat16";
  return type == TensorType::kF16 ? "float16" : "float32";
}

absl::StatusOr<ImportedModel> Import(const GgufContents& gguf, const std::string& directory,
                                     GgufImportType type) {
  WHET_ASSIGN_OR_RETURN(Json config_json, ConfigOfGguf(gguf));
  WHET_ASSIGN_OR_RETURN(const Json generation_config, GenerationConfigOfGguf(gguf.metadata));
  WHET_ASSIGN_OR_RETURN(const GgufTokenizer tokenizer, TokenizerOfGguf(gguf.metadata));
  WHET_ASSIGN_OR_RETURN(const ModelConfig config, ParseModelConfig(config_json));
  if (tokenizer.id_end > config.vocabulary) {
    return absl::DataLossError(absl::StrCat("there are ", tokenizer.id_end,
                                            " tokens, but the embedding has ", config.vocabulary,
                                            " rows"));
  }
  Tensors tensors(gguf, config, type);
  WHET_RETURN_IF_ERROR(tensors.Make());
  config_json.Set("torch_dtype", TorchNameOf(tensors.main_type()));
  for (const auto& [name, json] :
       {std::pair{"config.json", &std::as_const(config_json)},
        std::pair{"generation_config.json", &generation_config},
        std::pair{"tokenizer.json", &tokenizer.tokenizer},
        std::pair{"tokenizer_config.json", &tokenizer.tokenizer_config}}) {
    WHET_RETURN_IF_ERROR(WriteFileAtomically(absl::StrCat(directory, "/", name), json->Dump()));
  }
  WHET_RETURN_IF_ERROR(WriteSafetensors(absl::StrCat(directory, "/model.safetensors"),
                                        tensors.views(), {{"format", "pt"}}));
  return ImportedModel{.architecture = config.architecture,
                       .parameters = ParameterCount(LayoutOf(config)),
                       .bytes = tensors.bytes(),
                       .type = tensors.main_type()};
}

}  // namespace

absl::StatusOr<ImportedModel> ImportGguf(const std::string& gguf, const std::string& directory,
                                         GgufImportType type) {
  WHET_ASSIGN_OR_RETURN(const GgufFile file, GgufFile::Open(gguf));
  WHET_ASSIGN_OR_RETURN(AtomicDirectory checkpoint, AtomicDirectory::Create(directory));
  absl::StatusOr<ImportedModel> model = Import(file.contents(), checkpoint.temporary_path(), type);
  if (!model.ok()) return Annotate(model.status(), gguf);
  WHET_RETURN_IF_ERROR(checkpoint.Commit());
  return model;
}

}  // namespace whet
