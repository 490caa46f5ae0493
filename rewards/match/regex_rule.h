// 1 if a completion's answer matches a regular expression, or if what it captures is the ground
// truth, else 0.
#ifndef WHET_REWARDS_MATCH_REGEX_RULE_H_
#define WHET_REWARDS_MATCH_REGEX_RULE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/completion.h"
#include "rewards/match/gold_rule.h"

namespace whet {

// An expression in RE2's syntax: no back references, no looking around, time linear in the text.
class Regex;

struct RegexRuleOptions {
  std::string pattern = "";  // Empty: each ground truth is the expression its answers must match.
  bool whole = false;        // It must match all of the answer; else any part.
  // The group of `pattern` whose text is compared with the ground truth: as numbers if both are
  // numbers, else as texts without white space at their ends. 0 is the match itself; -1: none, the
  // ground truth does not matter. Of several matches the last one counts.
  int group = -1;
};

// A ground truth, as an expression or as a text.
struct RegexGold {
  std::shared_ptr<const Regex> regex;
  std::string text;
};

// The answer is AnswerIn (rewards/given_answer.h), the text GoldOf the ground truth.
//   kCorrect, kWrong    wrong also where it matches, but its group is something else
//   kNoAnswer           no answer region, or nothing in it; with a group, no match
//   kUnparseableAnswer  boxes that contradict each other
//   kUnparseableGold    no value; no expression, or, with a group, empty
// Thread-safe; a part depends on its input alone.
class RegexRule : public GoldRule<RegexGold> {
 public:
  // InvalidArgument if the pattern is none, or has no such group.
  static absl::StatusOr<std::unique_ptr<RegexRule>> Create(RegexRuleOptions options);

 private:
  RegexRule(RegexRuleOptions options, std::shared_ptr<const Regex> regex);

  absl::StatusOr<RegexGold> ReadGold(absl::string_view ground_truth) const override;
  RewardPart Judge(const RegexGold& gold, const Completion& completion) const override;
  std::optional<std::string> KeyOf(const Completion& completion) const override;

  bool captures() const { return options_.group >= 0; }

  const RegexRuleOptions options_;
  const std::shared_ptr<const Regex> regex_;  // Of options_.pattern; null if that is empty.
};

}  // namespace whet

#endif  // WHET_REWARDS_MATCH_REGEX_RULE_H_
