// More for completions that write their steps as steps: open-r1's reasoning_steps_reward.
#ifndef WHET_REWARDS_SHAPE_REASONING_STEPS_RULE_H_
#define WHET_REWARDS_SHAPE_REASONING_STEPS_RULE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/reward_rule.h"

namespace whet {

struct ReasoningStepsRuleOptions {
  int steps = 3;  // So many are enough; at least 1.
};

// How often one of these occurs in `text`, ↵ being a line feed and N digits of ASCII:
//   Step N:   ↵-   ↵*   First,   Second,   Next,   Finally,   and N. at the very beginning
// As open-r1's expression has it, which lacks re.MULTILINE: of a list that is numbered "1.", "2.",
// only an item that begins the completion counts. One scan.
int64_t CountReasoningSteps(absl::string_view text);

// min(1, count / steps), of the whole text; no verdict. Easily farmed: "First,First,First," gets 1,
// so keep its weight small and end it early.
// Thread-safe; a part depends on its input alone.
class ReasoningStepsRule : public RewardRule {
 public:
  explicit ReasoningStepsRule(ReasoningStepsRuleOptions options);

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  const ReasoningStepsRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_SHAPE_REASONING_STEPS_RULE_H_
