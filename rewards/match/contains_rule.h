// 1 if a completion's answer contains its prompt's ground truth, or some or all of several, else 0.
#ifndef WHET_REWARDS_MATCH_CONTAINS_RULE_H_
#define WHET_REWARDS_MATCH_CONTAINS_RULE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/completion.h"
#include "rewards/match/gold_rule.h"

namespace whet {

struct ContainsRuleOptions {
  bool all = false;          // Of several texts, all; else any.
  bool ignore_case = false;  // Compare in lower case (text/lower_case.h).
  // Only where letters and digits do not go on: "4" is not in "14", nor "Paris" in "Parisian". Not
  // for languages that are written without spaces.
  bool whole_words = true;
};

// The ground truth is a JSON array of texts, or else what GoldOf (rewards/given_answer.h) makes of
// it is one text; each without white space at its ends. The answer is AnswerIn.
//   kCorrect, kWrong    the message says what is not in the answer
//   kNoAnswer           no answer region, or nothing in it
//   kUnparseableAnswer  boxes that contradict each other
//   kUnparseableGold    no value; no text, an empty one, or an array of something else
// An answer that lists all it can think of contains the right one too: where answers are short, use
// AnswerRule. For each text, time is linear in the answer (times that text, at worst).
// Thread-safe; a part depends on its input alone.
class ContainsRule : public GoldRule<std::vector<std::string>> {
 public:
  explicit ContainsRule(ContainsRuleOptions options) : options_(options) {}

 private:
  absl::StatusOr<std::vector<std::string>> ReadGold(absl::string_view ground_truth) const override;
  RewardPart Judge(const std::vector<std::string>& gold,
                   const Completion& completion) const override;
  std::optional<std::string> KeyOf(const Completion& completion) const override;

  std::string Folded(absl::string_view text) const;

  const ContainsRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_MATCH_CONTAINS_RULE_H_
