#include "policy/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace whet {

void MappedFile::Unmap::operator()(void* address) const { munmap(address, size); }

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (!file.valid() || fstat(file.get(), &status) != 0) return ErrnoStatus(errno, path);
  const size_t size = static_cast<size_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || size == 0) {
    return absl::DataLossError(absl::StrCat(path, ": it is empty, or no file"));
  }
  void* const address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) return ErrnoStatus(errno, path);
  return MappedFile(Mapping(address, Unmap{size}));
}

}  // namespace whet
