#include "rewards/shape/finish_rule.h"

#include "rewards/shape/parts.h"
#include "rollout/rollout.h"

namespace whet {

absl::StatusOr<std::vector<RewardPart>> FinishRule::Score(absl::Span<const ScoreInput> inputs) {
  return PartOfEach(inputs, [](const ScoreInput& input) {
    return input.rollout.finish == Finish::kStop ? ValuePart(1) : ValuePart(0, "it was cut off");
  });
}

}  // namespace whet
