// A completion and why it was rewarded as it was, for people and for programs.
#ifndef WHET_CLI_ROLLOUT_TEXT_H_
#define WHET_CLI_ROLLOUT_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orchestrator/ledger.h"
#include "rollout/prompt.h"
#include "text/json.h"

namespace whet {

struct ExplainedRollout {
  Prompt prompt;
  RolloutRecord record;
  std::optional<RescoredRecord> rescored = std::nullopt;
};

// Those that `filter` finds, with their prompts.
absl::StatusOr<std::vector<ExplainedRollout>> ReadRollouts(LedgerReader* reader,
                                                           const RolloutFilter& filter);

// Several lines: prompt, completion, and a line for each rule's value, verdict and message; then
// those of the rescoring.
std::string RolloutText(const ExplainedRollout& rollout);
Json ToJson(const ExplainedRollout& rollout);

// `text` as a terminal may show it: what a model writes is not trusted to be UTF-8, or free of
// control characters; they become U+FFFD, but for line feeds and tabs.
std::string Printable(absl::string_view text);

}  // namespace whet

#endif  // WHET_CLI_ROLLOUT_TEXT_H_
