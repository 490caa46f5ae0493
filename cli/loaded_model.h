// A checkpoint, opened to be computed with: what every command that samples or trains begins with.
#ifndef WHET_CLI_LOADED_MODEL_H_
#define WHET_CLI_LOADED_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "orchestrator/rollout_collector.h"
#include "policy/checkpoint.h"
#include "policy/device.h"
#include "policy/engine.h"
#include "text/tokenizer.h"

namespace whet {

namespace config {
class EngineConfig;
class ModelConfig;
}  // namespace config

struct LoadedModel {
  Checkpoint checkpoint;
  Tokenizer tokenizer;
  ComputeOptions compute;
  // Ends a completion: those of config.json and generation_config.json, and the tokenizer's own.
  std::vector<int64_t> eos_ids;
  std::optional<int64_t> tokenizer_eos;  // eos_token of tokenizer_config.json.
};

// Opens the checkpoint, its tokenizer and the device. Errors name the file and say what to do.
absl::StatusOr<LoadedModel> LoadModel(const config::ModelConfig& model,
                                      const config::EngineConfig& engine,
                                      Checkpoint::Weights weights = Checkpoint::Weights::kNeeded,
                                      ModelKind kind = ModelKind::kCausalLm);

EngineOptions EngineOptionsOf(const LoadedModel& model, const config::EngineConfig& engine);

// `tokenizer` outlives it.
DecodeFunction DecoderOf(const Tokenizer* tokenizer);

// "examples/arithmetic/base: LlamaForCausalLM, 0.10 M parameters, f32 on cpu, 2 threads, exact"
std::string Describe(const LoadedModel& model);

// Changes when the weights are trained, and not when their files are copied or touched: a hash of
// the beginning of each tensor. Statuses of Checkpoint::Tensor.
absl::StatusOr<std::string> WeightsMark(const Checkpoint& checkpoint);

// What the numbers of a run depend on besides its configuration: "avx512, 2 threads, f32 …".
std::string MachineText(const LoadedModel& model);

}  // namespace whet

#endif  // WHET_CLI_LOADED_MODEL_H_
