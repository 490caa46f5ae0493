// How good a policy is on a set of prompts.
#ifndef WHET_ORCHESTRATOR_EVALUATION_H_
#define WHET_ORCHESTRATOR_EVALUATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "orchestrator/batch_metrics.h"
#include "orchestrator/rollout_collector.h"
#include "text/json.h"

namespace whet {

// C(n, k) ways to choose k of n answers, of which c are right: the share that have a right one,
// 1 - C(n - c, k) / C(n, k) (arXiv:2107.03374). n >= k >= 1.
double PassAtK(int64_t n, int64_t c, int64_t k);

// The answer that most of a question's completions give, those without one left out; of equally
// frequent ones the first that was given. An index into `keys`; absent if none gives one.
std::optional<size_t> MajorityOf(absl::Span<const std::optional<std::string>> keys);

struct EvaluationMetrics {
  int64_t questions;
  int64_t samples;  // Of each.
  // Mean of a question's share of right completions (avg@k), and its standard error over questions.
  // A completion that could not be judged is left out.
  double accuracy;
  double accuracy_error;
  // (k, pass@k), k = 1, 2, 4 … samples, over the questions of which so many were judged; without
  // those k of which none has.
  std::vector<std::pair<int64_t, double>> pass_at;
  std::optional<double> consensus;  // cons@k: share of questions whose majority is right; k > 1.
  BatchMetrics batch;
};

// `keys[i][j]`: what the j-th rollout of group i answered, equal if equivalent (Rewarder).
EvaluationMetrics EvaluationOf(const std::vector<CollectedGroup>& groups,
                               const std::vector<std::string>& rules,
                               const std::vector<std::vector<std::optional<std::string>>>& keys);

// As a JSON object; names begin with "eval_", as TRL's.
Json ToJson(const EvaluationMetrics& metrics);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_EVALUATION_H_
