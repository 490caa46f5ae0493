#include "tests/policy/gguf_writer.h"

#include "absl/strings/str_cat.h"

namespace whet {
namespace {

constexpr uint32_t kU32 = 4;
constexpr uint32_t kI32 = 5;
constexpr uint32_t kF32 = 6;
constexpr uint32_t kBool = 7;
constexpr uint32_t kString = 8;
constexpr uint32_t kArray = 9;

void PadTo(uint32_t alignment, std::string* bytes) {
  bytes->append((alignment - bytes->size() % alignment) % alignment, '\0');
}

}  // namespace

std::string GgufString(absl::string_view text) {
  return absl::StrCat(BytesOf(uint64_t{text.size()}), text);
}

void GgufWriter::AddValue(absl::string_view key, uint32_t type, absl::string_view bytes) {
  absl::StrAppend(&metadata_, GgufString(key), BytesOf(type), bytes);
  ++key_count_;
}

void GgufWriter::Add(absl::string_view key, uint32_t value) { AddValue(key, kU32, BytesOf(value)); }
void GgufWriter::Add(absl::string_view key, float value) { AddValue(key, kF32, BytesOf(value)); }
void GgufWriter::Add(absl::string_view key, bool value) { AddValue(key, kBool, BytesOf(value)); }

void GgufWriter::Add(absl::string_view key, absl::string_view value) {
  AddValue(key, kString, GgufString(value));
}

void GgufWriter::Add(absl::string_view key, const std::vector<std::string>& values) {
  std::string bytes = absl::StrCat(BytesOf(kString), BytesOf(uint64_t{values.size()}));
  for (const std::string& value : values) bytes += GgufString(value);
  AddValue(key, kArray, bytes);
}

void GgufWriter::Add(absl::string_view key, const std::vector<int32_t>& values) {
  AddValue(key, kArray,
           absl::StrCat(BytesOf(kI32), BytesOf(uint64_t{values.size()}), BytesOf(values)));
}

void GgufWriter::AddTensor(absl::string_view name, const std::vector<int64_t>& shape, uint32_t type,
                           absl::string_view bytes) {
  PadTo(alignment_, &data_);
  AddEntry({.name = std::string(name), .shape = shape, .type = type, .offset = data_.size()});
  AddData(bytes);
}

void GgufWriter::AddEntry(const GgufEntry& entry) {
  absl::StrAppend(&entries_, GgufString(entry.name),
                  BytesOf(static_cast<uint32_t>(entry.shape.size())));
  for (size_t i = entry.shape.size(); i > 0; --i) entries_ += BytesOf(entry.shape[i - 1]);
  absl::StrAppend(&entries_, BytesOf(entry.type), BytesOf(entry.offset));
  ++tensor_count_;
}

void GgufWriter::set_alignment(uint32_t alignment) {
  alignment_ = alignment;
  Add("general.alignment", alignment);
}

std::string GgufWriter::Bytes() const {
  std::string bytes = absl::StrCat("GGUF", BytesOf(version_), BytesOf(tensor_count_),
                                   BytesOf(key_count_), metadata_, entries_);
  PadTo(alignment_, &bytes);
  return bytes + data_;
}

}  // namespace whet
