#include "policy/checkpoint.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/atomic_file.h"
#include "base/check.h"
#include "base/status.h"
#include "text/json.h"

namespace whet {
namespace {

constexpr char kConfigFile[] = "config.json";
constexpr char kGenerationFile[] = "generation_config.json";
constexpr char kWeightsFile[] = "model.safetensors";
constexpr char kIndexFile[] = "model.safetensors.index.json";
constexpr char kHead[] = "lm_head.weight";

// What belongs to a checkpoint beside its weights and config.json, where it is there.
constexpr const char* kCarriedFiles[] = {
    kGenerationFile,
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "tokenizer.model",
    "chat_template.jinja",
    "chat_template.json",
};

std::string Join(const std::string& directory, absl::string_view name) {
  return absl::StrCat(directory, "/", name);
}

absl::StatusOr<Json> ReadJson(const std::string& path) {
  WHET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  absl::StatusOr<Json> json = Json::Parse(text);
  if (json.ok()) return json;
  return absl::DataLossError(absl::StrCat(path, ": ", json.status().message()));
}

absl::Status CheckKind(const ModelConfig& config, ModelKind kind) {
  if (config.kind == kind) return absl::OkStatus();
  return absl::InvalidArgumentError(
      kind == ModelKind::kCausalLm
          ? absl::StrCat("a ", config.architecture,
                         " is a reward model: it gives values and no next token; name it in "
                         "rewards { model { checkpoint: \"…\" } }")
          : absl::StrCat("a ", config.architecture,
                         " is a language model: a reward model is a …ForSequenceClassification, "
                         "whose head is score.weight"));
}

}  // namespace

absl::StatusOr<Checkpoint> Checkpoint::Open(const std::string& directory, Weights weights,
                                            ModelKind kind) {
  Checkpoint checkpoint;
  checkpoint.directory_ = directory;
  if (!PathExists(Join(directory, kConfigFile))) {
    return absl::NotFoundError(absl::StrCat("there is no checkpoint at ", directory, ": it has no ",
                                            kConfigFile,
                                            "; name the directory of a Hugging Face model"));
  }
  WHET_RETURN_IF_ERROR(checkpoint.ReadConfig(kind));
  WHET_RETURN_IF_ERROR(checkpoint.ReadGenerationConfig());
  if (weights == Weights::kNeeded) WHET_RETURN_IF_ERROR(checkpoint.OpenWeights());
  return checkpoint;
}

absl::Status Checkpoint::ReadConfig(ModelKind kind) {
  const std::string path = Join(directory_, kConfigFile);
  WHET_ASSIGN_OR_RETURN(const Json json, ReadJson(path));
  absl::StatusOr<ModelConfig> config = ParseModelConfig(json);
  if (!config.ok()) return Annotate(config.status(), path);
  config_ = *std::move(config);
  return Annotate(CheckKind(config_, kind), path);
}

absl::Status Checkpoint::ReadGenerationConfig() {
  const std::string path = Join(directory_, kGenerationFile);
  if (!PathExists(path)) return absl::OkStatus();
  WHET_ASSIGN_OR_RETURN(const Json json, ReadJson(path));
  absl::StatusOr<std::vector<int64_t>> ids = IdsOf(json, "eos_token_id");
  if (!ids.ok()) return Annotate(ids.status(), path);
  for (const int64_t id : *ids) {
    if (!absl::c_linear_search(config_.eos_ids, id)) config_.eos_ids.push_back(id);
  }
  return absl::OkStatus();
}

absl::Status Checkpoint::OpenWeights() {
  const std::string single = Join(directory_, kWeightsFile);
  const std::string index = Join(directory_, kIndexFile);
  // In transformers' order: an index beside the whole is a leftover.
  if (PathExists(single)) {
    WHET_RETURN_IF_ERROR(AddFile(single));
  } else if (PathExists(index)) {
    WHET_RETURN_IF_ERROR(OpenShards(index));
  } else {
    return absl::NotFoundError(absl::StrCat(directory_, " has neither ", kWeightsFile, " nor ",
                                            kIndexFile,
                                            "; weights in other formats (.bin, .gguf) "
                                            "have to be converted first"));
  }
  if (!places_.contains(kHead)) config_.tied_head = true;
  return absl::OkStatus();
}

absl::Status Checkpoint::OpenShards(const std::string& index_path) {
  WHET_ASSIGN_OR_RETURN(const Json index, ReadJson(index_path));
  const absl::StatusOr<absl::Span<const Json::Member>> map = index.GetMembers("weight_map");
  if (!map.ok()) {
    return absl::DataLossError(absl::StrCat(index_path, ": ", map.status().message()));
  }
  // Ordered, so that errors do not depend on a hash.
  std::map<std::string, std::vector<std::string>> tensors_of_file;
  for (const Json::Member& entry : *map) {
    const absl::StatusOr<absl::string_view> file = entry.value.String();
    if (!file.ok() || file->empty() || absl::StrContains(*file, '/')) {
      return absl::DataLossError(
          absl::StrCat(index_path, ": tensor \"", entry.key, "\" names no file of this directory"));
    }
    tensors_of_file[std::string(*file)].push_back(entry.key);
  }
  for (const auto& [file, names] : tensors_of_file) {
    const std::string path = Join(directory_, file);
    WHET_RETURN_IF_ERROR(Annotate(AddFile(path), index_path));
    for (const std::string& name : names) {
      const auto place = places_.find(name);
      if (place == places_.end() || place->second.file + 1 != files_.size()) {
        return absl::DataLossError(absl::StrCat(path, ": tensor \"", name, "\" is missing, though ",
                                                kIndexFile, " says it is here"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Checkpoint::AddFile(const std::string& path) {
  WHET_ASSIGN_OR_RETURN(SafetensorsFile file, SafetensorsFile::Open(path));
  for (size_t i = 0; i < file.tensors().size(); ++i) {
    const std::string& name = file.tensors()[i].name;
    if (!places_.insert({name, {.file = files_.size(), .tensor = i}}).second) {
      return absl::DataLossError(
          absl::StrCat(path, ": tensor \"", name, "\" is in another file too"));
    }
  }
  files_.push_back(std::move(file));
  return absl::OkStatus();
}

absl::StatusOr<TensorView> Checkpoint::Tensor(absl::string_view name,
                                              absl::Span<const int64_t> shape) const {
  const auto place = places_.find(name);
  if (place == places_.end()) {
    return absl::NotFoundError(absl::StrCat(files_.size() == 1 ? files_[0].path() : directory_,
                                            ": tensor \"", name, "\" is missing"));
  }
  const SafetensorsFile& file = files_[place->second.file];
  const TensorView& tensor = file.tensors()[place->second.tensor];
  if (absl::MakeConstSpan(tensor.shape) != shape) {
    return absl::DataLossError(absl::StrCat(file.path(), ": tensor \"", name, "\" has shape ",
                                            ShapeText(tensor.shape), ", but ", kConfigFile,
                                            " asks for ", ShapeText(shape)));
  }
  return tensor;
}

absl::Status Checkpoint::CheckAllKnown(absl::Span<const std::string> names) const {
  const absl::flat_hash_set<absl::string_view> known(names.begin(), names.end());
  const bool is_reward_model = config_.kind == ModelKind::kRewardModel;
  for (const SafetensorsFile& file : files_) {
    for (const TensorView& tensor : file.tensors()) {
      const bool buffer = absl::EndsWith(tensor.name, ".rotary_emb.inv_freq");
      const bool unread_head = tensor.name == kHead && (config_.tied_head || is_reward_model);
      if (buffer || unread_head || known.contains(tensor.name)) continue;
      return absl::InvalidArgumentError(absl::StrCat(file.path(), ": tensor \"", tensor.name,
                                                     "\" is not part of a ", config_.architecture,
                                                     " as config.json describes it"));
    }
  }
  return absl::OkStatus();
}

namespace {

// As transformers names them.
absl::StatusOr<absl::string_view> TypeWord(TensorType type) {
  switch (type) {
    case TensorType::kF32:
      return "float32";
    case TensorType::kBF16:
      return "bfloat16";
    case TensorType::kF16:
      return "float16";
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("weights of type ", TensorTypeName(type), " cannot be written"));
  }
}

absl::Status WriteConfig(const std::string& directory, const std::string& source_directory,
                         absl::Span<const TensorView> tensors) {
  WHET_ASSIGN_OR_RETURN(Json config, ReadJson(Join(source_directory, kConfigFile)));
  WHET_ASSIGN_OR_RETURN(const absl::string_view type, TypeWord(tensors.front().type));
  // Which key there is depends on the version of transformers that wrote it; both are read.
  for (const char* const key : {"dtype", "torch_dtype"}) {
    if (config.Find(key) != nullptr) config.Set(key, type);
  }
  if (config.Find("dtype") == nullptr) config.Set("torch_dtype", type);
  const bool tied =
      absl::c_none_of(tensors, [](const TensorView& tensor) { return tensor.name == kHead; });
  config.Set("tie_word_embeddings", tied);
  return WriteFileAtomically(Join(directory, kConfigFile), config.Dump());
}

absl::Status CarryFiles(const std::string& directory, const std::string& source_directory) {
  for (const char* const name : kCarriedFiles) {
    const std::string source = Join(source_directory, name);
    if (!PathExists(source)) continue;
    WHET_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(source));
    WHET_RETURN_IF_ERROR(WriteFileAtomically(Join(directory, name), bytes));
  }
  return absl::OkStatus();
}

// In their order, each shard as full as it gets.
std::vector<absl::Span<const TensorView>> CutIntoShards(absl::Span<const TensorView> tensors,
                                                        int64_t bytes_max) {
  std::vector<absl::Span<const TensorView>> shards;
  size_t begin = 0;
  int64_t bytes = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const int64_t size = static_cast<int64_t>(tensors[i].bytes.size());
    if (i > begin && bytes + size > bytes_max) {
      shards.push_back(tensors.subspan(begin, i - begin));
      begin = i;
      bytes = 0;
    }
    bytes += size;
  }
  shards.push_back(tensors.subspan(begin));
  return shards;
}

}  // namespace

absl::Status WriteCheckpoint(const std::string& directory, const std::string& source_directory,
                             absl::Span<const TensorView> tensors, int64_t shard_bytes_max) {
  WHET_CHECK(!tensors.empty());
  const std::map<std::string, std::string> metadata = {{"format", "pt"}};
  WHET_RETURN_IF_ERROR(WriteConfig(directory, source_directory, tensors));
  WHET_RETURN_IF_ERROR(CarryFiles(directory, source_directory));
  const std::vector<absl::Span<const TensorView>> shards = CutIntoShards(tensors, shard_bytes_max);
  if (shards.size() == 1) {
    return WriteSafetensors(Join(directory, kWeightsFile), tensors, metadata);
  }
  Json weight_map = Json::Object();
  int64_t total_bytes = 0;
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string name =
        absl::StrFormat("model-%05d-of-%05d.safetensors", i + 1, shards.size());
    WHET_RETURN_IF_ERROR(WriteSafetensors(Join(directory, name), shards[i], metadata));
    for (const TensorView& tensor : shards[i]) {
      weight_map.Set(tensor.name, name);
      total_bytes += static_cast<int64_t>(tensor.bytes.size());
    }
  }
  const Json index = Json::Object({{"metadata", Json::Object({{"total_size", total_bytes}})},
                                   {"weight_map", std::move(weight_map)}});
  return WriteFileAtomically(Join(directory, kIndexFile), index.Dump());
}

}  // namespace whet
