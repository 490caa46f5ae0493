#include "cli/rollout_text.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/status.h"
#include "text/utf8.h"

namespace whet {
namespace {

// U+0000 to U+001F, U+007F, U+0080 to U+009F.
bool IsControl(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// Each line behind `indent`.
std::string Indented(absl::string_view text, absl::string_view indent) {
  return absl::StrCat(
      indent, absl::StrReplaceAll(Printable(text), {{"\n", absl::StrCat("\n", indent)}}), "\n");
}

std::string RewardText(const std::optional<double>& reward) {
  return reward.has_value() ? absl::StrFormat("reward %g", *reward)
                            : "no reward: it could not be judged";
}

// A line for each.
std::string PartsText(const std::vector<std::string>& rules, const std::vector<RewardPart>& parts) {
  size_t width = 0;
  for (const std::string& rule : rules) width = std::max(width, rule.size());
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) {
    const RewardPart& part = parts[i];
    absl::StrAppend(
        &text,
        absl::StrFormat("  %-*s  %s", width, rules[i],
                        part.value.has_value() ? absl::StrFormat("%g", *part.value) : "-"),
        part.verdict.has_value() ? absl::StrCat("  ", VerdictName(*part.verdict)) : "",
        part.message.empty() ? "" : absl::StrCat("  ", Printable(part.message)), "\n");
  }
  return text;
}

Json PartsJson(const std::vector<std::string>& rules, const std::vector<RewardPart>& parts) {
  Json json = Json::Array();
  for (size_t i = 0; i < parts.size(); ++i) {
    const RewardPart& part = parts[i];
    Json rule = Json::Object(
        {{"rule", rules[i]}, {"value", nullptr}, {"verdict", nullptr}, {"message", part.message}});
    if (part.value.has_value()) rule.Set("value", *part.value);
    if (part.verdict.has_value()) rule.Set("verdict", VerdictName(*part.verdict));
    json.Append(std::move(rule));
  }
  return json;
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Character character = FirstUtf8(text);
    const char32_t c = character.code_point;
    const bool shown = character.valid && (!IsControl(c) || c == '\n' || c == '\t');
    absl::StrAppend(&out, shown ? text.substr(0, character.bytes) : "\xEF\xBF\xBD");
    text.remove_prefix(character.bytes);
  }
  return out;
}

absl::StatusOr<std::vector<ExplainedRollout>> ReadRollouts(LedgerReader* reader,
                                                           const RolloutFilter& filter) {
  WHET_ASSIGN_OR_RETURN(std::vector<RolloutRecord> records, reader->FindRollouts(filter));
  std::vector<ExplainedRollout> rollouts;
  absl::flat_hash_map<uint64_t, Prompt> prompts;
  for (RolloutRecord& record : records) {
    const uint64_t id = record.rollout.id.prompt;
    if (!prompts.contains(id)) {
      WHET_ASSIGN_OR_RETURN(const std::optional<Prompt> prompt, reader->FindPrompt(id));
      if (!prompt.has_value()) {
        return absl::DataLossError(
            absl::StrFormat("the ledger has rollouts of prompt %016x, but not the prompt", id));
      }
      prompts[id] = *prompt;
    }
    rollouts.push_back({prompts[id], std::move(record)});
  }
  return rollouts;
}

std::string RolloutText(const ExplainedRollout& rollout) {
  const RolloutRecord& record = rollout.record;
  const Rollout& sampled = record.rollout;
  std::string text = absl::StrCat(
      "── ", sampled.id.Text(), ": ", record.judged ? RewardText(record.reward) : "not judged yet",
      ", ", DispositionName(record.disposition), ", ", sampled.tokens.size(), " tokens",
      sampled.finish == Finish::kLength ? ", cut off" : "", "\n",
      Indented(rollout.prompt.question, "  "),
      rollout.prompt.ground_truth.empty()
          ? ""
          : absl::StrCat("  (", Printable(rollout.prompt.ground_truth), ")\n"),
      Indented(record.text, "  │ "), PartsText(record.rules, record.parts));
  if (rollout.rescored.has_value()) {
    const RescoredRecord& rescored = *rollout.rescored;
    absl::StrAppend(&text, "  rescored: ", RewardText(rescored.reward.total), "\n",
                    PartsText(rescored.rules, rescored.reward.parts));
  }
  return text;
}

Json ToJson(const ExplainedRollout& rollout) {
  const RolloutRecord& record = rollout.record;
  const Rollout& sampled = record.rollout;
  Json json = Json::Object({{"id", sampled.id.Text()},
                            {"prompt", rollout.prompt.question},
                            {"ground_truth", rollout.prompt.ground_truth},
                            {"completion", record.text},
                            {"tokens", static_cast<int64_t>(sampled.tokens.size())},
                            {"finish", sampled.finish == Finish::kStop ? "stop" : "length"},
                            {"judged", record.judged},
                            {"reward", nullptr},
                            {"disposition", DispositionName(record.disposition)},
                            {"rules", PartsJson(record.rules, record.parts)}});
  if (record.reward.has_value()) json.Set("reward", *record.reward);
  if (rollout.rescored.has_value()) {
    const RescoredRecord& rescored = *rollout.rescored;
    Json now = Json::Object(
        {{"reward", nullptr}, {"rules", PartsJson(rescored.rules, rescored.reward.parts)}});
    if (rescored.reward.total.has_value()) now.Set("reward", *rescored.reward.total);
    json.Set("rescored", std::move(now));
  }
  return json;
}

}  // namespace whet
