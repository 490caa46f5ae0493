// What a training run tells while it goes: the seam to whoever shows it.
#ifndef WHET_ORCHESTRATOR_RUN_VIEW_H_
#define WHET_ORCHESTRATOR_RUN_VIEW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orchestrator/batch_metrics.h"
#include "orchestrator/evaluation.h"
#include "rollout/train_batch.h"

namespace whet {

// A step that is on disk.
struct StepReport {
  StepStats stats;
  BatchMetrics batch;              // Of the rollout batch that it is a part of.
  int64_t steps;                   // Of the whole run.
  bool repeated;                   // The ledger had it: it was computed again after a crash.
  int64_t dropped_groups;          // Of the batch: not trained on.
  absl::Duration generating;       // Of the batch; 0 for all but its first step.
  absl::Duration judging;          // After generating: what is judged meanwhile costs no time.
  absl::Duration judging_threads;  // Of all groups, added up.
  absl::Duration training;
  absl::Duration step;     // All of it, from the end of the step before.
  int64_t sampled_tokens;  // In `generating`.
  std::string metrics;     // As StepRecord has them.
  std::string timings;
};

// A completion of an evaluation, for people to read.
struct ShownCompletion {
  std::string question;
  std::string ground_truth;
  std::string text;
  bool correct;
};

struct EvaluationReport {
  int64_t step;  // After which it was made.
  EvaluationMetrics metrics;
  std::vector<ShownCompletion> shown;  // Of the first prompts.
};

// Called by the run's thread. A failure ends the run.
class RunView {
 public:
  virtual ~RunView() = default;

  // What the run turns to: "generating", "training", "evaluating", "writing a checkpoint".
  virtual void OnPhase(absl::string_view phase) = 0;
  virtual absl::Status OnStep(const StepReport& report) = 0;
  virtual absl::Status OnEvaluation(const EvaluationReport& report) = 0;
  // Something that people should know: a checkpoint, a batch that taught nothing.
  virtual absl::Status OnNote(absl::string_view note) = 0;
};

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_RUN_VIEW_H_
