// Less for completions that come near to the most tokens they may have: DAPO's soft overlong
// punishment (arXiv:2503.14476, eq. 13; TRL's get_soft_overlong_punishment).
#ifndef WHET_REWARDS_SHAPE_OVERLONG_RULE_H_
#define WHET_REWARDS_SHAPE_OVERLONG_RULE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/reward_rule.h"

namespace whet {

struct OverlongRuleOptions {
  int64_t tokens_max = 20480;  // At least 1. DAPO: what the model may write, and the cache too.
  int64_t cache = 4096;        // Tokens of the ramp before it; 0 to tokens_max, 0 for none.
};

// With L tokens, that is LengthUnit::kTokens:
//   0                                  up to tokens_max - cache
//   (tokens_max - cache - L) / cache   up to tokens_max: -1 there
//   -1                                 beyond
// and no verdict. A tokens_max above the sampler's has no completion reach -1. What is cut off gets
// no more than its length says: for that there is the rule of finish_rule.h.
// Thread-safe; a part depends on its input alone.
class OverlongRule : public RewardRule {
 public:
  explicit OverlongRule(OverlongRuleOptions options);

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  double ValueOf(int64_t length) const;

  const OverlongRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_SHAPE_OVERLONG_RULE_H_
