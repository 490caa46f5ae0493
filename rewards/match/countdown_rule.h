// 1 if a completion makes a number of given ones by arithmetic, else 0: the countdown game, as
// TinyZero plays it.
#ifndef WHET_REWARDS_MATCH_COUNTDOWN_RULE_H_
#define WHET_REWARDS_MATCH_COUNTDOWN_RULE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/completion.h"
#include "rewards/match/arithmetic.h"
#include "rewards/match/gold_rule.h"

namespace whet {

struct CountdownRuleOptions {
  bool needs_all = true;  // Each given number exactly once, as TinyZero; else at most once.
};

struct CountdownGold {
  int64_t target;
  std::vector<int64_t> numbers;  // Sorted.
};

// The ground truth is {"target": 24, "numbers": [1, 2, 3, 4]}, or with "nums" for "numbers": whole
// numbers, none of the given ones below 0. The answer is AnswerIn (rewards/given_answer.h), an
// expression of rewards/match/arithmetic.h, or "expression = target"; perhaps in LaTeX's $ $ or
// \( \), or with a point behind it.
//   kCorrect            its value is exactly the target, of the given numbers
//   kWrong              other numbers, one too often or one left over; another value; a division by
//                       zero; = something else. The message tells which
//   kNoAnswer           no answer region, or nothing in it
//   kUnparseableAnswer  no such expression; boxes that contradict each other
//   kUnsupported        a value beyond int64
//   kUnparseableGold    no value; another ground truth
// Thread-safe; a part depends on its input alone.
class CountdownRule : public GoldRule<CountdownGold> {
 public:
  explicit CountdownRule(CountdownRuleOptions options) : options_(options) {}

 private:
  absl::StatusOr<CountdownGold> ReadGold(absl::string_view ground_truth) const override;
  RewardPart Judge(const CountdownGold& gold, const Completion& completion) const override;
  std::optional<std::string> KeyOf(const Completion& completion) const override;

  // Why it is not the target made of the given numbers; empty if it is.
  std::string FaultOf(const ArithmeticResult& result, const CountdownGold& gold) const;

  const CountdownRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_MATCH_COUNTDOWN_RULE_H_
