// What the ledger writes, row by row.
#ifndef WHET_ORCHESTRATOR_LEDGER_TABLES_H_
#define WHET_ORCHESTRATOR_LEDGER_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "orchestrator/ledger.h"
#include "orchestrator/ledger_codec.h"
#include "orchestrator/ledger_sqlite.h"

namespace whet {

// Each call writes into the transaction that is open. What is there already is kept: a repetition
// changes nothing and is OK. InvalidArgument for what refers to a row that is not there.
class LedgerTables {
 public:
  explicit LedgerTables(Sqlite* database) : database_(database) {}  // Not owned.

  absl::StatusOr<RunRecord> BeginRun(const RunRecord& run);
  absl::Status AddPrompt(const Prompt& prompt);
  absl::Status AddLease(const LeaseRecord& lease);
  absl::Status AddRollout(const Rollout& rollout, absl::string_view text);
  absl::Status AddReward(const RolloutId& id, const Reward& reward,
                         const std::vector<std::string>& rules);
  absl::Status SetDisposition(const RolloutId& id, Disposition disposition);
  absl::Status AddEvent(const EventRecord& event);
  // Writes nothing where it is refused.
  absl::Status AddStep(const StepRecord& step);
  absl::Status AddCheckpoint(const CheckpointRecord& checkpoint);
  absl::Status ForgetCheckpoint(int64_t step);
  absl::Status AddEvaluation(const EvaluationRecord& evaluation);
  absl::StatusOr<int64_t> BeginRescoring(const RescoringRecord& rescoring);
  absl::Status AddRescored(int64_t rescoring, const RolloutId& id, const RescoredRecord& rescored);
  absl::Status FinishRescoring(int64_t id);

 private:
  // Whether `sql` gives a row.
  template <typename... Values>
  absl::StatusOr<bool> Finds(absl::string_view sql, const Values&... values);
  absl::Status CheckLease(const RolloutId& id);
  absl::Status CheckRescoring(int64_t id);
  // The row of a rollout that is there.
  absl::StatusOr<int64_t> RowOf(const RolloutId& id);
  // The row of a rollout that a step of `batch` may consume.
  absl::StatusOr<int64_t> ConsumableRow(const RolloutId& id, int64_t batch);

  Sqlite* const database_;
  LedgerEncoder encoder_;
};

// The run's record, if there is one.
absl::StatusOr<std::optional<RunRecord>> ReadRun(Sqlite* database);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_LEDGER_TABLES_H_
