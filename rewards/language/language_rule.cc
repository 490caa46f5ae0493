#include "rewards/language/language_rule.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rewards/language/scripts.h"
#include "rewards/user_text.h"
#include "text/json.h"

namespace whet {
namespace {

constexpr absl::string_view kDefaultTarget = "en";

// What the row has in `column`, if that is a language; else empty.
std::string TargetInRow(const Prompt& prompt, absl::string_view column) {
  if (column.empty()) return "";
  const absl::StatusOr<Json> row = Json::Parse(prompt.extra);
  if (!row.ok()) return "";
  const absl::StatusOr<absl::string_view> written = row->GetString(column);
  if (!written.ok()) return "";
  std::string language = NormalizedLanguage(*written);
  return IsLanguage(language) ? language : "";
}

RewardPart Absent(std::string message) {
  return {.value = std::nullopt, .verdict = std::nullopt, .message = std::move(message)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<LanguageRule>> LanguageRule::Create(LanguageRuleOptions options) {
  options.target = NormalizedLanguage(options.target);
  if (!options.target.empty() && !IsLanguage(options.target)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", options.target, "\" is no language; write \"en\" or \"zh\""));
  }
  if (options.threshold && !(*options.threshold > 0 && *options.threshold <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the threshold must be above 0 and at most 1, not ", *options.threshold));
  }
  if (options.penalty && !options.gate.empty()) {
    return absl::InvalidArgumentError(
        "a gate and the penalty are two ways to one end; set one of them");
  }
  WarmUpLanguage();
  return absl::WrapUnique(new LanguageRule(std::move(options)));
}

LanguageRule::LanguageRule(LanguageRuleOptions options) : options_(std::move(options)) {}

std::vector<std::string> LanguageRule::after() const {
  if (options_.gate.empty()) return {};
  return {options_.gate};
}

LanguageRule::Asked LanguageRule::AskedOf(const Prompt& prompt) const {
  Asked asked = {.prompt = ReadPromptLanguage(UserTextOf(prompt)), .target = {}};
  asked.target = TargetInRow(prompt, options_.target_column);
  if (asked.target.empty()) asked.target = options_.target;
  if (asked.target.empty())
    asked.target = asked.prompt.language.value_or(std::string(kDefaultTarget));
  return asked;
}

RewardPart LanguageRule::Judge(const ScoreInput& input, const Asked& asked) const {
  if (!options_.gate.empty()) {
    const auto gate = input.earlier.find(options_.gate);
    if (gate == input.earlier.end() || gate->second->value.value_or(0) <= 0) {
      return Absent(absl::StrCat("not asked: ", options_.gate, " is not above 0"));
    }
  }
  const Completion& completion = input.completion;
  const bool is_thought = options_.place == LanguagePlace::kThought;
  if (is_thought && !completion.thought) return Absent("no thought");
  const absl::string_view text = is_thought ? *completion.thought : completion.rest;
  const LanguageCount count = CountLanguage(text, asked.target, asked.prompt);
  const std::optional<double> ratio = count.Ratio();
  if (!ratio) return Absent(count.Message());
  double value = *ratio;
  if (options_.threshold) value = value >= *options_.threshold ? 1 : 0;
  if (options_.penalty) value -= 1;
  return {.value = value,
          .verdict = std::nullopt,
          .message = absl::StrCat(asked.target, " ", count.Message())};
}

absl::StatusOr<std::vector<RewardPart>> LanguageRule::Score(absl::Span<const ScoreInput> inputs) {
  absl::flat_hash_map<const Prompt*, Asked> asked;  // The members of a group have the same.
  std::vector<RewardPart> parts;
  parts.reserve(inputs.size());
  for (const ScoreInput& input : inputs) {
    auto found = asked.find(&input.prompt);
    if (found == asked.end()) {
      found = asked.emplace(&input.prompt, AskedOf(input.prompt)).first;
    }
    parts.push_back(Judge(input, found->second));
  }
  return parts;
}

}  // namespace whet
