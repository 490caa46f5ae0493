// More for the shorter completions of a group: the length reward of Kimi k1.5 (arXiv:2501.12599,
// 2.3.3; open-r1's len_reward).
#ifndef WHET_REWARDS_SHAPE_LENGTH_RULE_H_
#define WHET_REWARDS_SHAPE_LENGTH_RULE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/reward_rule.h"
#include "rewards/shape/length.h"

namespace whet {

struct LengthRuleOptions {
  std::string correctness;  // The rule whose value above 0 means that the answer is right.
  LengthUnit unit = LengthUnit::kTokens;  // As Kimi; open-r1 counts characters.
};

// With s = 0.5 - (L - shortest) / (longest - shortest) over the group:
//   s          if the answer is right: 0.5 for the shortest, -0.5 for the longest
//   min(0, s)  if it is wrong: no wrong answer gains by being short
//   0          if all are equally long, or there is only one
// and no verdict. Rollouts that `correctness` gave no value get none, and their lengths are not
// compared (open-r1 takes them for right). A group of wrong answers is still told apart by length,
// so it is no equal group. Kimi switches this on only later in a run: at first it keeps a model
// from learning to think.
// Thread-safe.
class LengthRule : public RewardRule {
 public:
  explicit LengthRule(LengthRuleOptions options) : options_(std::move(options)) {}

  Scope scope() const override { return Scope::kGroup; }
  std::vector<std::string> after() const override { return {options_.correctness}; }
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  const LengthRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_SHAPE_LENGTH_RULE_H_
