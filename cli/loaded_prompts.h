// Prompts that are read for a loaded model, and fit it.
#ifndef WHET_CLI_LOADED_PROMPTS_H_
#define WHET_CLI_LOADED_PROMPTS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/loaded_model.h"
#include "rollout/prompt_set.h"

namespace whet {

namespace config {
class PromptsConfig;
}  // namespace config

// What the prompts are for, and what the settings that may have to be changed are called.
struct PromptsUse {
  absl::string_view setting;   // "evaluation.prompts"
  absl::string_view sampling;  // "evaluation.sampling"
  int64_t tokens_max;          // Of a completion.
};

// Reads prompts with answers. Statuses of ReadPrompts; InvalidArgument if one of them leaves no
// room for its completion in the model's context.
absl::StatusOr<PromptSet> LoadPrompts(const config::PromptsConfig& prompts,
                                      const LoadedModel& model, const PromptsUse& use);

std::string Describe(const PromptSet& set);  // "200 prompts, 3 duplicates, 1 too long"

}  // namespace whet

#endif  // WHET_CLI_LOADED_PROMPTS_H_
