// Files and directories that are there whole or not at all, whenever the plug is pulled.
#ifndef WHET_BASE_ATOMIC_FILE_H_
#define WHET_BASE_ATOMIC_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whet {

// Reads a whole file. Statuses of ErrnoStatus, with the path.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Puts `bytes` at `path`, replacing what was there. A reader, and a machine that comes up again
// after a crash, finds the old content or the new, never a part: the bytes go to a temporary file
// beside it, which is fsynced and renamed, and then the directory is fsynced. When this returns OK
// the new content is on disk. A failure leaves the old content and no temporary file.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes);

// Several files that appear together, as a directory: a checkpoint.
//
//   WHET_ASSIGN_OR_RETURN(AtomicDirectory checkpoint, AtomicDirectory::Create("run/step_20"));
//   … write files below checkpoint.temporary_path() …
//   WHET_RETURN_IF_ERROR(checkpoint.Commit());
class AtomicDirectory {
 public:
  // Makes the temporary directory beside `path`, whose parent must exist; removes one that an
  // earlier crash left. AlreadyExists if there is something at `path`.
  static absl::StatusOr<AtomicDirectory> Create(const std::string& path);

  // Removes the temporary directory unless committed.
  ~AtomicDirectory();
  AtomicDirectory(AtomicDirectory&& other) noexcept;
  AtomicDirectory& operator=(AtomicDirectory&& other) = delete;

  const std::string& temporary_path() const { return temporary_path_; }

  // Fsyncs every file and directory in it, then renames it to `path`. Once.
  absl::Status Commit();

 private:
  AtomicDirectory(std::string path, std::string temporary_path);

  std::string path_;
  std::string temporary_path_;  // Empty once committed or moved from.
};

// Whether there is anything at `path`.
bool PathExists(const std::string& path);

// Names of what is in a directory, sorted. Statuses of ErrnoStatus, with the path.
absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& path);

// Removes a file, or a directory with all it holds; it is not an error if there is none.
absl::Status RemoveAll(const std::string& path);

// Makes a directory with its parents; it is not an error if it is there.
absl::Status MakeDirectories(const std::string& path);

}  // namespace whet

#endif  // WHET_BASE_ATOMIC_FILE_H_
