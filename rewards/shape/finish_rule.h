// 1 if a completion came to its own end, 0 if it was cut off at tokens_max.
#ifndef WHET_REWARDS_SHAPE_FINISH_RULE_H_
#define WHET_REWARDS_SHAPE_FINISH_RULE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/reward_rule.h"

namespace whet {

// Reads Rollout::finish alone: a text that looks unfinished, or spells out "<|im_end|>", does not
// matter. No verdict. Thread-safe; a part depends on its input alone.
class FinishRule : public RewardRule {
 public:
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;
};

}  // namespace whet

#endif  // WHET_REWARDS_SHAPE_FINISH_RULE_H_
