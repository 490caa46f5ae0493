// What a run is on disk: a directory with its configuration, ledger, metrics and checkpoints.
#ifndef WHET_ORCHESTRATOR_RUN_DIRECTORY_H_
#define WHET_ORCHESTRATOR_RUN_DIRECTORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"

namespace whet {

// Files of the run in `directory`.
class RunPaths {
 public:
  explicit RunPaths(std::string directory) : directory_(std::move(directory)) {}

  const std::string& directory() const { return directory_; }
  std::string ledger() const { return directory_ + "/ledger.db"; }
  std::string config() const { return directory_ + "/config.textproto"; }
  std::string metrics() const { return directory_ + "/metrics.jsonl"; }
  std::string curve() const { return directory_ + "/curve.svg"; }
  std::string quarantine() const { return directory_ + "/quarantine.jsonl"; }
  std::string checkpoints() const { return directory_ + "/checkpoints"; }
  std::string lock() const { return directory_ + "/lock"; }
  // Of a step, relative to the directory: "checkpoints/step_20".
  static std::string CheckpointName(int64_t step);

 private:
  std::string directory_;
};

// A run that this process may write to, for as long as this lives.
class RunDirectory {
 public:
  // Makes the directory or opens it. FailedPrecondition if another process writes to the run.
  static absl::StatusOr<RunDirectory> Open(const std::string& directory);

  const RunPaths& paths() const { return paths_; }

  // The configuration with which an earlier command wrote to it; absent if none did.
  const std::optional<std::string>& stored_config() const { return stored_config_; }
  absl::Status StoreConfig(const std::string& config);

 private:
  RunDirectory(RunPaths paths, UniqueFd lock, std::optional<std::string> stored_config)
      : paths_(std::move(paths)),
        lock_(std::move(lock)),
        stored_config_(std::move(stored_config)) {}

  RunPaths paths_;
  UniqueFd lock_;  // Goes with the process, however it ends.
  std::optional<std::string> stored_config_;
};

// Whether a process writes to the run now. Only looks, and is in no writer's way.
absl::StatusOr<bool> IsBeingWritten(const RunPaths& paths);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_RUN_DIRECTORY_H_
