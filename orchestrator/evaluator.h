// Evaluates a policy: asks it, judges what it answers, and records what came of it.
#ifndef WHET_ORCHESTRATOR_EVALUATOR_H_
#define WHET_ORCHESTRATOR_EVALUATOR_H_

#include <vector>

#include "absl/status/statusor.h"
#include "orchestrator/evaluation.h"
#include "orchestrator/ledger.h"
#include "orchestrator/prompt_order.h"
#include "orchestrator/rollout_collector.h"
#include "rewards/rewarder.h"

namespace whet {

struct Evaluated {
  EvaluationMetrics metrics;
  std::vector<CollectedGroup> groups;  // Of the prompts, in their order.
};

// None is owned. `collector` writes to `ledger`.
struct EvaluatorParts {
  RolloutCollector* collector;
  const Rewarder* rewarder;
  Ledger* ledger;
};

// The evaluation after step request.batch, which is also the draw of every prompt. What the ledger
// has of it is neither sampled nor judged again; one that is recorded already stays as it is.
absl::StatusOr<Evaluated> EvaluatePrompts(const EvaluatorParts& parts,
                                          const CollectRequest& request, const Prompts& prompts);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_EVALUATOR_H_
