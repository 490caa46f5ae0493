// What a training run shows: a line a step on standard output, and its files.
#ifndef WHET_CLI_TRAIN_VIEW_H_
#define WHET_CLI_TRAIN_VIEW_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "orchestrator/ledger.h"
#include "orchestrator/metrics_file.h"
#include "orchestrator/run_directory.h"
#include "orchestrator/run_view.h"
#include "text/json.h"

namespace whet {

struct TrainViewOptions {
  bool terminal;  // Colours, and a live line that is overwritten.
  bool shows_kl;  // The divergence instead of the gradient's norm.
};

// The line above the steps' lines, and one of them; neither is wider than 100 columns.
std::string StepHeader(bool shows_kl);
std::string StepLine(const StepReport& report, bool shows_kl, absl::Duration left);

// How held-out prompts were answered before and after, as a table; empty if there is no evaluation.
std::string BeforeAndAfter(const EvaluationReport& before, const EvaluationReport& after);
// Completions of both to the same prompts, side by side.
std::string SideBySide(const EvaluationReport& before, const EvaluationReport& after);

// Prints, and keeps metrics.jsonl and curve.svg of the run up to date.
class TrainView : public RunView {
 public:
  // Writes both files anew from the ledger.
  static absl::StatusOr<TrainView> Open(const RunPaths& paths, LedgerReader* reader, Clock* clock,
                                        const TrainViewOptions& options);

  void OnPhase(absl::string_view phase) override;
  absl::Status OnStep(const StepReport& report) override;
  absl::Status OnEvaluation(const EvaluationReport& report) override;
  absl::Status OnNote(absl::string_view note) override;

  // Writes the curve a last time, and shows what training has changed.
  absl::Status Finish();

 private:
  TrainView(RunPaths paths, MetricsFile metrics, std::vector<Json> rows, Clock* clock,
            const TrainViewOptions& options);

  absl::Status AddRow(Json row);
  absl::Status WriteCurve();
  // A line of its own, whatever the live line shows.
  absl::Status PrintLine(const std::string& line) const;

  RunPaths paths_;
  MetricsFile metrics_;
  std::vector<Json> rows_;
  Clock* clock_;
  TrainViewOptions options_;
  absl::Duration curve_written_;
  bool header_shown_ = false;
  int64_t step_ = 0;
  std::deque<absl::Duration> step_ends_;  // Of the last steps.
  std::optional<EvaluationReport> first_evaluation_;
  std::optional<EvaluationReport> last_evaluation_;
};

}  // namespace whet

#endif  // WHET_CLI_TRAIN_VIEW_H_
