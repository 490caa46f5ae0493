// 1 if a completion's answer is its prompt's ground truth, else 0: for answers that are numbers or
// words. Formulas are for the mathematics rule.
#ifndef WHET_REWARDS_ANSWER_RULE_H_
#define WHET_REWARDS_ANSWER_RULE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/completion.h"
#include "rewards/given_answer.h"
#include "rewards/reward_rule.h"
#include "rollout/reward.h"

namespace whet {

enum class AnswerPlace {
  kAnswerRegion,  // Completion::boxes, several joined by ", "; without one the answer_region.
  kFirstNumber,   // Of the whole text.
  kLastNumber,    // Of Completion::rest: after the thought.
};

enum class AnswerMatch {
  kExactOrNumeric,  // As numbers (rewards/exact_number.h) if both are numbers, else as kExact.
  kExact,           // The same bytes, but for white space at their ends.
};

struct AnswerRuleOptions {
  AnswerPlace place;
  AnswerMatch match;
};

// Verdicts:
//   kCorrect            value 1
//   kWrong              value 0; the message has both answers
//   kNoAnswer           value 0; no answer region, nothing in it, or no number
//   kUnparseableAnswer  value 0; boxes that contradict each other
//   kUnparseableGold    no value; the ground truth is empty, or, where a number is looked for, none
// Thread-safe; a part depends on its input alone.
class AnswerRule : public RewardRule {
 public:
  explicit AnswerRule(AnswerRuleOptions options) : options_(options) {}

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;
  absl::StatusOr<std::vector<std::string>> GoldFaults(
      absl::Span<const absl::string_view> ground_truths) const override;
  std::optional<std::string> AnswerKey(const ScoreInput& input) override;

 private:
  // Why nothing can be compared with `gold`; empty if it can be.
  std::string FaultOf(absl::string_view gold) const;
  GivenAnswer Find(const Completion& completion) const;
  RewardPart Judge(absl::string_view ground_truth, const Completion& completion) const;

  const AnswerRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_ANSWER_RULE_H_
