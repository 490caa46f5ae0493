// What became of the runs in a directory, read while they go or after them; nothing is written.
#ifndef WHET_CLI_RUN_SUMMARY_H_
#define WHET_CLI_RUN_SUMMARY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/run_config.h"
#include "orchestrator/ledger.h"
#include "orchestrator/run_directory.h"
#include "text/json.h"

namespace whet {

enum class RunState {
  kRunning,      // A process writes to it.
  kFinished,     // To its end.
  kInterrupted,  // It was asked to stop.
  kCrashed,      // It ended otherwise.
  kUnfinished,   // Supervised training keeps no record of why it ended.
  kUnreadable,
};
absl::string_view RunStateName(RunState state);  // "finished"

// A run in one line.
struct RunSummary {
  std::string name;
  std::string command;  // "train", "eval", "sft"; empty if the run does not say.
  RunState state;
  int64_t done;               // Steps, or completions of an evaluation.
  std::optional<int64_t> of;  // How many are wanted.
  std::optional<double> first_accuracy;
  std::optional<double> last_accuracy;
  absl::Time begun;
  absl::Status error;  // Of a run that is kUnreadable.
};

// A run that is looked at.
struct OpenRun {
  RunPaths paths;
  StoredConfig config;
  std::unique_ptr<LedgerReader> ledger;  // nullptr if it has none.
};

// Where runs are unless a command line says otherwise.
inline constexpr char kRunsDirectory[] = "runs";

// Whether there is a run in `directory`.
bool IsRun(const std::string& directory);

// Where the run is that a user calls `run`: a directory, or a name in runs/.
std::string RunDirectoryNamed(const std::string& run);

// NotFound if there is no run; what is wrong with its ledger.
absl::StatusOr<OpenRun> OpenRunIn(const std::string& directory);

// Steps of the checkpoints in a run's directory, ascending.
std::vector<int64_t> CheckpointSteps(const RunPaths& paths);

// Errors are in the summary.
RunSummary Summarize(const std::string& directory);

// How a run that nobody writes to came to its end, by what it recorded last. `evaluated`: it is an
// evaluation that is made.
RunState EndOf(const std::vector<EventRecord>& events, bool evaluated);

std::string UtcText(absl::Time time);  // "2025-11-24T09:30:00.250Z", as JSON has times.

// A line a run under a headline; then the errors.
std::string RunsTable(const std::vector<RunSummary>& runs, absl::TimeZone zone);
Json ToJson(const RunSummary& run);

}  // namespace whet

#endif  // WHET_CLI_RUN_SUMMARY_H_
