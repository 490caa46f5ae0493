// The nouns of judging: what a rollout is worth, and why.
#ifndef WHET_ROLLOUT_REWARD_H_
#define WHET_ROLLOUT_REWARD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rollout/prompt.h"
#include "rollout/rollout.h"

namespace whet {

// What became of judging an answer. Only kCorrect earns anything.
enum class Verdict {
  kCorrect,
  kWrong,
  kNoAnswer,           // Nothing where the answer should be.
  kUnparseableAnswer,  // Something there that cannot be read.
  kUnparseableGold,    // The ground truth cannot be read: no reward, not 0.
  kTimeout,            // The answer's own fault: it cost more CPU time than it may.
  kUnsupported,        // Read, but no method decides it: counts as wrong, and is logged.
  kFault,              // The judge or its machine failed: no reward, not 0.
};
absl::string_view VerdictName(Verdict verdict);  // "NO_ANSWER"

// Whether a verdict says nothing about the answer: its rollout is excluded, never scored 0.
bool IsExcluded(Verdict verdict);

// What one rule gave one rollout.
struct RewardPart {
  std::optional<double> value;     // Absent: the rule could not judge, or does not apply.
  std::optional<Verdict> verdict;  // Of rules that judge an answer.
  std::string message;             // Why, in words; may be empty.
};

// Of a rule that judges answers: 1 if correct, no value if excluded, else 0.
RewardPart PartOf(Verdict verdict, std::string message);

// What a rollout is worth.
struct Reward {
  // The weighted sum of the parts that are there; absent if none is, or if a rule that judges could
  // not: the rollout is then excluded from its group.
  std::optional<double> total;
  std::vector<RewardPart> parts;  // In the order of the run's rules.
};

// All rollouts of one draw of a prompt.
struct RolloutGroup {
  std::shared_ptr<const Prompt> prompt;
  int64_t draw;
  std::vector<Rollout> rollouts;
};

struct RewardedGroup {
  RolloutGroup group;
  std::vector<Reward> rewards;  // Of group.rollouts[i].
};

}  // namespace whet

#endif  // WHET_ROLLOUT_REWARD_H_
