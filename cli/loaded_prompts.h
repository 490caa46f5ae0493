// Prompts that are read for a loaded model, and fit it.
#ifndef WHET_CLI_LOADED_PROMPTS_H_
#define WHET_CLI_LOADED_PROMPTS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "cli/loaded_model.h"
#include "rewards/rewarder.h"
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
  bool needs_answers;          // A row without a ground truth is an error.
};

// Reads prompts. Statuses of ReadPrompts; InvalidArgument if one of them leaves no
// room for its completion in the model's context.
absl::StatusOr<PromptSet> LoadPrompts(const config::PromptsConfig& prompts,
                                      const LoadedModel& model, const PromptsUse& use);

// Moves those prompts of `set` that `rewarder` cannot judge to set->quarantined. InvalidArgument if
// none is left, with the reason of the first.
absl::Status Quarantine(const Rewarder& rewarder, absl::string_view setting, PromptSet* set);

// The first of `quarantined` with their reasons, a line each, and how many more there are; empty if
// there is none.
std::string QuarantineText(absl::Span<const QuarantinedPrompt> quarantined);

// Writes all of them to `path` as JSON lines: "id", "prompt", "ground_truth", "why". Where there is
// none, no file is left of an earlier time.
absl::Status WriteQuarantine(absl::Span<const QuarantinedPrompt> quarantined,
                             const std::string& path);

std::string Describe(const PromptSet& set);  // "200 prompts, 3 duplicates, 1 too long"

}  // namespace whet

#endif  // WHET_CLI_LOADED_PROMPTS_H_
