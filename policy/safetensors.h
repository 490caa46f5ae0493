// The safetensors file format: a length, a JSON header, and tensors end to end.
// https://github.com/huggingface/safetensors#format
#ifndef WHET_POLICY_SAFETENSORS_H_
#define WHET_POLICY_SAFETENSORS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace whet {

// The format's element types, but for those of less than a byte.
enum class TensorType {
  kC64,
  kF64,
  kF32,
  kF16,
  kBF16,
  kF8E4M3,
  kF8E5M2,
  kF8E8M0,
  kI64,
  kI32,
  kI16,
  kI8,
  kU64,
  kU32,
  kU16,
  kU8,
  kBool
};
absl::string_view TensorTypeName(TensorType type);  // "BF16"
int64_t TensorTypeBytes(TensorType type);

// A tensor in somebody else's memory: little-endian, row-major, not necessarily aligned.
struct TensorView {
  std::string name;
  TensorType type;
  std::vector<int64_t> shape;  // Empty for a scalar.
  absl::Span<const std::byte> bytes;
};

std::string ShapeText(absl::Span<const int64_t> shape);  // "[3, 4]"

// A file, mapped into memory. Movable; thread-safe.
class SafetensorsFile {
 public:
  // Checks the whole header. Statuses of ErrnoStatus where the file cannot be read; DataLoss, with
  // the path and where there is one the tensor's name, for a file that is cut short, whose tensors
  // overlap, leave holes or reach past its end, whose sizes are not their shapes', or which is no
  // safetensors file.
  static absl::StatusOr<SafetensorsFile> Open(const std::string& path);

  const std::string& path() const { return path_; }
  // In the order of their data. Views live as long as this.
  absl::Span<const TensorView> tensors() const { return tensors_; }

 private:
  struct Unmap {
    size_t size;
    void operator()(void* address) const;
  };
  using Mapping = std::unique_ptr<void, Unmap>;

  SafetensorsFile(std::string path, Mapping mapping, std::vector<TensorView> tensors)
      : path_(std::move(path)), mapping_(std::move(mapping)), tensors_(std::move(tensors)) {}

  std::string path_;
  Mapping mapping_;
  std::vector<TensorView> tensors_;
};

// Writes a file anew, not atomically: checkpoints do that by their directory. Names must differ,
// and bytes be as many as shapes need.
// Statuses of ErrnoStatus, with the path.
absl::Status WriteSafetensors(const std::string& path, absl::Span<const TensorView> tensors,
                              const std::map<std::string, std::string>& metadata);

}  // namespace whet

#endif  // WHET_POLICY_SAFETENSORS_H_
