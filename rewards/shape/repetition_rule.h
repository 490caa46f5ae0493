// Less for completions that say the same again: the share of n-grams that repeat earlier ones
// (arXiv:2502.03373, C.2; TRL's and open-r1's get_repetition_penalty_reward).
#ifndef WHET_REWARDS_SHAPE_REPETITION_RULE_H_
#define WHET_REWARDS_SHAPE_REPETITION_RULE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/reward_rule.h"

namespace whet {

enum class RepetitionUnit {
  kTokens,  // Of the rollout, with the one that ended it: as TRL.
  kWords,  // Of its text in lower case, at white space as Python splits: as open-r1. Languages that
           // write none have few words: take tokens.
};

struct RepetitionRuleOptions {
  RepetitionUnit unit = RepetitionUnit::kTokens;
  int ngram_size = 3;         // 1 to kNgramSizeMax.
  double max_penalty = -1.0;  // What a completion of one n-gram over and over comes close to; <= 0.
};
constexpr int kNgramSizeMax = 100;

// (1 - different n-grams / n-grams) * max_penalty, 0 if it is shorter than one n-gram; no verdict.
// Time is linear in the completion, times ngram_size. Long honest texts repeat too (a formula that
// is carried along): 3-grams of tokens are a harsh measure of them.
// Thread-safe; a part depends on its input alone.
class RepetitionRule : public RewardRule {
 public:
  explicit RepetitionRule(RepetitionRuleOptions options);

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  const RepetitionRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_SHAPE_REPETITION_RULE_H_
