#include "orchestrator/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/status.h"

namespace whet {
namespace {

absl::StatusOr<UniqueFd> Lock(const RunPaths& paths) {
  const std::string path = paths.directory() + "/lock";
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return ErrnoStatus(errno, absl::StrCat("lock ", path));
  return absl::FailedPreconditionError(
      absl::StrCat("another process is writing to the run ", paths.directory(),
                   "; wait until it has ended, or give --run another directory"));
}

}  // namespace

std::string RunPaths::CheckpointName(int64_t step) {
  return absl::StrCat("checkpoints/step_", step);
}

absl::StatusOr<RunDirectory> RunDirectory::Open(const std::string& directory) {
  RunPaths paths(directory);
  WHET_RETURN_IF_ERROR(MakeDirectories(paths.checkpoints()));
  WHET_ASSIGN_OR_RETURN(UniqueFd lock, Lock(paths));
  absl::StatusOr<std::string> stored = ReadFile(paths.config());
  if (!stored.ok() && !absl::IsNotFound(stored.status())) return stored.status();
  return RunDirectory(std::move(paths), std::move(lock),
                      stored.ok() ? std::optional<std::string>(*std::move(stored)) : std::nullopt);
}

absl::Status RunDirectory::StoreConfig(const std::string& config) {
  WHET_RETURN_IF_ERROR(WriteFileAtomically(paths_.config(), config));
  stored_config_ = config;
  return absl::OkStatus();
}

}  // namespace whet
