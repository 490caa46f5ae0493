// metrics.jsonl: a line a step or evaluation, for people and their tools. A projection of the
// ledger, which can always be made again.
#ifndef WHET_ORCHESTRATOR_METRICS_FILE_H_
#define WHET_ORCHESTRATOR_METRICS_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "orchestrator/ledger.h"
#include "text/json.h"

namespace whet {

// `metrics` and `timings` of a recorded step as one object; of an evaluation its metrics with
// "step" first. DataLoss if they are no JSON objects.
absl::StatusOr<Json> MetricsRow(const StepRecord& step);
absl::StatusOr<Json> MetricsRow(const EvaluationRecord& evaluation);

// The rows of a run, by step; an evaluation comes after the step after which it was made.
absl::StatusOr<std::vector<Json>> MetricsRows(LedgerReader* reader);

class MetricsFile {
 public:
  // Writes `rows` anew, and appends from then on.
  static absl::StatusOr<MetricsFile> Open(const std::string& path, const std::vector<Json>& rows);

  absl::Status Append(const Json& row);

 private:
  MetricsFile(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  UniqueFd fd_;
};

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_METRICS_FILE_H_
