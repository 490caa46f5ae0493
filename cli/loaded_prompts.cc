#include "cli/loaded_prompts.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/config_options.h"
#include "proto/config.pb.h"

namespace whet {

absl::StatusOr<PromptSet> LoadPrompts(const config::PromptsConfig& prompts,
                                      const LoadedModel& model, const PromptsUse& use) {
  absl::StatusOr<PromptSet> read =
      ReadPrompts(PromptsOf(prompts, /*needs_answers=*/true), model.tokenizer);
  if (absl::IsNotFound(read.status())) {
    return absl::NotFoundError(absl::StrCat(use.setting, ".file: ", read.status().message()));
  }
  WHET_ASSIGN_OR_RETURN(PromptSet set, std::move(read));
  size_t longest = 0;
  for (const std::shared_ptr<const Prompt>& prompt : set.prompts) {
    longest = std::max(longest, prompt->tokens.size());
  }
  const int64_t context = model.checkpoint.config().positions_max;
  const int64_t room = context - static_cast<int64_t>(longest);
  if (use.tokens_max <= room) return set;
  const std::string too_long = absl::StrCat(
      "a prompt of ", use.setting, " has ", longest, " tokens, which with ", use.sampling,
      ".tokens_max ", use.tokens_max, " exceeds the model's context of ", context, "; set ");
  const int64_t fits = context - use.tokens_max;
  return absl::InvalidArgumentError(absl::StrCat(
      too_long, room > 0 ? absl::StrCat(use.sampling, ".tokens_max to at most ", room) : "",
      room > 0 && fits > 0 ? ", or " : "",
      fits > 0 ? absl::StrCat(use.setting, ".tokens_max to ", fits, ", to leave longer ones out")
               : "",
      room <= 0 && fits <= 0 ? absl::StrCat("both to less than ", context) : ""));
}

std::string Describe(const PromptSet& set) {
  return absl::StrCat(set.prompts.size(), " prompts",
                      set.duplicates > 0 ? absl::StrCat(", ", set.duplicates, " duplicates") : "",
                      set.too_long > 0 ? absl::StrCat(", ", set.too_long, " too long") : "",
                      set.respelled > 0
                          ? absl::StrCat(", ", set.respelled, " SPELT OTHERWISE by the tokenizer")
                          : "");
}

}  // namespace whet
