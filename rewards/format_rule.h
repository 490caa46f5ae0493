// 1 if a completion is a thought and then an answer, each in its tags once and nothing else, else
// 0, or in the soft form a part of it.
#ifndef WHET_REWARDS_FORMAT_RULE_H_
#define WHET_REWARDS_FORMAT_RULE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/completion.h"
#include "rewards/reward_rule.h"
#include "rollout/reward.h"
#include "rollout/rollout.h"

namespace whet {

struct FormatRuleOptions {
  bool answer_tags;        // Ask for <answer> too; else those tags are text like any other.
  bool needs_box = false;  // Ask for a \boxed{} in the answer too.
  bool soft = false;       // Give something for some of the tags: for models that know none yet.
};

// What is wrong with a completion's format; empty if nothing is. The format is right if
//   - its tags are <think> </think> <answer> </answer> in this order, each once; without <think> if
//     the prompt has it (CompletionOptions::thought_prefilled), without <answer> and </answer> if
//     they are not asked for;
//   - outside of thought and answer there is only white space (without answer tags the answer is
//     what follows the thought);
//   - thought and answer are not blank, and the answer is not the "answer here" of the R1-Zero
//     template;
//   - if needs_box, the answer region (rewards/completion.h) has a box that is not blank, and none
//     that differs from it and is not joined to it;
//   - it came to its end: it was not cut off at tokens_max;
//   - it is UTF-8, without the U+FFFD that decoding puts for tokens that are not.
absl::string_view FormatFault(const Completion& completion, Finish finish,
                              const FormatRuleOptions& options);

// Gives 1 if the format is right, else 0, with FormatFault() as the message, and no verdict: it
// judges no answer.
//
// In the soft form a wrong format gets the share of the wanted tags (all four, or those that the
// options and the prompt leave) that occur once, behind those before them that do: a quarter for
// each of four. With all its tags and another fault it gets as much as without one of them: 1 is
// for the right format alone. What was cut off gets 0.
// Thread-safe; a part depends on its input alone.
class FormatRule : public RewardRule {
 public:
  explicit FormatRule(FormatRuleOptions options) : options_(options) {}

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  const FormatRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_FORMAT_RULE_H_
