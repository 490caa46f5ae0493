// More for right answers that are short, and for wrong ones that are long: a cosine over the
// length (arXiv:2502.03373; TRL's and open-r1's get_cosine_scaled_reward).
#ifndef WHET_REWARDS_SHAPE_COSINE_RULE_H_
#define WHET_REWARDS_SHAPE_COSINE_RULE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/reward_rule.h"
#include "rewards/shape/length.h"

namespace whet {

struct CosineRuleOptions {
  std::string correctness;  // The rule whose value above 0 means that the answer is right.
  LengthUnit unit = LengthUnit::kTokens;  // As TRL; open-r1 counts characters.
  int64_t length_max = 1000;              // At least 1. Where the scale ends.
  double correct_longest = 0.5;           // TRL: min_value_correct
  double correct_shortest = 1.0;          // TRL: max_value_correct
  double wrong_shortest = -1.0;           // TRL: min_value_wrong
  double wrong_longest = -0.5;            // TRL: max_value_wrong
};

// longest + (shortest - longest) (1 + cos(pi min(L / length_max, 1))) / 2, of the pair of values
// that correctness chooses; no verdict. No value where `correctness` gave none.
//
// Beyond length_max the value stays, as TRL has it; open-r1's goes back and forth there. It takes
// the place of the rule it reads: a run that sums both pays the answer twice, unless that one's
// weight is 0.
// Thread-safe; a part depends on its input alone.
class CosineRule : public RewardRule {
 public:
  explicit CosineRule(CosineRuleOptions options);

  std::vector<std::string> after() const override { return {options_.correctness}; }
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  double ValueOf(int64_t length, bool correct) const;

  const CosineRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_SHAPE_COSINE_RULE_H_
