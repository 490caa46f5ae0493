// GRPO, from prompts to weights: the loop that everything else serves.
#ifndef WHET_ORCHESTRATOR_TRAIN_LOOP_H_
#define WHET_ORCHESTRATOR_TRAIN_LOOP_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "orchestrator/ledger.h"
#include "orchestrator/prompt_order.h"
#include "orchestrator/rollout_batch.h"
#include "orchestrator/rollout_collector.h"
#include "orchestrator/run_directory.h"
#include "orchestrator/run_view.h"
#include "policy/updater.h"
#include "rewards/rewarder.h"
#include "rollout/rollout_source.h"

namespace whet {

struct EvaluationOptions {
  Prompts prompts;      // Empty: no evaluations.
  int64_t every_steps;  // 0: only before and after.
  int64_t samples;
  SamplingParams sampling;
};

struct TrainOptions {
  int64_t steps;
  uint64_t seed;
  RolloutBatchOptions batch;
  int64_t minibatches;
  int64_t inner_epochs;
  int64_t checkpoint_every_steps;  // 0: only after the last.
  int64_t checkpoints_kept;        // 0: all.
  EvaluationOptions evaluation;
};

// How a run came to its end.
enum class TrainEnd {
  kFinished,
  kInterrupted,  // It was asked to stop; the same command goes on.
  kTaughtOut,    // Batch after batch no group taught anything.
};

// A run is a function of its options, and the ledger remembers what of it has been computed: a loop
// that starts again computes the same, but takes from the ledger every rollout and reward that it
// has. So what follows the newest checkpoint is trained again from the record, without sampling,
// and then the run goes on as if nothing had happened.
//
// Departures from the paper (arXiv:2402.03300), argued in docs/algorithms.md:
//   1. The loss is a mean over the tokens of the whole batch (DAPO), unless told otherwise.
//   2. A group whose rewards are all equal is dropped and another one drawn, within a bound.
//   3. The ratio is against the log-probabilities that the generator recorded.
class TrainLoop {
 public:
  // None is owned; all outlive this. `reader` is of `ledger`'s file.
  struct Parts {
    Updater* updater;
    RolloutSource* source;
    const DecodeFunction* decode;
    const Rewarder* rewarder;
    Ledger* ledger;
    LedgerReader* reader;
    const RunDirectory* run;
    RunView* view;
    Clock* clock;
    const std::atomic<bool>* stop;  // The loop ends after the step in which it becomes true.
  };
  TrainLoop(const Parts& parts, const TrainOptions& options, Prompts prompts);

  // Runs from where the run is to its end. ResourceExhausted, DataLoss …: what could not be done;
  // all that was recorded is safe, and the same command goes on.
  absl::StatusOr<TrainEnd> Run();

 private:
  // Where a run is, besides its updater.
  struct Progress {
    int64_t batch = 0;          // That is worked on.
    int64_t draws = 0;          // Before that batch.
    int64_t tokens = 0;         // Of prompts and completions, before that batch.
    int64_t empty_batches = 0;  // In a row, before that batch.
  };

  absl::Status Resume();
  absl::StatusOr<bool> TrainBatches();  // Whether the prompts still teach.
  absl::Status TrainOn(const RolloutBatch& batch);
  absl::StatusOr<StepStats> Step(const RolloutBatch& batch, const std::vector<size_t>& indices);
  absl::Status Record(const RolloutBatch& batch, const std::vector<size_t>& indices,
                      const StepReport& report) const;
  absl::Status CompareWithRecord(const StepReport& report);
  absl::Status EvaluateIfDue(bool is_last);
  absl::Status Evaluate(int64_t step);  // After which it is, or was, made.
  absl::Status WriteCheckpoint();
  absl::Status RemoveOldCheckpoints();
  int64_t StepsPerBatch() const { return options_.minibatches * options_.inner_epochs; }
  int64_t step() const { return parts_.updater->steps(); }

  const Parts parts_;
  const TrainOptions options_;
  PromptOrder order_;
  RolloutCollector collector_;
  RolloutBatchMaker maker_;
  Progress progress_;
  std::vector<StepRecord> recorded_;        // Of earlier commands, by step.
  std::vector<int64_t> checkpoints_;        // Steps of those that are recorded, ascending.
  std::optional<int64_t> last_evaluation_;  // After which step.
  absl::Duration step_begin_;
};

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_TRAIN_LOOP_H_
