// 1 or 0 for the format of a completion by the regular expressions of other trainers, for runs that
// are compared with theirs. Ours is in rewards/format_rule.h, and differs: see below.
#ifndef WHET_REWARDS_SHAPE_THINK_FORMAT_RULE_H_
#define WHET_REWARDS_SHAPE_THINK_FORMAT_RULE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/completion.h"
#include "rewards/reward_rule.h"

namespace whet {

enum class ThinkFormat {
  // TRL's think_format_reward, ^<think>(?!.*<think>)(.*?)</think>.*$ with DOTALL: the text begins
  // with <think>, has no other, and </think> comes after it. Thought and answer may be empty,
  // </think> may come again, and nothing is asked of <answer>.
  kTrl,
  // open-r1's format_reward, ^<think>\n.*?\n</think>\n<answer>\n.*?\n</answer>$ with DOTALL and
  // MULTILINE: each tag on a line of its own. Other tags may stand between, and any text on the
  // lines after </answer>: "$" is there the end of any line. No \r\n.
  kOpenR1,
};

struct ThinkFormatRuleOptions {
  ThinkFormat format = ThinkFormat::kTrl;
};

// Whether the expression matches, found by one scan of the tags (theirs are quadratic). Tags are
// named as CompletionOptions has it; where the prompt opens the thought, the text is read as though
// <think>, or <think>\n, stood before it.
bool MatchesThinkFormat(const Completion& completion, ThinkFormat format);

// No verdict; what was cut off is judged like any other. Thread-safe; a part depends on its input
// alone.
class ThinkFormatRule : public RewardRule {
 public:
  explicit ThinkFormatRule(ThinkFormatRuleOptions options) : options_(options) {}

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  const ThinkFormatRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_SHAPE_THINK_FORMAT_RULE_H_
