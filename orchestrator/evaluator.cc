#include "orchestrator/evaluator.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/status.h"

namespace whet {

absl::StatusOr<Evaluated> EvaluatePrompts(const EvaluatorParts& parts,
                                          const CollectRequest& request, const Prompts& prompts) {
  std::vector<Draw> draws;
  for (const std::shared_ptr<const Prompt>& prompt : prompts) {
    draws.push_back({prompt, request.batch});
  }
  Evaluated out = {.metrics = {}, .groups = {}};
  WHET_ASSIGN_OR_RETURN(out.groups, parts.collector->Collect(request, draws));
  std::vector<std::vector<std::optional<std::string>>> keys;
  std::vector<RolloutId> ids;
  for (const CollectedGroup& group : out.groups) {
    keys.push_back(parts.rewarder->AnswerKeys(group.rewarded.group, group.texts));
    for (const Rollout& rollout : group.rewarded.group.rollouts) ids.push_back(rollout.id);
  }
  out.metrics = EvaluationOf(out.groups, parts.rewarder->rule_names(), keys);
  WHET_RETURN_IF_ERROR(parts.ledger->SetDisposition(std::move(ids), Disposition::kEvaluated));
  WHET_RETURN_IF_ERROR(parts.ledger->RecordEvaluation({request.batch, ToJson(out.metrics).Dump()}));
  return out;
}

}  // namespace whet
