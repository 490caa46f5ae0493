// From rewards to advantages: how much better a rollout is than the others of its group.
#ifndef WHET_REWARDS_ADVANTAGE_H_
#define WHET_REWARDS_ADVANTAGE_H_

#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace whet {

// Rewards of a group's rollouts; absent where a rollout could not be judged.
using GroupRewards = std::vector<std::optional<double>>;

// Of each group's rollouts, in their order.
using Advantages = std::vector<std::vector<float>>;

// What the difference to the group's mean is divided by.
enum class AdvantageScale {
  kGroupDeviation,  // GRPO (arXiv:2402.03300).
  kNone,            // Dr. GRPO (arXiv:2503.20783).
  kBatchDeviation,  // Lite PPO (arXiv:2508.08221).
};

struct AdvantageOptions {
  AdvantageScale scale = AdvantageScale::kGroupDeviation;
  double epsilon = 1e-4;  // TRL's.
};

// With r the rewards of a group g that are there, n their number, all rewards of all groups
// "batch":
//
//   A_i = (r_i - mean(r in g)) / (std(r in g) + epsilon)     kGroupDeviation
//   A_i =  r_i - mean(r in g)                                kNone
//   A_i = (r_i - mean(r in g)) / (std(r in batch) + epsilon) kBatchDeviation
//   std(r) = sqrt(sum (r_i - mean r)^2 / (n - 1))
//
// as in TRL's GRPOTrainer. An absent reward is left out of mean and std, and its advantage is 0. So
// is that of a reward alone in its group: it differs from nothing. Computed in f64.
Advantages GroupAdvantages(absl::Span<const GroupRewards> groups, const AdvantageOptions& options);

// A group's values by rule, [rollout][rule]; absent where a rule gave none.
using GroupParts = std::vector<std::vector<std::optional<double>>>;

// GDPO (arXiv:2601.05242), TRL's multi_objective_aggregation="normalize_then_sum": first each
// rule's values v are measured within their group, then summed, then the sums are measured in the
// batch, so that a rule's say does not depend on the spread of its values:
//
//   z_ik = (v_ik - mean(v_k in g)) / (std(v_k in g) + epsilon)
//   s_i  = sum over k of weight_k z_ik
//   A_i  = (s_i - mean(s in batch)) / (std(s in batch) + epsilon)
//
// An absent value has no z, and the sum leaves it out; a rollout without any value has no s and the
// advantage 0. A value that is the only one of its rule in the group has the z 0. Each rollout has
// as many values as there are weights; one that is excluded has none that are there.
Advantages NormalizeThenSumAdvantages(absl::Span<const GroupParts> groups,
                                      absl::Span<const double> weights, double epsilon);

// Whether a group teaches nothing: its rewards that are there differ by at most 1e-8, or are fewer
// than two. (TRL's frac_reward_zero_std has the same bound.)
bool IsEqualGroup(const GroupRewards& rewards);

}  // namespace whet

#endif  // WHET_REWARDS_ADVANTAGE_H_
