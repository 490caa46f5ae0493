// What parses lies within the file, and what can be made of it is made without a fault.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "base/check.h"
#include "policy/gguf.h"
#include "policy/gguf_config.h"
#include "policy/gguf_tokenizer.h"
#include "policy/gguf_types.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::Span<const std::byte> file(reinterpret_cast<const std::byte*>(data), size);
  const absl::StatusOr<whet::GgufContents> gguf = whet::ParseGguf(file);
  if (!gguf.ok()) return 0;
  for (const whet::GgufTensor& tensor : gguf->tensors) {
    WHET_CHECK(tensor.bytes.data() >= file.data());
    WHET_CHECK(tensor.bytes.data() + tensor.bytes.size() <= file.data() + file.size());
    size_t elements = 1;
    for (const int64_t dimension : tensor.shape) elements *= static_cast<size_t>(dimension);
    std::vector<float> values(elements);
    whet::Dequantise(tensor.type, tensor.bytes, absl::MakeSpan(values));
  }
  whet::ConfigOfGguf(*gguf).IgnoreError();
  whet::GenerationConfigOfGguf(gguf->metadata).IgnoreError();
  whet::TokenizerOfGguf(gguf->metadata).IgnoreError();
  return 0;
}
