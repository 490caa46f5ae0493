#include "cli/loaded_model.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/atomic_file.h"
#include "base/cpu_features.h"
#include "base/random.h"
#include "base/status.h"
#include "cli/config_options.h"
#include "policy/weight_layout.h"
#include "proto/config.pb.h"
#include "text/json.h"

namespace whet {
namespace {

// The id of `eos_token` in tokenizer_config.json, a text or an object with `content`; nullopt if it
// names none.
absl::StatusOr<std::optional<int64_t>> TokenizerEos(const std::string& directory,
                                                    const Tokenizer& tokenizer) {
  const std::string path = directory + "/tokenizer_config.json";
  if (!PathExists(path)) return std::nullopt;
  WHET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const absl::StatusOr<Json> json = Json::Parse(text);
  if (!json.ok()) return Annotate(json.status(), path);
  const Json* token = json->Find("eos_token");
  if (token != nullptr && token->is_object()) token = token->Find("content");
  if (token == nullptr || !token->is_string()) return std::nullopt;
  const std::optional<int32_t> id = tokenizer.TokenToId(*token->String());
  if (!id.has_value()) return std::nullopt;
  return int64_t{*id};
}

// That all weights are there, in the shapes that the configuration promises: before anything is
// made of them, or of a run.
absl::Status CheckWeights(const Checkpoint& checkpoint) {
  std::vector<std::string> names;
  for (const WeightSlot& slot : LayoutOf(checkpoint.config()).slots) {
    WHET_RETURN_IF_ERROR(checkpoint.Tensor(slot.name, slot.shape).status());
    names.push_back(slot.name);
  }
  return checkpoint.CheckAllKnown(names);
}

}  // namespace

absl::StatusOr<LoadedModel> LoadModel(const config::ModelConfig& model,
                                      const config::EngineConfig& engine,
                                      Checkpoint::Weights weights, ModelKind kind) {
  WHET_ASSIGN_OR_RETURN(Checkpoint checkpoint, Checkpoint::Open(model.checkpoint(), weights, kind));
  if (weights == Checkpoint::Weights::kNeeded) WHET_RETURN_IF_ERROR(CheckWeights(checkpoint));
  WHET_ASSIGN_OR_RETURN(Tokenizer tokenizer, Tokenizer::Load(model.checkpoint()));
  if (tokenizer.vocabulary_size() > checkpoint.config().vocabulary) {
    return absl::InvalidArgumentError(absl::StrCat(
        model.checkpoint(), ": tokenizer.json has ids up to ", tokenizer.vocabulary_size() - 1,
        ", but the model of config.json only ", checkpoint.config().vocabulary,
        " rows; one of the files is of another model"));
  }
  WHET_ASSIGN_OR_RETURN(const std::optional<int64_t> tokenizer_eos,
                        TokenizerEos(model.checkpoint(), tokenizer));
  WHET_ASSIGN_OR_RETURN(const ComputeOptions compute,
                        OpenDevice(DeviceOf(model), ComputeTypeOf(model), engine.threads(),
                                   LinearShapesOf(checkpoint.config())));
  std::vector<int64_t> eos_ids = checkpoint.eos_ids();
  if (tokenizer_eos.has_value() && !absl::c_linear_search(eos_ids, *tokenizer_eos)) {
    eos_ids.push_back(*tokenizer_eos);
  }
  return LoadedModel{.checkpoint = std::move(checkpoint),
                     .tokenizer = std::move(tokenizer),
                     .compute = compute,
                     .eos_ids = std::move(eos_ids),
                     .tokenizer_eos = tokenizer_eos};
}

EngineOptions EngineOptionsOf(const LoadedModel& model, const config::EngineConfig& engine) {
  EngineOptions options = DefaultEngineOptions(model.checkpoint.config());
  ApplyEngine(engine, &options);
  options.tokens_end = model.tokenizer.vocabulary_size();
  options.eos_ids = model.eos_ids;
  return options;
}

DecodeFunction DecoderOf(const Tokenizer* tokenizer) {
  return [tokenizer](absl::Span<const int32_t> ids) {
    return tokenizer->Decode(ids, SpecialTokens::kSkip);
  };
}

std::string Describe(const LoadedModel& model) {
  const ModelConfig& config = model.checkpoint.config();
  const ComputeOptions& compute = model.compute;
  return absl::StrFormat(
      "%s: %s, %.2f M parameters, %s on %s, %d threads%s", model.checkpoint.directory(),
      config.architecture, static_cast<double>(ParameterCount(LayoutOf(config))) / 1e6,
      std::string(ComputeTypeName(compute.type)), std::string(DeviceName(compute.device)),
      compute.threads, compute.exact ? ", exact" : ", NOT exact");
}

absl::StatusOr<std::string> WeightsMark(const Checkpoint& checkpoint) {
  constexpr size_t kBytesOfATensor = 256;
  RandomKey hash(0, RandomPurpose::kInitialize);
  for (const WeightSlot& slot : LayoutOf(checkpoint.config()).slots) {
    WHET_ASSIGN_OR_RETURN(const TensorView tensor, checkpoint.Tensor(slot.name, slot.shape));
    const size_t size = std::min(tensor.bytes.size(), kBytesOfATensor);
    hash = hash.Child(slot.name).Child(
        absl::string_view(reinterpret_cast<const char*>(tensor.bytes.data()), size));
  }
  const std::array<uint32_t, 4> bits = hash.Bits(0);
  return absl::StrFormat("%08x%08x", bits[0], bits[1]);
}

std::string MachineText(const LoadedModel& model) {
  const ComputeOptions& compute = model.compute;
  return absl::StrCat(DetectCpuFeatures().Name(), ", ", compute.threads, " threads, ",
                      ComputeTypeName(compute.type), " on ", DeviceName(compute.device), ", ",
                      compute.exact ? "exact" : "not exact");
}

}  // namespace whet
