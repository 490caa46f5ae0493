// From rollouts to rewards: parses each completion once, runs the rules, and sums up.
#ifndef WHET_REWARDS_REWARDER_H_
#define WHET_REWARDS_REWARDER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/completion.h"
#include "rewards/reward_rule.h"
#include "rollout/reward.h"
#include "rollout/rollout.h"

namespace whet {

// A rule and its place in a run's reward.
struct WeightedRule {
  std::string name;  // Not empty; no other rule of the run has it.
  double weight;     // Finite.
  bool gate;         // If it gives 0, the reward is 0 whatever the others say.
  std::unique_ptr<RewardRule> rule;
  // Of prompts that it judges (Prompt::data_source); none: all. Others get neither value nor
  // verdict from it.
  std::vector<std::string> data_sources = {};

  bool Judges(const Prompt& prompt) const;
};

// Sums up a rollout's parts, given in the order of the rules. First of these that holds:
//   1. a gate's value is 0                        0
//   2. a part's verdict is excluded               absent
//   3. no part has a value                        absent
//   4. else                                       the sum of weight * value of those that have one
// (4 leaves absent parts out of the sum, as TRL does.)
void SumUp(const std::vector<WeightedRule>& rules, Reward* reward);

// Thread-safe.
class Rewarder {
 public:
  // Rules run in the order of `rules` as far as their after() allows. InvalidArgument if there is
  // none, if a name is empty or occurs twice, if a weight is not finite, if after() names no other
  // rule, or if rules wait for each other; the message names them.
  static absl::StatusOr<std::unique_ptr<Rewarder>> Create(std::vector<WeightedRule> rules,
                                                          CompletionOptions completion);

  Rewarder(const Rewarder&) = delete;
  Rewarder& operator=(const Rewarder&) = delete;

  // Names of the rules, in the order of Reward::parts.
  const std::vector<std::string>& rule_names() const { return rule_names_; }

  // Judges a group, which may be empty; `texts` are the completions of its rollouts. A rule whose
  // call failed:
  //   Unavailable, Internal, Unknown, Aborted, DeadlineExceeded, ResourceExhausted
  //       gives each rollout of the call a part with verdict kFault: it is excluded, never scored
  //       0, and whoever counts excluded rollouts stops the run where there are too many;
  //   any other (InvalidArgument, FailedPrecondition, Unimplemented, DataLoss, Cancelled …)
  //       would befall the next group too: returned, with the rule's name before it.
  // A value that is not finite is a kFault of its rule.
  absl::StatusOr<std::vector<Reward>> Score(const RolloutGroup& group,
                                            absl::Span<const std::string> texts) const;

  // For each prompt why it cannot be judged: the name of the first rule that says so with its
  // reason (RewardRule::GoldFaults), or that no rule judges its data source; empty if it can be. An
  // error of a rule is returned with its name before it.
  absl::StatusOr<std::vector<std::string>> GoldFaults(
      absl::Span<const std::shared_ptr<const Prompt>> prompts) const;

  // What each rollout answers, by the first rule that knows one for it; RewardRule::AnswerKey.
  std::vector<std::optional<std::string>> AnswerKeys(const RolloutGroup& group,
                                                     absl::Span<const std::string> texts) const;

 private:
  Rewarder(std::vector<WeightedRule> rules, CompletionOptions completion);

  // Runs rule `r` on the group whose earlier parts are in `rewards`, and puts its parts there.
  absl::Status ScoreRule(size_t r, const RolloutGroup& group,
                         const std::vector<Completion>& completions,
                         std::vector<Reward>* rewards) const;

  const std::vector<WeightedRule> rules_;
  const CompletionOptions completion_;
  std::vector<std::string> rule_names_;
  std::vector<std::vector<size_t>> after_;  // [rule] Positions in rules_ of those it waits for.
  std::vector<size_t> order_;               // Positions in rules_, each after those it waits for.
};

}  // namespace whet

#endif  // WHET_REWARDS_REWARDER_H_
