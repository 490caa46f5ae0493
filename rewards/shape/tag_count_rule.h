// A quarter for each tag of a thought and an answer that stands once, on a line of its own:
// open-r1's tag_count_reward, for models that do not know the format yet.
#ifndef WHET_REWARDS_SHAPE_TAG_COUNT_RULE_H_
#define WHET_REWARDS_SHAPE_TAG_COUNT_RULE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/completion.h"
#include "rewards/reward_rule.h"

namespace whet {

// 0.25 for each of these that occurs exactly once, ↵ being a line feed, counted without overlap:
//   <think>↵   ↵</think>↵   ↵<answer>↵   ↵</answer>
// The tags are named as CompletionOptions has it; where the prompt opens the thought, <think>↵ is
// thought to be there once already. Neither order nor place matter, nor does the text between: 1 is
// no proof of the format (rewards/format_rule.h, whose soft form asks for order).
double TagCountValue(const Completion& completion);

// No verdict. Thread-safe; a part depends on its input alone.
class TagCountRule : public RewardRule {
 public:
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;
};

}  // namespace whet

#endif  // WHET_REWARDS_SHAPE_TAG_COUNT_RULE_H_
