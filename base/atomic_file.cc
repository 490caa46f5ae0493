#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/crash_point.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace whet {
namespace {

namespace fs = std::filesystem;

// "run/step_20/" and "run/step_20" are the same place.
std::string WithoutTrailingSlashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string DirectoryOf(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

// Fixed, so that what a crash leaves is found and replaced. One process writes a path at a time.
std::string TemporaryFor(const std::string& path) { return absl::StrCat(path, ".tmp"); }

absl::Status Fsync(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  if (fsync(fd.get()) != 0) return ErrnoStatus(errno, absl::StrCat("fsync ", path));
  return absl::OkStatus();
}

absl::Status Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    return ErrnoStatus(errno, absl::StrCat("rename ", from, " to ", to));
  }
  return absl::OkStatus();
}

absl::Status WriteAndSync(const std::string& path, absl::string_view bytes) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("create ", path));
  while (!bytes.empty()) {
    const ssize_t written = write(fd.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus(errno, absl::StrCat("write ", path));
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  CrashPoint("atomic_file:before_fsync");
  if (fsync(fd.get()) != 0) return ErrnoStatus(errno, absl::StrCat("fsync ", path));
  return absl::OkStatus();
}

absl::Status FromErrorCode(const std::error_code& error, absl::string_view what) {
  return error ? ErrnoStatus(error.value(), what) : absl::OkStatus();
}

absl::Status FsyncTree(const std::string& directory) {
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(directory, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file(error) || entry->is_directory(error)) {
      WHET_RETURN_IF_ERROR(Fsync(entry->path().string()));
    }
  }
  WHET_RETURN_IF_ERROR(FromErrorCode(error, absl::StrCat("read directory ", directory)));
  return Fsync(directory);
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  std::string bytes;
  char buffer[64 * 1024];
  while (true) {
    const ssize_t count = read(fd.get(), buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoStatus(errno, absl::StrCat("read ", path));
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(count));
  }
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes) {
  const std::string temporary = TemporaryFor(path);
  absl::Status status = WriteAndSync(temporary, bytes);
  if (status.ok()) {
    CrashPoint("atomic_file:before_rename");
    status = Rename(temporary, path);
  }
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  CrashPoint("atomic_file:after_rename");
  return Fsync(DirectoryOf(path));
}

AtomicDirectory::AtomicDirectory(std::string path, std::string temporary_path)
    : path_(std::move(path)), temporary_path_(std::move(temporary_path)) {}

AtomicDirectory::AtomicDirectory(AtomicDirectory&& other) noexcept
    : path_(std::move(other.path_)), temporary_path_(std::exchange(other.temporary_path_, {})) {}

AtomicDirectory::~AtomicDirectory() {
  // Where this fails, the next Create at the same path tries again.
  if (!temporary_path_.empty()) RemoveAll(temporary_path_).IgnoreError();
}

absl::StatusOr<AtomicDirectory> AtomicDirectory::Create(const std::string& path_as_given) {
  const std::string path = WithoutTrailingSlashes(path_as_given);
  struct stat info = {};
  if (lstat(path.c_str(), &info) == 0) {
    return absl::AlreadyExistsError(absl::StrCat(path, " is there already"));
  }
  const std::string temporary = TemporaryFor(path);
  WHET_RETURN_IF_ERROR(RemoveAll(temporary));
  if (mkdir(temporary.c_str(), 0777) != 0) {
    return ErrnoStatus(errno, absl::StrCat("create directory ", temporary));
  }
  return AtomicDirectory(path, temporary);
}

absl::Status AtomicDirectory::Commit() {
  WHET_CHECK(!temporary_path_.empty());
  WHET_RETURN_IF_ERROR(FsyncTree(temporary_path_));
  CrashPoint("atomic_directory:before_rename");
  WHET_RETURN_IF_ERROR(Rename(temporary_path_, path_));
  temporary_path_.clear();
  CrashPoint("atomic_directory:after_rename");
  return Fsync(DirectoryOf(path_));
}

bool PathExists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  for (auto entry = fs::directory_iterator(path, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  WHET_RETURN_IF_ERROR(FromErrorCode(error, absl::StrCat("read directory ", path)));
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status RemoveAll(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  return FromErrorCode(error, absl::StrCat("remove ", path));
}

absl::Status MakeDirectories(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return FromErrorCode(error, absl::StrCat("create directory ", path));
}

}  // namespace whet
