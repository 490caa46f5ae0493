// What is taken for a safetensors file has tensors that fill its data, each as long as its shape
// says; written anew, it reads back as the same.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "base/unique_fd.h"
#include "policy/safetensors.h"

namespace whet {
namespace {

// A file in memory, and a path to it.
class MemoryFile {
 public:
  MemoryFile() : file_(memfd_create("safetensors", MFD_CLOEXEC)) { WHET_CHECK(file_.get() >= 0); }

  void Fill(const uint8_t* data, size_t size) const {
    WHET_CHECK(write(file_.get(), data, size) == static_cast<ssize_t>(size));
  }
  std::string path() const { return absl::StrCat("/proc/self/fd/", file_.get()); }

 private:
  const UniqueFd file_;
};

void CheckTensors(const SafetensorsFile& file) {
  const std::byte* place = file.tensors().empty() ? nullptr : file.tensors()[0].bytes.data();
  unsigned sum = 0;
  for (const TensorView& tensor : file.tensors()) {
    WHET_CHECK(tensor.bytes.data() == place);
    place += tensor.bytes.size();
    const bool empty = std::count(tensor.shape.begin(), tensor.shape.end(), 0) > 0;
    uint64_t bytes = empty ? 0 : static_cast<uint64_t>(TensorTypeBytes(tensor.type));
    for (const int64_t length : tensor.shape) bytes *= static_cast<uint64_t>(length);
    WHET_CHECK(bytes == tensor.bytes.size());
    for (const std::byte byte : tensor.bytes) sum += static_cast<unsigned>(byte);
  }
  WHET_CHECK(sum <= 255U * 4096U);  // All are there to be read.
}

std::vector<TensorView> SortedByName(const SafetensorsFile& file) {
  std::vector<TensorView> tensors(file.tensors().begin(), file.tensors().end());
  std::sort(tensors.begin(), tensors.end(),
            [](const TensorView& a, const TensorView& b) { return a.name < b.name; });
  return tensors;
}

void Try(const uint8_t* data, size_t size) {
  const MemoryFile memory;
  memory.Fill(data, size);
  const absl::StatusOr<SafetensorsFile> file = SafetensorsFile::Open(memory.path());
  if (!file.ok()) {
    WHET_CHECK(absl::IsDataLoss(file.status()));
    return;
  }
  CheckTensors(*file);
  const MemoryFile copy;
  WHET_CHECK(WriteSafetensors(copy.path(), file->tensors(), {}).ok());
  const absl::StatusOr<SafetensorsFile> again = SafetensorsFile::Open(copy.path());
  WHET_CHECK(again.ok());
  const std::vector<TensorView> a = SortedByName(*file);
  const std::vector<TensorView> b = SortedByName(*again);
  WHET_CHECK(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    WHET_CHECK(a[i].name == b[i].name && a[i].type == b[i].type && a[i].shape == b[i].shape);
    WHET_CHECK(a[i].bytes == b[i].bytes);
  }
}

}  // namespace
}  // namespace whet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  whet::Try(data, size);
  return 0;
}

// Most changes to a file spoil the length that it begins with; this puts it right again, for the
// last '}' to end the header. What is too short for one becomes a file to begin with.
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t size_max);
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t size_max,
                                          unsigned seed) {
  constexpr size_t kLengthBytes = sizeof(uint64_t);
  constexpr absl::string_view kFirst =
      "12345678"
      R"({"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
      R"("b":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]}})"
      "01234567012345";
  if (size <= kLengthBytes && size_max >= kFirst.size()) {
    size = kFirst.copy(reinterpret_cast<char*>(data), kFirst.size());
  } else {
    size = LLVMFuzzerMutate(data, size, size_max);
  }
  if (seed % 16 == 0 || size <= kLengthBytes) return size;
  uint64_t length = size - kLengthBytes;
  while (length > 0 && data[kLengthBytes + length - 1] != '}') --length;
  for (size_t i = 0; i < kLengthBytes; ++i) data[i] = static_cast<uint8_t>(length >> (8 * i));
  return size;
}
