#include "rewards/match/regex_rule.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "re2/re2.h"
#include "rewards/given_answer.h"

namespace whet {

class Regex {
 public:
  static absl::StatusOr<std::shared_ptr<const Regex>> Create(absl::string_view pattern) {
    RE2::Options options;
    options.set_log_errors(false);
    const re2::StringPiece piece(pattern.data(), pattern.size());
    auto regex = std::make_shared<Regex>(piece, options);
    if (regex->re2_.ok()) return regex;
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(pattern), " is no regular expression: ", regex->re2_.error()));
  }

  Regex(const re2::StringPiece& pattern, const RE2::Options& options) : re2_(pattern, options) {}

  int groups() const { return re2_.NumberOfCapturingGroups(); }

  bool Matches(absl::string_view text, bool whole) const {
    const re2::StringPiece piece(text.data(), text.size());
    return whole ? RE2::FullMatch(piece, re2_) : RE2::PartialMatch(piece, re2_);
  }

  // What `group` is in the last match, or in the match of all of `text`; nullopt if nothing
  // matches. A group that takes no part in it is empty.
  std::optional<std::string> LastCaptured(absl::string_view text, bool whole, int group) const {
    const re2::StringPiece piece(text.data(), text.size());
    const RE2::Anchor anchor = whole ? RE2::ANCHOR_BOTH : RE2::UNANCHORED;
    std::vector<re2::StringPiece> groups(static_cast<size_t>(group) + 1);
    std::optional<std::string> captured;
    size_t at = 0;
    while (at <= text.size() && re2_.Match(piece, at, text.size(), anchor, groups.data(),
                                           static_cast<int>(groups.size()))) {
      const auto end = static_cast<size_t>(groups[0].end() - piece.begin());
      // Behind "abc", .* matches nothing once more.
      const bool is_rest = captured && end == text.size() && groups[0].empty();
      if (!is_rest) captured = groups[static_cast<size_t>(group)].as_string();
      at = std::max(end, at + 1);
    }
    return captured;
  }

 private:
  const RE2 re2_;
};

RegexRule::RegexRule(RegexRuleOptions options, std::shared_ptr<const Regex> regex)
    : options_(std::move(options)), regex_(std::move(regex)) {}

absl::StatusOr<std::unique_ptr<RegexRule>> RegexRule::Create(RegexRuleOptions options) {
  std::shared_ptr<const Regex> regex;
  if (!options.pattern.empty()) {
    WHET_ASSIGN_OR_RETURN(regex, Regex::Create(options.pattern));
  } else if (options.group >= 0) {
    return absl::InvalidArgumentError("a group needs a pattern that captures it");
  }
  if (regex != nullptr && options.group > regex->groups()) {
    return absl::InvalidArgumentError(absl::StrCat(Quoted(options.pattern), " has ",
                                                   regex->groups(), " groups, none is number ",
                                                   options.group));
  }
  return std::unique_ptr<RegexRule>(new RegexRule(std::move(options), std::move(regex)));
}

absl::StatusOr<RegexGold> RegexRule::ReadGold(absl::string_view ground_truth) const {
  if (captures()) {
    const absl::string_view text = GoldOf(ground_truth);
    if (text.empty()) return absl::InvalidArgumentError("the ground truth is empty");
    return RegexGold{.regex = regex_, .text = std::string(text)};
  }
  if (regex_ != nullptr) return RegexGold{.regex = regex_, .text = ""};
  const absl::string_view pattern = absl::StripAsciiWhitespace(ground_truth);
  if (pattern.empty()) return absl::InvalidArgumentError("the ground truth is empty");
  absl::StatusOr<std::shared_ptr<const Regex>> regex = Regex::Create(pattern);
  if (!regex.ok()) return Annotate(regex.status(), "the ground truth");
  return RegexGold{.regex = *std::move(regex), .text = ""};
}

RewardPart RegexRule::Judge(const RegexGold& gold, const Completion& completion) const {
  GivenAnswer given = AnswerIn(completion, false);
  if (given.verdict) return PartOf(*given.verdict, std::move(given.message));
  if (!captures()) {
    if (gold.regex->Matches(given.text, options_.whole)) return PartOf(Verdict::kCorrect, "");
    return PartOf(Verdict::kWrong, absl::StrCat(Quoted(given.text), " does not match"));
  }
  const std::optional<std::string> captured =
      gold.regex->LastCaptured(given.text, options_.whole, options_.group);
  if (!captured) {
    return PartOf(Verdict::kNoAnswer, absl::StrCat(Quoted(given.text), " does not match"));
  }
  const absl::string_view answer = absl::StripAsciiWhitespace(*captured);
  if (IsSameNumberOrText(answer, gold.text)) return PartOf(Verdict::kCorrect, "");
  return PartOf(Verdict::kWrong, absl::StrCat(Quoted(answer), " is not ", Quoted(gold.text)));
}

std::optional<std::string> RegexRule::KeyOf(const Completion& completion) const {
  const GivenAnswer given = AnswerIn(completion, false);
  if (given.verdict) return std::nullopt;
  if (!captures()) return given.text;
  const std::optional<std::string> captured =
      regex_->LastCaptured(given.text, options_.whole, options_.group);
  if (!captured) return std::nullopt;
  return NumberOrTextKey(absl::StripAsciiWhitespace(*captured));
}

}  // namespace whet
