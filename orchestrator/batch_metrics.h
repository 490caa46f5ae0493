// What the rollouts of a batch were like: rewards, lengths, shares. Names in JSON are TRL's where
// it has one (docs/formats.md).
#ifndef WHET_ORCHESTRATOR_BATCH_METRICS_H_
#define WHET_ORCHESTRATOR_BATCH_METRICS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orchestrator/rollout_collector.h"
#include "text/json.h"

namespace whet {

// Mean and sample deviation; both 0 of nothing, the deviation 0 of one.
struct Spread {
  double mean;
  double deviation;
};
Spread SpreadOf(absl::Span<const double> values);

// The first verdict among a rollout's parts, that of the rule which judges the answer; nullptr if
// none has one.
const RewardPart* JudgedPart(const std::vector<RewardPart>& parts);

// Why a rollout without a total has none; `rules` names its parts.
std::string WhyExcluded(const Reward& reward, const std::vector<std::string>& rules);

// The values that a rule gave.
struct RuleMetrics {
  std::string name;
  Spread value;
  int64_t count;  // Of those that are there.
};

struct BatchMetrics {
  int64_t rollouts;
  int64_t groups;
  int64_t equal_groups;          // Whose rewards do not differ.
  int64_t excluded;              // Rollouts that could not be judged.
  std::string excluded_because;  // The first one's reason.
  Spread reward;                 // Of those that could.
  std::vector<RuleMetrics> rules;
  // Share of CORRECT among the verdicts, those left out that could not judge; absent if none is
  // left.
  std::optional<double> accuracy;
  double thought_share;  // Of completions with a thought that ends.
  double length_mean;    // In tokens.
  int64_t length_min;
  int64_t length_max;
  double terminated_length_mean;  // Of those that were not cut; 0 if all were.
  double clipped_ratio;           // Share of those that were cut at tokens_max.
  int64_t prompt_tokens;          // Once for each rollout, as TRL counts.
  int64_t completion_tokens;
};

// `rules` names the parts of the rewards.
BatchMetrics MetricsOf(const std::vector<CollectedGroup>& groups,
                       const std::vector<std::string>& rules);

// Adds them to a JSON object.
void AddTo(const BatchMetrics& metrics, Json* json);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_BATCH_METRICS_H_
