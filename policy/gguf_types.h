// The element types of tensors in GGUF files, and their values as f32.
//
// A quantised type stores blocks of elements: small integers, and a scale (and a minimum) that they
// share. An element is scale · integer, or scale · integer + minimum, computed in f32.
#ifndef WHET_POLICY_GGUF_TYPES_H_
#define WHET_POLICY_GGUF_TYPES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace whet {

// Those that are supported, with the numbers that files give them. kQ40 is the type Q4_0, kQ4K
// Q4_K.
enum class GgufTensorType : uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ40 = 2,
  kQ41 = 3,
  kQ50 = 6,
  kQ51 = 7,
  kQ80 = 8,
  kQ4K = 12,
  kQ5K = 13,
  kQ6K = 14,
  kBF16 = 30,
};

struct GgufTypeInfo {
  GgufTensorType type;
  absl::string_view name;  // "Q4_0"
  int64_t block_elements;  // 1 for the types that are not quantised.
  int64_t block_bytes;
};

// The type with that number. InvalidArgument, with the name of the type where it has one and those
// of the supported types, for any other.
absl::StatusOr<GgufTypeInfo> GgufTypeOf(uint32_t number);
const GgufTypeInfo& InfoOf(GgufTensorType type);

// The values of whole blocks. `values` must have as many elements as `blocks`.
void Dequantise(GgufTensorType type, absl::Span<const std::byte> blocks, absl::Span<float> values);

// The nearest bf16, the even one of two; NaN stays NaN.
uint16_t Bf16Of(float value);

}  // namespace whet

#endif  // WHET_POLICY_GGUF_TYPES_H_
