// From the settings of proto/config.proto to the options of the libraries, which never see it.
#ifndef WHET_CLI_CONFIG_OPTIONS_H_
#define WHET_CLI_CONFIG_OPTIONS_H_

#include <vector>

#include "orchestrator/rollout_batch.h"
#include "policy/engine.h"
#include "policy/updater.h"
#include "rewards/completion.h"
#include "rewards/rewarder.h"
#include "rollout/prompt_set.h"
#include "rollout/sampling_params.h"

namespace google::protobuf {
template <typename T>
class RepeatedPtrField;
}  // namespace google::protobuf

namespace whet {

namespace config {
class EngineConfig;
class ModelConfig;
class OptimizerConfig;
class PromptsConfig;
class RewardRule;
class SamplingConfig;
class TrainConfig;
}  // namespace config

DeviceChoice DeviceOf(const config::ModelConfig& model);
ComputeTypeChoice ComputeTypeOf(const config::ModelConfig& model);
PromptSetOptions PromptsOf(const config::PromptsConfig& prompts, bool needs_answers);
SamplingParams SamplingOf(const config::SamplingConfig& sampling);
// Of the run's evaluations where they have no sampling of their own: greedy, else as the run's.
SamplingParams GreedyOf(const config::SamplingConfig& sampling);
CompletionOptions CompletionOf(const config::PromptsConfig& prompts);
// Learning rate and optimizer, for a run of `steps`; the rest as UpdaterOptions has it.
UpdaterOptions OptimizerOf(const config::OptimizerConfig& optimizer, int64_t steps);
UpdaterOptions UpdaterOf(const config::TrainConfig& train);
RolloutBatchOptions RolloutBatchOf(const config::TrainConfig& train);
// Into what DefaultEngineOptions gave.
void ApplyEngine(const config::EngineConfig& engine, EngineOptions* options);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_OPTIONS_H_
