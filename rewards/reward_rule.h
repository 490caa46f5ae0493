// The seam where everything that judges completions is put in: answers, formats, languages,
// lengths, programs in a jail, other people's verifiers.
#ifndef WHET_REWARDS_REWARD_RULE_H_
#define WHET_REWARDS_REWARD_RULE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/completion.h"
#include "rollout/prompt.h"
#include "rollout/reward.h"
#include "rollout/rollout.h"

namespace whet {

// Parts by the names of the rules that gave them.
using EarlierParts = absl::flat_hash_map<absl::string_view, const RewardPart*>;

// One rollout to judge. What it refers to lives as long as the call of Score().
struct ScoreInput {
  const Prompt& prompt;
  const Rollout& rollout;
  const Completion& completion;  // Of the rollout's text.
  EarlierParts earlier;          // This rollout's, of exactly the rules that after() names.
};

class RewardRule {
 public:
  enum class Scope {
    kRollout,  // Each rollout by itself: its part does not depend on what else is in the call.
    kGroup,    // All rollouts of a group together, by comparing them: one call a group.
  };

  virtual ~RewardRule() = default;

  virtual Scope scope() const { return Scope::kRollout; }

  // Names of the rules, as the run calls them, whose parts this one reads. They are scored before.
  virtual std::vector<std::string> after() const { return {}; }

  // The part of each input, in their order: as many as inputs, of which there is at least one. With
  // Scope::kRollout these may be of any prompts. Thread-safe: the Rewarder calls it for several
  // groups at once. Values are finite.
  //
  // Every outcome of judging is a part, with its reason in `message`. What could not be judged has
  // no value, and the verdict kUnparseableGold or kFault if it is thereby excluded; a rule that
  // does not apply to a rollout gives neither value nor verdict. Nothing of this is ever told as 0.
  //
  // A Status is for what befell the call as a whole; rewarder.h tells what it makes of it. A rule
  // that asks others (processes, services) should give kFault to the inputs that failed, so that
  // the rest of the call counts.
  virtual absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) = 0;

  // Whether answers can be judged by these ground truths at all, as tried when the data is loaded:
  // for each of them why not, or nothing. A prompt with a fault is left out of the run, and listed,
  // so that a fault must depend on the ground truth alone; that they cannot be tried (a verifier
  // that does not run) is an error.
  virtual absl::StatusOr<std::vector<std::string>> GoldFaults(
      absl::Span<const absl::string_view> ground_truths) const {
    return std::vector<std::string>(ground_truths.size());
  }

  // What a completion answers, for majority votes: the same text for answers that are the same.
  // Absent if it gives none, or if the rule knows no answers.
  virtual std::optional<std::string> AnswerKey(const ScoreInput&) { return std::nullopt; }
};

}  // namespace whet

#endif  // WHET_REWARDS_REWARD_RULE_H_
