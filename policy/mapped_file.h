// A file as memory.
#ifndef WHET_POLICY_MAPPED_FILE_H_
#define WHET_POLICY_MAPPED_FILE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace whet {

// Maps a file for reading. Movable; thread-safe. The bytes are read from disk when they are looked
// at, so nobody may cut the file short meanwhile.
class MappedFile {
 public:
  // Statuses of ErrnoStatus, with the path; DataLoss for an empty file and for what is no file.
  static absl::StatusOr<MappedFile> Open(const std::string& path);

  // They lie at the same address until this goes, moved or not.
  absl::Span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(mapping_.get()), mapping_.get_deleter().size};
  }

 private:
  struct Unmap {
    size_t size;
    void operator()(void* address) const;
  };
  using Mapping = std::unique_ptr<void, Unmap>;

  explicit MappedFile(Mapping mapping) : mapping_(std::move(mapping)) {}

  Mapping mapping_;
};

}  // namespace whet

#endif  // WHET_POLICY_MAPPED_FILE_H_
