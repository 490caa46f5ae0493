#include "cli/loaded_prompts.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "cli/config_options.h"
#include "cli/config_summary.h"
#include "proto/config.pb.h"
#include "text/json.h"

namespace whet {

absl::StatusOr<PromptSet> LoadPrompts(const config::PromptsConfig& prompts,
                                      const LoadedModel& model, const PromptsUse& use) {
  absl::StatusOr<PromptSet> read =
      ReadPrompts(PromptsOf(prompts, use.needs_answers), model.tokenizer);
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

absl::Status Quarantine(const Rewarder& rewarder, absl::string_view setting, PromptSet* set) {
  WHET_ASSIGN_OR_RETURN(const std::vector<std::string> faults, rewarder.GoldFaults(set->prompts));
  std::vector<std::shared_ptr<const Prompt>> good;
  for (size_t i = 0; i < faults.size(); ++i) {
    if (faults[i].empty()) {
      good.push_back(std::move(set->prompts[i]));
    } else {
      set->quarantined.push_back({std::move(set->prompts[i]), faults[i]});
    }
  }
  set->prompts = std::move(good);
  if (!set->prompts.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("no prompt of ", setting,
                   " can be judged; mend the data or the rewards. The first has the ground truth ",
                   Json(set->quarantined.front().prompt->ground_truth).Dump(), ": ",
                   set->quarantined.front().why));
}

std::string QuarantineText(absl::Span<const QuarantinedPrompt> quarantined) {
  constexpr size_t kShown = 5;
  std::string text;
  for (size_t i = 0; i < std::min(kShown, quarantined.size()); ++i) {
    absl::StrAppend(&text,
                    SummaryLine(i == 0 ? "quarantine" : "",
                                absl::StrCat(Json(quarantined[i].prompt->ground_truth).Dump(), ": ",
                                             quarantined[i].why)));
  }
  if (quarantined.size() > kShown) {
    absl::StrAppend(&text, SummaryLine("", absl::StrCat("and ", quarantined.size() - kShown,
                                                        " more: quarantine.jsonl of the run")));
  }
  return text;
}

absl::Status WriteQuarantine(absl::Span<const QuarantinedPrompt> quarantined,
                             const std::string& path) {
  if (quarantined.empty()) {
    const bool gone = unlink(path.c_str()) == 0 || errno == ENOENT;
    return gone ? absl::OkStatus() : ErrnoStatus(errno, path);
  }
  std::string text;
  for (const QuarantinedPrompt& one : quarantined) {
    const Json row = Json::Object({{"id", absl::StrCat(one.prompt->id)},
                                   {"prompt", one.prompt->question},
                                   {"ground_truth", one.prompt->ground_truth},
                                   {"why", one.why}});
    absl::StrAppend(&text, row.Dump(), "\n");
  }
  return WriteFileAtomically(path, text);
}

std::string Describe(const PromptSet& set) {
  return absl::StrCat(
      set.prompts.size(), " prompts",
      set.duplicates > 0 ? absl::StrCat(", ", set.duplicates, " duplicates") : "",
      set.too_long > 0 ? absl::StrCat(", ", set.too_long, " too long") : "",
      set.respelled > 0 ? absl::StrCat(", ", set.respelled, " SPELT OTHERWISE by the tokenizer")
                        : "",
      set.quarantined.empty() ? "" : absl::StrCat(", ", set.quarantined.size(), " QUARANTINED"));
}

}  // namespace whet
