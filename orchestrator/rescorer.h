// Judges what a run recorded by other rules: an audit of a verifier without sampling a token.
#ifndef WHET_ORCHESTRATOR_RESCORER_H_
#define WHET_ORCHESTRATOR_RESCORER_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "orchestrator/ledger.h"
#include "orchestrator/rescoring.h"
#include "rewards/advantage.h"
#include "rewards/rewarder.h"

namespace whet {

// None is owned. `reader` is of `ledger`'s file; nullptr for `ledger`: nothing is stored.
struct RescorerParts {
  LedgerReader* reader;
  const Rewarder* rewarder;
  Ledger* ledger;
};

struct RescoringRequest {
  RandomPurpose purpose;
  std::optional<int64_t> batch;       // LeaseRecord::batch; absent: all.
  std::optional<int64_t> groups_max;  // Only the first so many.
  // Of training: at its first step a batch is judged, by the weights that rules have then.
  int64_t steps_per_batch;
  std::optional<AdvantageOptions> advantage;  // Absent where nothing is learnt from rewards.
  size_t shown_max;                           // RescoringReport::shown
  RescoringRecord record;                     // What is stored of it.
};

struct Rescoring {
  std::optional<int64_t> id;  // In the ledger; absent if nothing is stored.
  bool finished;              // Not stopped before its end.
  RescoringReport report;
};

// Judges group by group, in the order in which they were handed out, by the texts that are
// recorded: needs neither tokenizer nor model. Groups of which not all rollouts are there are left
// out. What is judged is queued for the ledger at once; the rescoring is marked as finished at the
// end. So one that was killed, or failed, stays there unfinished, and a repetition is another one:
// the rules may be programs, of which nobody knows whether they are still the same.
//
// `goes_on` is called before each group with how many are judged, and of how many at most; the
// first time that it is false the rescoring stops.
//
// NotFound if there is nothing to judge. Statuses of Rewarder::Score and of the ledger; of
// Rewarder::GoldFaults, before anything is stored, if the rules cannot judge at all.
absl::StatusOr<Rescoring> Rescore(const RescorerParts& parts, const RescoringRequest& request,
                                  absl::FunctionRef<bool(int64_t, int64_t)> goes_on);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_RESCORER_H_
