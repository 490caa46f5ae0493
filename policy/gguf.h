// The GGUF file format, versions 2 and 3: metadata of keys and values, then tensors.
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
#ifndef WHET_POLICY_GGUF_H_
#define WHET_POLICY_GGUF_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "policy/gguf_types.h"
#include "policy/mapped_file.h"
#include "text/json.h"

namespace whet {

struct GgufTensor {
  std::string name;  // "blk.0.attn_q.weight"
  GgufTensorType type;
  std::vector<int64_t> shape;  // Row-major: a matrix is [out, in]. 1 to 4 dimensions, none is 0.
  absl::Span<const std::byte> bytes;
};

// What a file holds. Tensors are views of its bytes.
struct GgufContents {
  // An object, in the order of the file. Integers beyond int64 become doubles. An f32 becomes the
  // double that is written alike: 1e-05, not 9.999999747378752e-06. Strings are as they are in the
  // file, which need not be UTF-8.
  Json metadata;
  std::vector<GgufTensor> tensors;  // In the order of their data.

  // nullptr if there is none.
  const GgufTensor* Find(absl::string_view name) const;
};

// Checks all but the values of the tensors. DataLoss, with the key or the tensor's name where there
// is one, for a file that is cut short or no GGUF, for counts that it cannot hold, names given
// twice, tensors that overlap or reach past its end; InvalidArgument for other versions and for
// types that are not supported.
absl::StatusOr<GgufContents> ParseGguf(absl::Span<const std::byte> file);

// All arrays of the metadata together may have so many elements, and lie in each other this deep.
inline constexpr int64_t kGgufElementsMax = int64_t{1} << 23;
inline constexpr int kGgufDepthMax = 4;

// A file, mapped into memory. Movable; thread-safe.
class GgufFile {
 public:
  // Statuses of MappedFile and ParseGguf, with the path.
  static absl::StatusOr<GgufFile> Open(const std::string& path);

  const std::string& path() const { return path_; }
  // Views live as long as this.
  const GgufContents& contents() const { return contents_; }

 private:
  GgufFile(std::string path, MappedFile file, GgufContents contents)
      : path_(std::move(path)), file_(std::move(file)), contents_(std::move(contents)) {}

  std::string path_;
  MappedFile file_;
  GgufContents contents_;
};

}  // namespace whet

#endif  // WHET_POLICY_GGUF_H_
