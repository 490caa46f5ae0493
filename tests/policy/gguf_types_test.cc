#include "policy/gguf_types.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/policy/gguf_writer.h"

namespace whet {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

// Numbers as f16.
constexpr uint16_t kHalf = 0x3800;      // 0.5
constexpr uint16_t kOne = 0x3c00;       // 1
constexpr uint16_t kTwo = 0x4000;       // 2
constexpr uint16_t kMinusOne = 0xbc00;  // -1

std::vector<float> ValuesOf(GgufTensorType type, const std::string& bytes) {
  const GgufTypeInfo& info = InfoOf(type);
  const auto blocks = bytes.size() / static_cast<size_t>(info.block_bytes);
  std::vector<float> values(blocks * static_cast<size_t>(info.block_elements));
  Dequantise(type, {reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()},
             absl::MakeSpan(values));
  return values;
}

std::vector<float> Slice(const std::vector<float>& values, size_t begin, size_t size) {
  return {values.begin() + static_cast<ptrdiff_t>(begin),
          values.begin() + static_cast<ptrdiff_t>(begin + size)};
}

TEST(GgufTypesTest, F16IsExact) {
  const std::vector<uint16_t> halves = {0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff,
                                        0x0001, 0x83ff, 0x7c00, 0xfc00};
  EXPECT_THAT(
      ValuesOf(GgufTensorType::kF16, BytesOf(halves)),
      ElementsAre(0.0f, -0.0f, 1.0f, -2.0f, 65504.0f, 0x1p-24f, -1023 * 0x1p-24f,
                  std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()));
  EXPECT_TRUE(std::isnan(ValuesOf(GgufTensorType::kF16, BytesOf(uint16_t{0x7e00}))[0]));
}

TEST(GgufTypesTest, Bf16IsTheUpperHalfOfF32) {
  EXPECT_THAT(ValuesOf(GgufTensorType::kBF16, BytesOf(std::vector<uint16_t>{0x3f80, 0xc040})),
              ElementsAre(1.0f, -3.0f));
}

TEST(GgufTypesTest, RoundsToTheNearestBf16) {
  EXPECT_EQ(Bf16Of(1.0f), 0x3f80);
  EXPECT_EQ(Bf16Of(1 + 0x1p-8f), 0x3f80);             // Half way: the even one, 1.
  EXPECT_EQ(Bf16Of(1 + 0x1p-8f + 0x1p-20f), 0x3f81);  // Above it: 1 + 2^-7.
  EXPECT_EQ(Bf16Of(1 + 3 * 0x1p-8f), 0x3f82);         // Half way: the even one, 1 + 2^-6.
  EXPECT_EQ(Bf16Of(-1.0f), 0xbf80);
  EXPECT_EQ(Bf16Of(std::numeric_limits<float>::max()), 0x7f80);  // Infinity is nearer.
  EXPECT_EQ(Bf16Of(std::numeric_limits<float>::quiet_NaN()), 0x7fc0);
}

TEST(GgufTypesTest, Q80IsScaleTimesInteger) {
  std::string block = BytesOf(kHalf) + std::string(32, '\0');
  block[2] = -128;
  block[3] = 127;
  block[33] = 1;
  const std::vector<float> values = ValuesOf(GgufTensorType::kQ80, block);
  EXPECT_THAT(Slice(values, 0, 2), ElementsAre(-64.0f, 63.5f));  // 0.5 · -128, 0.5 · 127
  EXPECT_THAT(Slice(values, 2, 29), Each(0.0f));
  EXPECT_EQ(values[31], 0.5f);
}

TEST(GgufTypesTest, Q40IsScaleTimesNibbleMinus8) {
  std::string block = BytesOf(kTwo) + std::string(16, '\x88');
  block[2] = '\xf0';   // Element 0 is its low nibble, element 16 its high one.
  block[17] = '\x9a';  // Elements 15 and 31.
  const std::vector<float> values = ValuesOf(GgufTensorType::kQ40, block);
  EXPECT_EQ(values[0], -16.0f);  // 2 · (0 - 8)
  EXPECT_EQ(values[16], 14.0f);  // 2 · (15 - 8)
  EXPECT_EQ(values[15], 4.0f);   // 2 · (10 - 8)
  EXPECT_EQ(values[31], 2.0f);   // 2 · (9 - 8)
  EXPECT_THAT(Slice(values, 1, 14), Each(0.0f));
}

TEST(GgufTypesTest, Q41IsScaleTimesNibblePlusMinimum) {
  std::string block = BytesOf(kHalf) + BytesOf(kMinusOne) + std::string(16, '\0');
  block[4] = '\x2a';
  const std::vector<float> values = ValuesOf(GgufTensorType::kQ41, block);
  EXPECT_EQ(values[0], 4.0f);   // 0.5 · 10 - 1
  EXPECT_EQ(values[16], 0.0f);  // 0.5 · 2 - 1
  EXPECT_EQ(values[1], -1.0f);
}

TEST(GgufTypesTest, BlocksFollowEachOther) {
  const std::string one = BytesOf(kOne) + std::string(16, '\x99');
  const std::string two = BytesOf(kTwo) + std::string(16, '\x99');
  const std::vector<float> values = ValuesOf(GgufTensorType::kQ40, one + two);
  ASSERT_EQ(values.size(), 64);
  EXPECT_THAT(Slice(values, 0, 32), Each(1.0f));
  EXPECT_THAT(Slice(values, 32, 32), Each(2.0f));
}

TEST(GgufTypesTest, Q50HasAFifthBitAndIsCentred) {
  const uint32_t fifth_bits = 1u << 0 | 1u << 17;
  std::string block = absl::StrCat(BytesOf(kTwo), BytesOf(fifth_bits), std::string(16, '\0'));
  block[6] = '\x53';
  const std::vector<float> values = ValuesOf(GgufTensorType::kQ50, block);
  EXPECT_EQ(values[0], 6.0f);     // 2 · (16 + 3 - 16)
  EXPECT_EQ(values[16], -22.0f);  // 2 · (5 - 16)
  EXPECT_EQ(values[17], 0.0f);    // 2 · (16 + 0 - 16)
  EXPECT_EQ(values[1], -32.0f);   // 2 · (0 - 16)
}

TEST(GgufTypesTest, Q51HasAFifthBitAndAMinimum) {
  std::string block =
      absl::StrCat(BytesOf(kHalf), BytesOf(kMinusOne), BytesOf(1u << 31), std::string(16, '\0'));
  block[23] = '\x42';
  const std::vector<float> values = ValuesOf(GgufTensorType::kQ51, block);
  EXPECT_EQ(values[15], 0.0f);  // 0.5 · 2 - 1
  EXPECT_EQ(values[31], 9.0f);  // 0.5 · (16 + 4) - 1
}

// Scales and minima of sub-blocks 0 (5 and 2) and 4 (0x31 = 49 and 0x26 = 38): of the latter two,
// the lower four bits are in byte 8, the upper two in the upper two bits of bytes 0 and 4.
std::string PackedScales() {
  std::string packed(12, '\0');
  packed[0] = static_cast<char>(5 | 3 << 6);
  packed[4] = static_cast<char>(2 | 2 << 6);
  packed[8] = static_cast<char>(1 | 6 << 4);
  return packed;
}

TEST(GgufTypesTest, Q4KHasScalesAndMinimaOfSubBlocks) {
  std::string block =
      absl::StrCat(BytesOf(kTwo), BytesOf(kHalf), PackedScales(), std::string(128, '\0'));
  block[16] = '\x03';           // Sub-block 0, element 0: its low nibble.
  block[16 + 2 * 32] = '\x07';  // Sub-block 4, element 0.
  block[16 + 31] = '\x40';      // Sub-block 1, element 31; its scale is 0.
  const std::vector<float> values = ValuesOf(GgufTensorType::kQ4K, block);
  EXPECT_EQ(values[0], 29.0f);     // 2 · 5 · 3 - 0.5 · 2
  EXPECT_EQ(values[1], -1.0f);     // 2 · 5 · 0 - 0.5 · 2
  EXPECT_EQ(values[63], 0.0f);     // 2 · 0 · 4 - 0.5 · 0
  EXPECT_EQ(values[128], 667.0f);  // 2 · 49 · 7 - 0.5 · 38
}

TEST(GgufTypesTest, Q5KHasAFifthBit) {
  std::string block = absl::StrCat(BytesOf(kTwo), BytesOf(kHalf), PackedScales(),
                                   std::string(32, '\0'), std::string(128, '\0'));
  block[16] = '\x11';           // Element 0 of sub-blocks 0 and 4.
  block[48] = '\x03';           // Sub-block 0, element 0.
  block[48 + 2 * 32] = '\x07';  // Sub-block 4, element 0.
  const std::vector<float> values = ValuesOf(GgufTensorType::kQ5K, block);
  EXPECT_EQ(values[0], 189.0f);     // 2 · 5 · (16 + 3) - 0.5 · 2
  EXPECT_EQ(values[1], -1.0f);      // 2 · 5 · 0 - 0.5 · 2
  EXPECT_EQ(values[128], 2235.0f);  // 2 · 49 · (16 + 7) - 0.5 · 38
}

TEST(GgufTypesTest, Q6KHasAScaleForEach16) {
  std::string block(210, '\0');
  for (int i = 0; i < 16; ++i) block[192 + i] = static_cast<char>(i + 1);
  block[0] = '\x5a';             // Element 0 and, its high nibble, element 64.
  block[128] = '\x31';           // Their upper bits: 1, and (group 2) 3.
  block[64 + 32 + 17] = '\x70';  // Second half, group 3, element 17: 128 + 96 + 17 = 241.
  block[209] = '\x40';           // The scale of the block, 2.
  const std::vector<float> values = ValuesOf(GgufTensorType::kQ6K, block);
  EXPECT_EQ(values[0], -12.0f);     // 2 · 1 · (16 + 10 - 32)
  EXPECT_EQ(values[64], 210.0f);    // 2 · 5 · (48 + 5 - 32)
  EXPECT_EQ(values[241], -800.0f);  // 2 · 16 · (7 - 32)
  EXPECT_EQ(values[16], -128.0f);   // 2 · 2 · (0 - 32)
}

}  // namespace
}  // namespace whet
