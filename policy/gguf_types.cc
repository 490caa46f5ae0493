#include "policy/gguf_types.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace whet {
namespace {

constexpr GgufTypeInfo kTypes[] = {
    {GgufTensorType::kF32, "F32", 1, 4},      {GgufTensorType::kF16, "F16", 1, 2},
    {GgufTensorType::kBF16, "BF16", 1, 2},    {GgufTensorType::kQ40, "Q4_0", 32, 18},
    {GgufTensorType::kQ41, "Q4_1", 32, 20},   {GgufTensorType::kQ50, "Q5_0", 32, 22},
    {GgufTensorType::kQ51, "Q5_1", 32, 24},   {GgufTensorType::kQ80, "Q8_0", 32, 34},
    {GgufTensorType::kQ4K, "Q4_K", 256, 144}, {GgufTensorType::kQ5K, "Q5_K", 256, 176},
    {GgufTensorType::kQ6K, "Q6_K", 256, 210},
};

// Types that there are besides, for the error's sake.
struct OtherType {
  uint32_t number;
  absl::string_view name;
};
constexpr OtherType kOtherTypes[] = {
    {9, "Q8_1"},     {10, "Q2_K"},  {11, "Q3_K"},   {15, "Q8_K"},  {16, "IQ2_XXS"}, {17, "IQ2_XS"},
    {18, "IQ3_XXS"}, {19, "IQ1_S"}, {20, "IQ4_NL"}, {21, "IQ3_S"}, {22, "IQ2_S"},   {23, "IQ4_XS"},
    {24, "I8"},      {25, "I16"},   {26, "I32"},    {27, "I64"},   {28, "F64"},     {29, "IQ1_M"},
    {34, "TQ1_0"},   {35, "TQ2_0"}, {39, "MXFP4"},
};

// Blocks are bytes in a file: fields are not aligned.
using Block = const uint8_t*;

uint32_t Load16(Block place) { return place[0] | uint32_t{place[1]} << 8; }
uint32_t Load32(Block place) { return Load16(place) | Load16(place + 2) << 16; }

float FloatOfHalf(uint32_t half) {
  const uint32_t sign = (half & 0x8000) << 16;
  const uint32_t exponent = half >> 10 & 0x1f;
  const uint32_t fraction = half & 0x3ff;
  if (exponent == 0) {  // Zero and the denormals: fraction · 2^-24.
    const float value = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -value : value;
  }
  constexpr uint32_t kBiasDifference = 127 - 15;
  const uint32_t wide = exponent == 0x1f ? 0xff : exponent + kBiasDifference;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

float LoadHalf(Block place) { return FloatOfHalf(Load16(place)); }

// Of nibbles two to a byte, a block's low ones come first, then its high ones.

void DequantiseQ40(Block block, float* values) {
  const float scale = LoadHalf(block);
  const Block nibbles = block + 2;
  for (int i = 0; i < 16; ++i) {
    values[i] = scale * static_cast<float>((nibbles[i] & 15) - 8);
    values[i + 16] = scale * static_cast<float>((nibbles[i] >> 4) - 8);
  }
}

void DequantiseQ41(Block block, float* values) {
  const float scale = LoadHalf(block);
  const float minimum = LoadHalf(block + 2);
  const Block nibbles = block + 4;
  for (int i = 0; i < 16; ++i) {
    values[i] = scale * static_cast<float>(nibbles[i] & 15) + minimum;
    values[i + 16] = scale * static_cast<float>(nibbles[i] >> 4) + minimum;
  }
}

// Nibbles with a fifth bit: element i's is bit i of `fifth_bits`.
int FiveBits(Block nibbles, uint32_t fifth_bits, int i) {
  const int nibble = i < 16 ? nibbles[i] & 15 : nibbles[i - 16] >> 4;
  return nibble | static_cast<int>(fifth_bits >> i & 1) << 4;
}

void DequantiseQ50(Block block, float* values) {
  const float scale = LoadHalf(block);
  const uint32_t fifth_bits = Load32(block + 2);
  for (int i = 0; i < 32; ++i) {
    values[i] = scale * static_cast<float>(FiveBits(block + 6, fifth_bits, i) - 16);
  }
}

void DequantiseQ51(Block block, float* values) {
  const float scale = LoadHalf(block);
  const float minimum = LoadHalf(block + 2);
  const uint32_t fifth_bits = Load32(block + 4);
  for (int i = 0; i < 32; ++i) {
    values[i] = scale * static_cast<float>(FiveBits(block + 8, fifth_bits, i)) + minimum;
  }
}

void DequantiseQ80(Block block, float* values) {
  const float scale = LoadHalf(block);
  for (int i = 0; i < 32; ++i) {
    values[i] = scale * static_cast<float>(static_cast<int8_t>(block[2 + i]));
  }
}

// Q4_K and Q5_K: 8 sub-blocks of 32. Their scales and minima are 6-bit integers in 12 bytes, times
// a scale for each of the two kinds.
struct SubBlock {
  float scale;
  float minimum;
};

SubBlock SubBlockOf(Block block, int i) {
  const float scale = LoadHalf(block);
  const float minimum = LoadHalf(block + 2);
  const Block packed = block + 4;
  int scale_bits = 0;
  int minimum_bits = 0;
  if (i < 4) {
    scale_bits = packed[i] & 63;
    minimum_bits = packed[i + 4] & 63;
  } else {
    // Four bits here, and the two that the first eight bytes have left.
    scale_bits = (packed[i + 4] & 15) | packed[i - 4] >> 6 << 4;
    minimum_bits = packed[i + 4] >> 4 | packed[i] >> 6 << 4;
  }
  return {scale * static_cast<float>(scale_bits), minimum * static_cast<float>(minimum_bits)};
}

// Sub-blocks 2k and 2k + 1 are the low and the high nibbles of the same 32 bytes.
int NibbleOf(Block nibbles, int sub_block, int i) {
  const int byte = nibbles[sub_block / 2 * 32 + i];
  return sub_block % 2 == 0 ? byte & 15 : byte >> 4;
}

void DequantiseQ4K(Block block, float* values) {
  for (int s = 0; s < 8; ++s) {
    const SubBlock sub_block = SubBlockOf(block, s);
    for (int i = 0; i < 32; ++i) {
      const int bits = NibbleOf(block + 16, s, i);
      values[s * 32 + i] = sub_block.scale * static_cast<float>(bits) - sub_block.minimum;
    }
  }
}

void DequantiseQ5K(Block block, float* values) {
  const Block fifth_bits = block + 16;  // Of element i of sub-block s: bit s of byte i.
  for (int s = 0; s < 8; ++s) {
    const SubBlock sub_block = SubBlockOf(block, s);
    for (int i = 0; i < 32; ++i) {
      const int bits = NibbleOf(block + 48, s, i) | (fifth_bits[i] >> s & 1) << 4;
      values[s * 32 + i] = sub_block.scale * static_cast<float>(bits) - sub_block.minimum;
    }
  }
}

// Two halves of 128: in each, four groups of 32 share 64 bytes of nibbles and 32 bytes of two upper
// bits; a signed scale for each 16 elements.
void DequantiseQ6K(Block block, float* values) {
  const float block_scale = LoadHalf(block + 208);
  for (int i = 0; i < 256; ++i) {
    const int half = i / 128;
    const int group = i % 128 / 32;
    const int byte = block[half * 64 + group % 2 * 32 + i % 32];
    const int nibble = group < 2 ? byte & 15 : byte >> 4;
    const int upper_bits = block[128 + half * 32 + i % 32] >> (2 * group) & 3;
    const auto scale = static_cast<int8_t>(block[192 + i / 16]);
    values[i] = block_scale * static_cast<float>(scale) *
                static_cast<float>((nibble | upper_bits << 4) - 32);
  }
}

using DequantiseBlock = void (*)(Block block, float* values);

DequantiseBlock DequantiserOf(GgufTensorType type) {
  switch (type) {
    case GgufTensorType::kF32:
      return [](Block block, float* value) { *value = std::bit_cast<float>(Load32(block)); };
    case GgufTensorType::kF16:
      return [](Block block, float* value) { *value = LoadHalf(block); };
    case GgufTensorType::kBF16:
      return [](Block block, float* value) { *value = std::bit_cast<float>(Load16(block) << 16); };
    case GgufTensorType::kQ40:
      return DequantiseQ40;
    case GgufTensorType::kQ41:
      return DequantiseQ41;
    case GgufTensorType::kQ50:
      return DequantiseQ50;
    case GgufTensorType::kQ51:
      return DequantiseQ51;
    case GgufTensorType::kQ80:
      return DequantiseQ80;
    case GgufTensorType::kQ4K:
      return DequantiseQ4K;
    case GgufTensorType::kQ5K:
      return DequantiseQ5K;
    case GgufTensorType::kQ6K:
      return DequantiseQ6K;
  }
  WHET_CHECK(false);
}

}  // namespace

absl::StatusOr<GgufTypeInfo> GgufTypeOf(uint32_t number) {
  std::string supported;
  for (const GgufTypeInfo& info : kTypes) {
    if (static_cast<uint32_t>(info.type) == number) return info;
    absl::StrAppend(&supported, supported.empty() ? "" : ", ", info.name);
  }
  std::string name = absl::StrCat("number ", number);
  for (const OtherType& other : kOtherTypes) {
    if (other.number == number) name = std::string(other.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("its type is ", name, "; supported are ", supported));
}

const GgufTypeInfo& InfoOf(GgufTensorType type) {
  return *std::find_if(std::begin(kTypes), std::end(kTypes),
                       [type](const GgufTypeInfo& info) { return info.type == type; });
}

void Dequantise(GgufTensorType type, absl::Span<const std::byte> blocks, absl::Span<float> values) {
  const GgufTypeInfo& info = InfoOf(type);
  const auto block_bytes = static_cast<size_t>(info.block_bytes);
  const auto block_elements = static_cast<size_t>(info.block_elements);
  const size_t count = blocks.size() / block_bytes;
  WHET_CHECK(blocks.size() == count * block_bytes && values.size() == count * block_elements);
  const DequantiseBlock dequantise = DequantiserOf(type);
  const auto* const bytes = reinterpret_cast<const uint8_t*>(blocks.data());
  for (size_t i = 0; i < count; ++i) {
    dequantise(bytes + i * block_bytes, values.data() + i * block_elements);
  }
}

uint16_t Bf16Of(float value) {
  if (std::isnan(value)) return 0x7fc0;
  const auto bits = std::bit_cast<uint32_t>(value);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

}  // namespace whet
