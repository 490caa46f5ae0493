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
class RewardRule;
class SandboxConfig;
}  // namespace config

// In their order. Jails are started if a rule runs programs: statuses of MakeJailExecutor.
absl::StatusOr<std::vector<WeightedRule>> MakeRules(
    const google::protobuf::RepeatedPtrField<config::RewardRule>& rules,
    const config::SandboxConfig& sandbox);

sandbox::JailExecutorOptions SandboxOptionsOf(const config::SandboxConfig& sandbox);

}  // namespace whet

#endif  // WHET_CLI_REWARD_RULES_H_
