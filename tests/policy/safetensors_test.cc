#include "policy/safetensors.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "text/json.h"

namespace whet {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::Span<const std::byte> BytesOf(absl::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

std::string TextOf(absl::Span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A file as the format has it: a length, the header, the data.
std::string FileOf(absl::string_view header, absl::string_view data) {
  const uint64_t length = header.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return absl::StrCat(file, header, data);
}

class SafetensorsTest : public ::testing::Test {
 protected:
  SafetensorsTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/safetensors_XXXXXX");
    root_ = mkdtemp(pattern.data());
    path_ = root_ + "/model.safetensors";
  }
  ~SafetensorsTest() override { RemoveAll(root_).IgnoreError(); }

  absl::StatusOr<SafetensorsFile> Open(absl::string_view file) const {
    EXPECT_TRUE(WriteFileAtomically(path_, file).ok());
    return SafetensorsFile::Open(path_);
  }

  // That a file with this header, and `data_bytes` of data, is refused as damaged; the message
  // names the file and has `part`.
  void ExpectDamaged(absl::string_view header, size_t data_bytes, const std::string& part) const {
    const absl::Status status = Open(FileOf(header, std::string(data_bytes, 'x'))).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << header << ": " << status;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(path_), HasSubstr(part))) << header;
  }

  std::string root_;
  std::string path_;
};

TEST_F(SafetensorsTest, EveryTypeIsReadAsItWasWritten) {
  const std::vector<std::pair<TensorType, std::string>> types = {
      {TensorType::kC64, "C64"},        {TensorType::kF64, "F64"},
      {TensorType::kF32, "F32"},        {TensorType::kF16, "F16"},
      {TensorType::kBF16, "BF16"},      {TensorType::kF8E4M3, "F8_E4M3"},
      {TensorType::kF8E5M2, "F8_E5M2"}, {TensorType::kF8E8M0, "F8_E8M0"},
      {TensorType::kI64, "I64"},        {TensorType::kI32, "I32"},
      {TensorType::kI16, "I16"},        {TensorType::kI8, "I8"},
      {TensorType::kU64, "U64"},        {TensorType::kU32, "U32"},
      {TensorType::kU16, "U16"},        {TensorType::kU8, "U8"},
      {TensorType::kBool, "BOOL"},
  };
  for (const auto& [type, name] : types) {
    EXPECT_EQ(TensorTypeName(type), name);
    // 2 · 3 elements of as many bytes each, all different.
    std::string data(static_cast<size_t>(6 * TensorTypeBytes(type)), '\0');
    for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i + 1);
    const TensorView view = {"w", type, {2, 3}, BytesOf(data)};
    ASSERT_TRUE(WriteSafetensors(path_, {view}, {}).ok());
    const SafetensorsFile file = SafetensorsFile::Open(path_).value();
    ASSERT_EQ(file.tensors().size(), 1) << name;
    EXPECT_EQ(file.tensors()[0].name, "w");
    EXPECT_EQ(file.tensors()[0].type, type);
    EXPECT_THAT(file.tensors()[0].shape, ElementsAre(2, 3));
    EXPECT_EQ(TextOf(file.tensors()[0].bytes), data) << name;
  }
}

TEST_F(SafetensorsTest, ScalarsAndEmptyTensorsAreTensorsToo) {
  const std::vector<TensorView> tensors = {
      {"scalar", TensorType::kF32, {}, BytesOf("abcd")},
      {"none", TensorType::kF32, {4, 0}, {}},
      {"vector", TensorType::kU8, {3}, BytesOf("xyz")},
  };
  ASSERT_TRUE(WriteSafetensors(path_, tensors, {}).ok());
  const SafetensorsFile file = SafetensorsFile::Open(path_).value();
  // Wider types first, then by name.
  ASSERT_EQ(file.tensors().size(), 3);
  EXPECT_EQ(file.tensors()[0].name, "none");
  EXPECT_THAT(file.tensors()[0].shape, ElementsAre(4, 0));
  EXPECT_EQ(file.tensors()[1].name, "scalar");
  EXPECT_THAT(file.tensors()[1].shape, IsEmpty());
  EXPECT_EQ(TextOf(file.tensors()[1].bytes), "abcd");
  EXPECT_EQ(TextOf(file.tensors()[2].bytes), "xyz");
}

TEST_F(SafetensorsTest, DataIsAlignedToItsElements) {
  const std::vector<TensorView> tensors = {
      {"a", TensorType::kU8, {1}, BytesOf("x")},
      {"b", TensorType::kF64, {1}, BytesOf("12345678")},
      {"c", TensorType::kBF16, {1}, BytesOf("12")},
  };
  ASSERT_TRUE(WriteSafetensors(path_, tensors, {{"format", "pt"}}).ok());
  const SafetensorsFile file = SafetensorsFile::Open(path_).value();
  for (const TensorView& tensor : file.tensors()) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.bytes.data()) %
                  static_cast<uintptr_t>(TensorTypeBytes(tensor.type)),
              0)
        << tensor.name;
  }
}

TEST_F(SafetensorsTest, MetadataIsWrittenAndPassedOver) {
  const TensorView view = {"w", TensorType::kU8, {1}, BytesOf("x")};
  ASSERT_TRUE(WriteSafetensors(path_, {view}, {{"format", "pt"}}).ok());
  EXPECT_THAT(ReadFile(path_).value(), HasSubstr(R"("__metadata__":{"format":"pt"})"));
  EXPECT_EQ(SafetensorsFile::Open(path_).value().tensors().size(), 1);
}

TEST_F(SafetensorsTest, AFileWithoutTensorsIsOne) {
  EXPECT_THAT(Open(FileOf("{}", "")).value().tensors(), IsEmpty());
}

TEST_F(SafetensorsTest, TensorsComeInTheOrderOfTheirData) {
  const SafetensorsFile file = Open(FileOf(R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},
                                               "a":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},
                                               "c":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}
                                             })",
                                           "cba"))
                                   .value();
  std::string names;
  for (const TensorView& tensor : file.tensors()) {
    EXPECT_EQ(TextOf(tensor.bytes), tensor.name);
    names += tensor.name;
  }
  EXPECT_EQ(names, "cba");
}

TEST_F(SafetensorsTest, AMovedFileKeepsItsTensors) {
  SafetensorsFile file =
      Open(FileOf(R"({"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "data")).value();
  const SafetensorsFile moved = std::move(file);
  EXPECT_EQ(TextOf(moved.tensors()[0].bytes), "data");
}

TEST_F(SafetensorsTest, WhatIsCutShortBeforeItsDataIsDamaged) {
  const std::string whole = FileOf(R"({"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "");
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    const absl::Status status = Open(absl::string_view(whole).substr(0, bytes)).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << bytes << " bytes: " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
  }
}

TEST_F(SafetensorsTest, ATensorWhoseDataIsCutShortIsNamed) {
  constexpr char kHeader[] = R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})";
  EXPECT_TRUE(Open(FileOf(kHeader, std::string(12, 'x'))).ok());
  ExpectDamaged(kHeader, 11, "tensor \"w\"");
}

TEST_F(SafetensorsTest, TensorsThatOverlapAreDamaged) {
  ExpectDamaged(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},
                    "b":{"dtype":"U8","shape":[3],"data_offsets":[3,6]}})",
                6, "tensor \"b\": its data overlaps another tensor's");
  // The same place twice.
  ExpectDamaged(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},
                    "b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
                4, "tensor \"b\": its data overlaps another tensor's");
  // An empty one inside another.
  ExpectDamaged(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},
                    "b":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}})",
                4, "tensor \"b\": its data overlaps another tensor's");
}

TEST_F(SafetensorsTest, HolesAreDamage) {
  ExpectDamaged(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}})", 5,
                "tensor \"a\": its data begins after a hole");
  ExpectDamaged(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},
                    "b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}})",
                5, "tensor \"b\": its data begins after a hole");
  ExpectDamaged(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 5,
                "there is data after the last tensor");
}

TEST_F(SafetensorsTest, SizesMustBeTheirShapes) {
  // 3 · 4 bytes are 12.
  ExpectDamaged(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}})", 16,
                "tensor \"w\": its data has 16 bytes, but shape [3] of F32 needs 12");
  ExpectDamaged(R"({"w":{"dtype":"F32","shape":[],"data_offsets":[0,8]}})", 8, "needs 4");
  // Products that would overflow 64 bits.
  ExpectDamaged(R"({"w":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}})",
                4, "tensor \"w\": its shape needs more bytes than the file has");
  ExpectDamaged(R"({"w":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,4]}})", 4,
                "tensor \"w\": its shape needs more bytes than the file has");
  ExpectDamaged(R"({"w":{"dtype":"U8","shape":[-1],"data_offsets":[0,4]}})", 4, "tensor \"w\"");
  ExpectDamaged(R"({"w":{"dtype":"U8","shape":[0,-9],"data_offsets":[0,0]}})", 0, "tensor \"w\"");
}

TEST_F(SafetensorsTest, OffsetsMustLieInTheFile) {
  for (const char* const offsets :
       {"[0,5]", "[-1,3]", "[4,0]", "[9223372036854775804,9223372036854775807]", "[0]", "[0,2,4]",
        "[0,4.5]", "[0,1e300]", "[0,\"4\"]", "[null,4]", "4", "{}", "null"}) {
    ExpectDamaged(absl::StrCat(R"({"w":{"dtype":"U8","shape":[4],"data_offsets":)", offsets, "}}"),
                  4, "tensor \"w\"");
  }
}

TEST_F(SafetensorsTest, EntriesMustBeWhole) {
  ExpectDamaged(R"({"w":{"shape":[4],"data_offsets":[0,4]}})", 4, "tensor \"w\"");
  ExpectDamaged(R"({"w":{"dtype":"U8","data_offsets":[0,4]}})", 4, "tensor \"w\"");
  ExpectDamaged(R"({"w":{"dtype":"U8","shape":[4]}})", 4, "tensor \"w\"");
  ExpectDamaged(R"({"w":{"dtype":"U8","shape":["4"],"data_offsets":[0,4]}})", 4, "tensor \"w\"");
  ExpectDamaged(R"({"w":[1]})", 4, "tensor \"w\"");
  ExpectDamaged(R"({"w":{"dtype":"Q4","shape":[4],"data_offsets":[0,4]}})", 4,
                "tensor \"w\": unknown type \"Q4\"");
}

TEST_F(SafetensorsTest, AHeaderThatIsNoObjectIsDamaged) {
  for (const char* const header :
       {"", "[]", "1", "null", "\"w\"", "{", "not JSON", "{}}",
        // NaN is not JSON, nor is half a character.
        R"({"w":{"dtype":"U8","shape":[4],"data_offsets":[NaN,4]}})", "{\"\xC3\":1}"}) {
    ExpectDamaged(header, 4, "header");
  }
}

TEST_F(SafetensorsTest, ANameThatOccursTwiceIsDamage) {
  ExpectDamaged(R"({"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},
                    "w":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
                4, "\"w\"");
}

TEST_F(SafetensorsTest, AHeaderBeyondTheFormatsBoundIsRefusedUnread) {
  // The length says one byte more than 100,000,000; the file, sparse, is as long.
  constexpr uint64_t kLength = 100'000'001;
  std::string start(sizeof kLength, '\0');
  std::memcpy(start.data(), &kLength, sizeof kLength);
  ASSERT_TRUE(WriteFileAtomically(path_, start + "{}").ok());
  ASSERT_EQ(truncate(path_.c_str(), static_cast<off_t>(sizeof kLength + kLength)), 0);
  const absl::Status status = SafetensorsFile::Open(path_).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("it is no safetensors file"));
}

TEST_F(SafetensorsTest, WhatIsNoFileIsTold) {
  EXPECT_TRUE(absl::IsNotFound(SafetensorsFile::Open(path_).status()));
  EXPECT_TRUE(absl::IsDataLoss(SafetensorsFile::Open(root_).status()));
  EXPECT_TRUE(absl::IsDataLoss(SafetensorsFile::Open("/dev/null").status()));
}

TEST_F(SafetensorsTest, AFullDiskIsToldWhetherItShowsEarlyOrLate) {
  // What is small stays in a buffer until the file is closed.
  for (const size_t bytes : {size_t{16}, size_t{1} << 20}) {
    const std::string data(bytes, 'x');
    const TensorView view = {"w", TensorType::kU8, {static_cast<int64_t>(bytes)}, BytesOf(data)};
    const absl::Status status = WriteSafetensors("/dev/full", {view}, {});
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << bytes << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("/dev/full"));
  }
}

TEST_F(SafetensorsTest, WritingIntoAMissingDirectoryIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(WriteSafetensors(root_ + "/none/model.safetensors", {}, {})));
}

TEST(SafetensorsDeathTest, BytesThatAreNotTheirShapesAreOurMistake) {
  const TensorView view = {"w", TensorType::kF32, {2}, BytesOf("1234")};
  EXPECT_DEATH(WriteSafetensors("/dev/null", {view}, {}).IgnoreError(), "");
}

}  // namespace
}  // namespace whet
