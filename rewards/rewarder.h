// From rollouts to rewards: parses each completion once, runs the rules, and sums up.
#ifndef WHET_REWARDS_REWARDER_H_
#define WHET_REWARDS_REWARDER_H_

#include <cstddef>
#include <cstdint>
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

// The weight of a rule at a step of the run.
struct WeightPoint {
  int64_t step;
  double weight;  // Finite.
};

// A rule and its place in a run's reward.
struct WeightedRule {
  std::string name;  // Not empty; no other rule of the run has it.
  double weight;     // Finite.
  bool gate;         // If it gives 0, the reward is 0 whatever the others say.
  std::unique_ptr<RewardRule> rule;
  // Of prompts that it judges (Prompt::data_source); none: all. Others get neither value nor
  // verdict from it.
  std::vector<std::string> data_sources = {};
  // Instead of `weight`, if there are any: straight lines between them, level before the first and
  // after the last. Steps rise.
  std::vector<WeightPoint> schedule = {};

  bool Judges(const Prompt& prompt) const;
  double WeightAt(int64_t step) const;
};

// Whether another call may go well: what befell this one is no fault of the rollouts or the run.
bool IsPassing(absl::StatusCode code);

// Sums up a rollout's parts, given in the order of the rules. First of these that holds:
//   1. a gate's value is 0                        0
//   2. a part's verdict is excluded               absent
//   3. no part has a value, or the sum is infinite absent
//   4. else                                       the sum of weight * value of those that have one,
//                                                 with the weights at `step`
// (4 leaves absent parts out of the sum, as TRL does.)
void SumUp(const std::vector<WeightedRule>& rules, int64_t step, Reward* reward);

// Rollouts of one prompt that are judged together, and their completions.
struct GroupTexts {
  const RolloutGroup& group;
  absl::Span<const std::string> texts;  // As many as rollouts.
};

// Thread-safe.
class Rewarder {
 public:
  // Rules run in the order of `rules` as far as their after() allows. InvalidArgument if there is
  // none, if a name is empty or occurs twice, if a weight is not finite, if steps of a schedule do
  // not rise, if after() names no other rule, or if rules wait for each other; the message names
  // them.
  static absl::StatusOr<std::unique_ptr<Rewarder>> Create(std::vector<WeightedRule> rules,
                                                          CompletionOptions completion);

  Rewarder(const Rewarder&) = delete;
  Rewarder& operator=(const Rewarder&) = delete;

  // Names of the rules, in the order of Reward::parts.
  const std::vector<std::string>& rule_names() const { return rule_names_; }

  // The weight of each rule at a step.
  std::vector<double> WeightsAt(int64_t step) const;

  // Judges groups, of which any may be empty, for a step: the reward of each group's rollouts.
  // Rules that judge rollouts by themselves get those of all groups in one call. A rule whose call
  // failed:
  //   IsPassing: Unavailable, Internal, Unknown, Aborted, DeadlineExceeded, ResourceExhausted
  //       gives each rollout of the call a part with verdict kFault: it is excluded, never scored
  //       0, and whoever counts excluded rollouts stops the run where there are too many;
  //   any other (InvalidArgument, FailedPrecondition, Unimplemented, DataLoss, Cancelled …)
  //       would befall the next group too: returned, with the rule's name before it.
  // A value that is not finite, or beyond 1e30, is a kFault of its rule.
  absl::StatusOr<std::vector<std::vector<Reward>>> Score(absl::Span<const GroupTexts> groups,
                                                         int64_t step) const;
  // Of one group.
  absl::StatusOr<std::vector<Reward>> Score(const GroupTexts& group, int64_t step) const;

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

  // A rollout that is being judged.
  struct Item {
    const RolloutGroup* group;
    const Rollout* rollout;
    Completion completion;
    Reward reward;
  };

  // Runs rule `r` on items of which the parts of earlier rules are there, and adds its own.
  absl::Status ScoreRule(size_t r, absl::Span<Item> items) const;
  // One call of it.
  absl::Status CallRule(size_t r, absl::Span<Item* const> items) const;

  const std::vector<WeightedRule> rules_;
  const CompletionOptions completion_;
  std::vector<std::string> rule_names_;
  std::vector<std::vector<size_t>> after_;  // [rule] Positions in rules_ of those it waits for.
  std::vector<size_t> order_;               // Positions in rules_, each after those it waits for.
};

}  // namespace whet

#endif  // WHET_REWARDS_REWARDER_H_
