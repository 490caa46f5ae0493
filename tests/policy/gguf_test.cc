#include "policy/gguf.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/policy/gguf_writer.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint32_t kArray = 9;
constexpr uint32_t kF32 = 0;
constexpr uint32_t kQ80 = 8;

// `bytes` must outlive the result.
absl::StatusOr<GgufContents> Parse(const std::string& bytes) {
  return ParseGguf({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()});
}

std::string ErrorOf(const std::string& bytes, absl::StatusCode code = absl::StatusCode::kDataLoss) {
  const absl::Status status = Parse(bytes).status();
  EXPECT_EQ(status.code(), code) << status;
  return std::string(status.message());
}

std::string ErrorOfEntry(const GgufEntry& entry,
                         absl::StatusCode code = absl::StatusCode::kDataLoss) {
  GgufWriter writer;
  writer.AddEntry(entry);
  writer.AddData(std::string(64, '\0'));
  return ErrorOf(writer.Bytes(), code);
}

std::string ErrorOfValue(uint32_t type, absl::string_view bytes) {
  GgufWriter writer;
  writer.AddValue("k", type, bytes);
  return ErrorOf(writer.Bytes());
}

TEST(GgufMetadataTest, HasEveryTypeOfValue) {
  GgufWriter writer;
  writer.AddValue("u8", 0, BytesOf(uint8_t{255}));
  writer.AddValue("i8", 1, BytesOf(int8_t{-1}));
  writer.AddValue("u16", 2, BytesOf(uint16_t{65535}));
  writer.AddValue("i16", 3, BytesOf(int16_t{-2}));
  writer.AddValue("u32", 4, BytesOf(uint32_t{4294967295}));
  writer.AddValue("i32", 5, BytesOf(int32_t{-3}));
  writer.AddValue("f32", 6, BytesOf(1.5f));
  writer.Add("bool", true);
  writer.Add("string", "text");
  writer.Add("array", std::vector<std::string>{"a", ""});
  writer.AddValue("u64", 10, BytesOf(uint64_t{1} << 63));
  writer.AddValue("i64", 11, BytesOf(std::numeric_limits<int64_t>::min()));
  writer.AddValue("f64", 12, BytesOf(0.1));
  const std::string bytes = writer.Bytes();
  EXPECT_EQ(Parse(bytes)->metadata, Json::Object({{"u8", 255},
                                                  {"i8", -1},
                                                  {"u16", 65535},
                                                  {"i16", -2},
                                                  {"u32", int64_t{4294967295}},
                                                  {"i32", -3},
                                                  {"f32", 1.5},
                                                  {"bool", true},
                                                  {"string", "text"},
                                                  {"array", Json::Array({"a", ""})},
                                                  {"u64", 0x1p63},
                                                  {"i64", std::numeric_limits<int64_t>::min()},
                                                  {"f64", 0.1}}));
}

TEST(GgufMetadataTest, HasAFloatAsItIsWritten) {
  GgufWriter writer;
  writer.Add("eps", 1e-5f);
  EXPECT_EQ(Parse(writer.Bytes())->metadata.GetDouble("eps").value(), 1e-5);
}

TEST(GgufMetadataTest, HasArraysInArrays) {
  const std::string inner = absl::StrCat(BytesOf(uint32_t{0}), BytesOf(uint64_t{1}), "\x07");
  GgufWriter writer;
  writer.AddValue("k", kArray, absl::StrCat(BytesOf(kArray), BytesOf(uint64_t{2}), inner, inner));
  EXPECT_EQ(*Parse(writer.Bytes())->metadata.Find("k"),
            Json::Array({Json::Array({7}), Json::Array({7})}));
}

TEST(GgufMetadataTest, RefusesDamagedValues) {
  EXPECT_EQ(ErrorOfValue(99, ""), "key \"k\": no value has type 99");
  EXPECT_EQ(ErrorOfValue(7, "\x02"), "key \"k\": a boolean is 2");
  EXPECT_THAT(ErrorOfValue(8, BytesOf(~uint64_t{0})), HasSubstr("key \"k\": the file is cut"));
  EXPECT_THAT(ErrorOfValue(kArray, absl::StrCat(BytesOf(uint32_t{0}), BytesOf(~uint64_t{0}))),
              HasSubstr("key \"k\": an array of 18446744073709551615 elements needs more bytes"));
  std::string deep;
  for (int i = 0; i < 5; ++i) absl::StrAppend(&deep, BytesOf(kArray), BytesOf(uint64_t{1}));
  EXPECT_THAT(ErrorOfValue(kArray, deep), HasSubstr("arrays lie too deep in each other"));
}

TEST(GgufMetadataTest, RefusesMoreElementsThanALimit) {
  const uint64_t count = (uint64_t{1} << 23) + 1;
  const std::string message = ErrorOfValue(
      kArray, absl::StrCat(BytesOf(uint32_t{0}), BytesOf(count), std::string(count, '\1')));
  EXPECT_EQ(message, "key \"k\": the arrays have more than 8388608 elements");
}

TEST(GgufMetadataTest, RefusesAKeyGivenTwice) {
  GgufWriter writer;
  writer.Add("k", true);
  writer.Add("k", true);
  EXPECT_EQ(ErrorOf(writer.Bytes()), "key \"k\" occurs twice");
}

TEST(GgufTensorsTest, HaveTheirBytesAndRowMajorShapes) {
  GgufWriter writer;
  writer.AddTensor("small", {1}, kF32, BytesOf(2.0f));
  writer.AddTensor("matrix", {2, 3}, kF32, BytesOf(std::vector<float>{1, 2, 3, 4, 5, 6}));
  writer.AddTensor("blocks", {2, 32}, kQ80, std::string(68, 'q'));
  const std::string bytes = writer.Bytes();
  const GgufContents gguf = Parse(bytes).value();
  ASSERT_EQ(gguf.tensors.size(), 3);
  EXPECT_THAT(gguf.tensors[1].shape, ElementsAre(2, 3));
  EXPECT_EQ(gguf.tensors[1].type, GgufTensorType::kF32);
  EXPECT_EQ(gguf.tensors[1].bytes.size(), 24);
  EXPECT_EQ(*reinterpret_cast<const char*>(gguf.tensors[2].bytes.data()), 'q');
  EXPECT_EQ(gguf.Find("blocks"), &gguf.tensors[2]);
  EXPECT_EQ(gguf.Find("other"), nullptr);
}

TEST(GgufTensorsTest, AreAlignedAsTheFileSays) {
  GgufWriter writer;
  writer.set_alignment(8);
  writer.AddTensor("a", {1}, kF32, BytesOf(1.0f));
  writer.AddTensor("b", {1}, kF32, BytesOf(2.0f));  // At 8.
  const std::string bytes = writer.Bytes();
  float value = 0;
  Dequantise(GgufTensorType::kF32, Parse(bytes)->tensors[1].bytes, absl::MakeSpan(&value, 1));
  EXPECT_EQ(value, 2.0f);
}

TEST(GgufTensorsTest, AreRefusedWhereTheyDoNotFit) {
  EXPECT_EQ(ErrorOfEntry({.shape = {17}}),
            "tensor \"a\": its 68 bytes at 0 reach past the file's 64 bytes of data; the file is "
            "cut short or damaged");
  EXPECT_THAT(ErrorOfEntry({.offset = ~uint64_t{31}}), HasSubstr("reach past the file's 64"));
  EXPECT_EQ(ErrorOfEntry({.offset = 4}),
            "tensor \"a\": its data begins at 4, which 32 does not divide");
  GgufWriter writer;
  writer.AddEntry({.name = "a", .shape = {9}});  // Four bytes too long.
  writer.AddEntry({.name = "b", .offset = 32});
  writer.AddData(std::string(64, '\0'));
  EXPECT_EQ(ErrorOf(writer.Bytes()), "tensor \"b\": its data overlaps another tensor's");
}

TEST(GgufTensorsTest, AreRefusedWithAbsurdShapes) {
  EXPECT_EQ(ErrorOfEntry({.shape = {}}), "tensor \"a\": it has 0 dimensions, not 1 to 4");
  EXPECT_EQ(ErrorOfEntry({.shape = {1, 1, 1, 1, 1}}),
            "tensor \"a\": it has 5 dimensions, not 1 to 4");
  EXPECT_EQ(ErrorOfEntry({.shape = {2, 0}}), "tensor \"a\": a dimension of it is 0");
  constexpr int64_t kMany = int64_t{1} << 32;  // Their product is 0 in 64 bits.
  EXPECT_EQ(ErrorOfEntry({.shape = {kMany, kMany}}),
            "tensor \"a\": a dimension of it is 4294967296");
  EXPECT_EQ(ErrorOfEntry({.shape = {32, 33}, .type = kQ80}),
            "tensor \"a\": its shape is [32, 33], but Q8_0 stores rows in blocks of 32 elements");
}

TEST(GgufTensorsTest, AreRefusedWithTypesThatAreNotSupported) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(ErrorOfEntry({.type = 10}, kInvalid),
              HasSubstr("tensor \"a\": its type is Q2_K; supported are F32, F16, BF16, Q4_0"));
  EXPECT_THAT(ErrorOfEntry({.type = 777}, kInvalid), HasSubstr("its type is number 777;"));
}

TEST(GgufTensorsTest, AreRefusedWithANameGivenTwice) {
  GgufWriter writer;
  writer.AddTensor("a", {1}, kF32, BytesOf(1.0f));
  writer.AddTensor("a", {1}, kF32, BytesOf(1.0f));
  EXPECT_EQ(ErrorOf(writer.Bytes()), "tensor \"a\" occurs twice");
}

TEST(GgufTest, ReadsVersions2And3Only) {
  GgufWriter writer;
  writer.Add("k", true);
  for (const uint32_t version : {2, 3}) {
    writer.set_version(version);
    EXPECT_TRUE(Parse(writer.Bytes()).ok());
  }
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  writer.set_version(1);
  EXPECT_EQ(ErrorOf(writer.Bytes(), kInvalid), "it is of GGUF version 1; supported are 2 and 3");
  writer.set_version(0x03000000);
  EXPECT_THAT(ErrorOf(writer.Bytes(), kInvalid), HasSubstr("big-endian"));
}

TEST(GgufTest, RefusesOtherFiles) {
  EXPECT_EQ(ErrorOf(""), "it is no GGUF file");
  EXPECT_EQ(ErrorOf("{\"json\": 1}"), "it is no GGUF file");
}

TEST(GgufTest, RefusesCountsThatTheFileCannotHold) {
  const std::string many = BytesOf(~uint64_t{0});
  const std::string none = BytesOf(uint64_t{0});
  const std::string begin = absl::StrCat("GGUF", BytesOf(uint32_t{3}));
  EXPECT_THAT(ErrorOf(absl::StrCat(begin, many, none)), HasSubstr("0 keys and 184467440737095"));
  EXPECT_THAT(ErrorOf(absl::StrCat(begin, none, many)), HasSubstr("more than its bytes can hold"));
}

TEST(GgufTest, RefusesAnAlignmentThatIsNoPowerOfTwo) {
  GgufWriter writer;
  writer.Add("general.alignment", uint32_t{24});
  EXPECT_THAT(ErrorOf(writer.Bytes()), HasSubstr("\"general.alignment\" is 24, no power of two"));
}

TEST(GgufTest, RefusesEveryFileThatIsCutShort) {
  GgufWriter writer;
  writer.Add("text", "abc");
  writer.Add("list", std::vector<int32_t>{1, 2});
  writer.AddTensor("a", {1}, kF32, BytesOf(1.0f));
  writer.AddTensor("b", {2, 32}, kQ80, std::string(68, 'q'));
  const std::string bytes = writer.Bytes();
  ASSERT_TRUE(Parse(bytes).ok());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(Parse(bytes.substr(0, size)).status())) << size;
  }
}

TEST(GgufFileTest, NamesTheFileInItsErrors) {
  const absl::Status missing = GgufFile::Open("none.gguf").status();
  EXPECT_TRUE(absl::IsNotFound(missing)) << missing;
  EXPECT_THAT(std::string(missing.message()), HasSubstr("none.gguf"));
  const absl::Status no_file = GgufFile::Open(::testing::TempDir()).status();
  EXPECT_TRUE(absl::IsDataLoss(no_file)) << no_file;
}

}  // namespace
}  // namespace whet
