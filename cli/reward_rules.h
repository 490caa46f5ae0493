// The rules of a configuration, with what they work with.
#ifndef WHET_CLI_REWARD_RULES_H_
#define WHET_CLI_REWARD_RULES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "rewards/rewarder.h"
#include "sandbox/jail_executor.h"

namespace whet {

namespace config {
class EngineConfig;
class ModelConfig;
class RewardRule;
class SandboxConfig;
}  // namespace config

// What rules work with, of the run's settings.
struct RuleSettings {
  const config::SandboxConfig& sandbox;
  // Device, type and threads are a reward model's too.
  const config::ModelConfig& model;
  const config::EngineConfig& engine;
};

// In their order. Jails are started if a rule runs programs: statuses of MakeJailExecutor. Reward
// models are loaded: statuses of LoadModel.
absl::StatusOr<std::vector<WeightedRule>> MakeRules(
    const google::protobuf::RepeatedPtrField<config::RewardRule>& rules,
    const RuleSettings& settings);

// Whether a rule may read ground truths; of models and forms alone none does.
bool ReadGroundTruths(const google::protobuf::RepeatedPtrField<config::RewardRule>& rules);

sandbox::JailExecutorOptions SandboxOptionsOf(const config::SandboxConfig& sandbox);

}  // namespace whet

#endif  // WHET_CLI_REWARD_RULES_H_
