// All that a run's directory says of it, but for the rollouts.
#ifndef WHET_CLI_RUN_REPORT_H_
#define WHET_CLI_RUN_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/run_summary.h"
#include "orchestrator/ledger.h"
#include "text/json.h"

namespace whet {

struct RunReport {
  std::string directory;
  RunSummary summary;
  std::string config_lines;         // Its main points.
  std::string config;               // All of it, in text format.
  std::optional<RunRecord> record;  // Absent without a ledger.
  std::optional<Json> last_step;    // MetricsRow
  std::vector<int64_t> dispositions;
  std::vector<std::string> checkpoints;  // Relative to the directory.
  std::vector<Json> evaluations;         // MetricsRow
  std::vector<EventRecord> events;
  std::vector<RescoringRecord> rescorings = {};
};

// What is wrong with the ledger.
absl::StatusOr<RunReport> ReadReport(const std::string& directory, const OpenRun& run);

std::string ReportText(const RunReport& report, absl::TimeZone zone);
Json ToJson(const RunReport& report);

}  // namespace whet

#endif  // WHET_CLI_RUN_REPORT_H_
