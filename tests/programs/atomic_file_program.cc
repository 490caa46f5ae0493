// Writes as base/atomic_file.h does, in a process that tests/base/atomic_file_test.cc kills through
// WHET_CRASH_POINT:
//
//   atomic_file_program file PATH TEXT        a file
//   atomic_file_program directory PATH NAME   a directory with the empty file NAME
#include <string>

#include "absl/status/status.h"
#include "base/atomic_file.h"

namespace {

absl::Status WriteDirectory(const std::string& path, const std::string& name) {
  absl::StatusOr<whet::AtomicDirectory> directory = whet::AtomicDirectory::Create(path);
  if (!directory.ok()) return directory.status();
  const absl::Status status =
      whet::WriteFileAtomically(directory->temporary_path() + "/" + name, "");
  return status.ok() ? directory->Commit() : status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const absl::Status status = argv[1] == std::string("file")
                                  ? whet::WriteFileAtomically(argv[2], argv[3])
                                  : WriteDirectory(argv[2], argv[3]);
  return status.ok() ? 0 : 1;
}
