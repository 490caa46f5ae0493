#include "orchestrator/run_directory.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/status.h"

namespace whet {
namespace {

// Of the open file and not of the process (fcntl(2), "open file description locks"): unlike flock's
// it can be asked for without being taken.
constexpr struct flock kWholeFile = {
    .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0};

absl::StatusOr<UniqueFd> Lock(const RunPaths& paths) {
  const std::string path = paths.lock();
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  if (fcntl(fd.get(), F_OFD_SETLK, &kWholeFile) == 0) return fd;
  if (errno != EAGAIN && errno != EACCES) return ErrnoStatus(errno, absl::StrCat("lock ", path));
  return absl::FailedPreconditionError(
      absl::StrCat("another process is writing to the run ", paths.directory(),
                   "; wait until it has ended, or give --run another directory"));
}

// That a run is there, or nothing.
absl::Status CheckPlace(const RunPaths& paths) {
  const bool has_config = PathExists(paths.config());
  if (PathExists(paths.ledger()) && !has_config) {
    return absl::DataLossError(
        absl::StrCat(paths.directory(),
                     " has a ledger but no config.textproto: put it back (the "
                     "ledger's table run has it), or give --run another "
                     "directory"));
  }
  if (has_config || PathExists(paths.lock()) || PathExists(paths.checkpoints())) {
    return absl::OkStatus();
  }
  const absl::StatusOr<std::vector<std::string>> names = ListDirectory(paths.directory());
  if (!names.ok() || names->empty()) return absl::OkStatus();  // What is wrong shows itself.
  return absl::InvalidArgumentError(
      absl::StrCat(paths.directory(), " holds other files and no run; give --run a new directory"));
}

}  // namespace

std::string RunPaths::CheckpointName(int64_t step) {
  return absl::StrCat("checkpoints/step_", step);
}

absl::StatusOr<RunDirectory> RunDirectory::Open(const std::string& directory) {
  RunPaths paths(directory);
  WHET_RETURN_IF_ERROR(CheckPlace(paths));
  WHET_RETURN_IF_ERROR(MakeDirectories(paths.checkpoints()));
  WHET_ASSIGN_OR_RETURN(UniqueFd lock, Lock(paths));
  absl::StatusOr<std::string> stored = ReadFile(paths.config());
  if (!stored.ok() && !absl::IsNotFound(stored.status())) return stored.status();
  return RunDirectory(std::move(paths), std::move(lock),
                      stored.ok() ? std::optional<std::string>(*std::move(stored)) : std::nullopt);
}

absl::StatusOr<bool> IsBeingWritten(const RunPaths& paths) {
  const UniqueFd fd(open(paths.lock().c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() && errno == ENOENT) return false;
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", paths.lock()));
  struct flock lock = kWholeFile;
  if (fcntl(fd.get(), F_OFD_GETLK, &lock) != 0) {
    return ErrnoStatus(errno, absl::StrCat("look at ", paths.lock()));
  }
  return lock.l_type != F_UNLCK;
}

absl::Status RunDirectory::StoreConfig(const std::string& config) {
  WHET_RETURN_IF_ERROR(WriteFileAtomically(paths_.config(), config));
  stored_config_ = config;
  return absl::OkStatus();
}

}  // namespace whet
