#include "policy/gguf.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status.h"
#include "policy/safetensors.h"

namespace whet {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

constexpr absl::string_view kMagic = "GGUF";
constexpr char kAlignmentKey[] = "general.alignment";
constexpr uint64_t kAlignmentDefault = 32;
constexpr uint64_t kAlignmentMax = 1 << 20;
constexpr uint32_t kDimensionsMax = 4;
// Keeps sizes within 64 bits.
constexpr uint64_t kTensorElementsMax = uint64_t{1} << 44;
// The shortest entries: a length and a type; a length, a count, one dimension, a type, an offset.
constexpr uint64_t kMetadataEntryBytesMin = 8 + 4 + 1;
constexpr uint64_t kTensorEntryBytesMin = 8 + 4 + 8 + 4 + 8;

enum class ValueType : uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64,
};

absl::Status CutShort() { return absl::DataLossError("the file is cut short here"); }

Json JsonOf(float value) {
  char digits[32];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof(digits), value);
  double alike = 0;
  std::from_chars(digits, end.ptr, alike);
  return alike;
}

// Reads one thing after another. Sizes and counts are those of the bytes that are there, whatever
// the file says.
class Reader {
 public:
  explicit Reader(absl::Span<const std::byte> file) : file_(file) {}

  size_t position() const { return position_; }
  size_t left() const { return file_.size() - position_; }

  template <typename T>
  absl::StatusOr<T> Number() {
    if (left() < sizeof(T)) return CutShort();
    T value;
    std::memcpy(&value, file_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return value;
  }

  absl::StatusOr<absl::string_view> Text(uint64_t size) {
    if (size > left()) return CutShort();
    const absl::string_view text(reinterpret_cast<const char*>(file_.data()) + position_, size);
    position_ += size;
    return text;
  }

  absl::StatusOr<absl::string_view> String() {
    WHET_ASSIGN_OR_RETURN(const uint64_t size, Number<uint64_t>());
    return Text(size);
  }

  // A value of the metadata.
  absl::StatusOr<Json> Value(uint32_t type, int depth) {
    switch (static_cast<ValueType>(type)) {
      case ValueType::kU8:
        return Integer<uint8_t>();
      case ValueType::kI8:
        return Integer<int8_t>();
      case ValueType::kU16:
        return Integer<uint16_t>();
      case ValueType::kI16:
        return Integer<int16_t>();
      case ValueType::kU32:
        return Integer<uint32_t>();
      case ValueType::kI32:
        return Integer<int32_t>();
      case ValueType::kI64:
        return Integer<int64_t>();
      case ValueType::kU64:
        return UnsignedInteger();
      case ValueType::kF32:
        return Float();
      case ValueType::kF64:
        return Double();
      case ValueType::kBool:
        return Bool();
      case ValueType::kString:
        return StringValue();
      case ValueType::kArray:
        return Array(depth);
    }
    return absl::DataLossError(absl::StrCat("no value has type ", type));
  }

 private:
  template <typename T>
  absl::StatusOr<Json> Integer() {
    WHET_ASSIGN_OR_RETURN(const T value, Number<T>());
    return Json(static_cast<int64_t>(value));
  }

  absl::StatusOr<Json> UnsignedInteger() {
    WHET_ASSIGN_OR_RETURN(const uint64_t value, Number<uint64_t>());
    if (value >> 63 != 0) return Json(static_cast<double>(value));
    return Json(static_cast<int64_t>(value));
  }

  absl::StatusOr<Json> Float() {
    WHET_ASSIGN_OR_RETURN(const float value, Number<float>());
    return JsonOf(value);
  }

  absl::StatusOr<Json> Double() {
    WHET_ASSIGN_OR_RETURN(const double value, Number<double>());
    return Json(value);
  }

  absl::StatusOr<Json> Bool() {
    WHET_ASSIGN_OR_RETURN(const uint8_t value, Number<uint8_t>());
    if (value > 1) return absl::DataLossError(absl::StrCat("a boolean is ", value));
    return Json(value == 1);
  }

  absl::StatusOr<Json> StringValue() {
    WHET_ASSIGN_OR_RETURN(const absl::string_view text, String());
    return Json(text);
  }

  absl::StatusOr<Json> Array(int depth) {
    if (depth == kGgufDepthMax) return absl::DataLossError("arrays lie too deep in each other");
    WHET_ASSIGN_OR_RETURN(const uint32_t type, Number<uint32_t>());
    WHET_ASSIGN_OR_RETURN(const uint64_t count, Number<uint64_t>());
    // No element is shorter than a byte.
    if (count > left()) {
      return absl::DataLossError(absl::StrCat("an array of ", count, " elements needs more bytes ",
                                              "than the file has; it is cut short or damaged"));
    }
    if (count > static_cast<uint64_t>(kGgufElementsMax - elements_)) {
      return absl::DataLossError(
          absl::StrCat("the arrays have more than ", kGgufElementsMax, " elements"));
    }
    elements_ += static_cast<int64_t>(count);
    std::vector<Json> elements;
    for (uint64_t i = 0; i < count; ++i) {
      absl::StatusOr<Json> element = Value(type, depth + 1);
      if (!element.ok()) return Annotate(element.status(), absl::StrCat("element ", i));
      elements.push_back(*std::move(element));
    }
    return Json::Array(std::move(elements));
  }

  const absl::Span<const std::byte> file_;
  size_t position_ = 0;
  int64_t elements_ = 0;  // Of all arrays so far.
};

struct Counts {
  uint64_t tensors;
  uint64_t metadata;
};

absl::StatusOr<Counts> ReadHeader(Reader* reader) {
  const absl::StatusOr<absl::string_view> magic = reader->Text(kMagic.size());
  if (!magic.ok() || *magic != kMagic) return absl::DataLossError("it is no GGUF file");
  WHET_ASSIGN_OR_RETURN(const uint32_t version, reader->Number<uint32_t>());
  if (version != 2 && version != 3) {
    const bool swapped = (version & 0xffff) == 0;
    return absl::InvalidArgumentError(
        swapped ? "it is a big-endian GGUF file; only little-endian ones are supported"
                : absl::StrCat("it is of GGUF version ", version, "; supported are 2 and 3"));
  }
  WHET_ASSIGN_OR_RETURN(const uint64_t tensors, reader->Number<uint64_t>());
  WHET_ASSIGN_OR_RETURN(const uint64_t metadata, reader->Number<uint64_t>());
  if (tensors > reader->left() / kTensorEntryBytesMin ||
      metadata > reader->left() / kMetadataEntryBytesMin) {
    return absl::DataLossError(
        absl::StrCat("it claims to have ", metadata, " keys and ", tensors,
                     " tensors, more than its bytes can hold; it is cut short or damaged"));
  }
  return Counts{tensors, metadata};
}

absl::StatusOr<Json> ReadMetadata(uint64_t count, Reader* reader) {
  Json metadata = Json::Object();
  for (uint64_t i = 0; i < count; ++i) {
    const absl::StatusOr<absl::string_view> key = reader->String();
    if (!key.ok()) return Annotate(key.status(), absl::StrCat("key ", i, " of the metadata"));
    const std::string context = absl::StrCat("key \"", *key, "\"");
    if (metadata.Find(*key) != nullptr) return absl::DataLossError(context + " occurs twice");
    const absl::StatusOr<uint32_t> type = reader->Number<uint32_t>();
    if (!type.ok()) return Annotate(type.status(), context);
    absl::StatusOr<Json> value = reader->Value(*type, /*depth=*/0);
    if (!value.ok()) return Annotate(value.status(), context);
    metadata.Set(*key, *std::move(value));
  }
  return metadata;
}

absl::StatusOr<uint64_t> AlignmentOf(const Json& metadata) {
  WHET_ASSIGN_OR_RETURN(const int64_t alignment,
                        metadata.GetIntOr(kAlignmentKey, kAlignmentDefault));
  const auto value = static_cast<uint64_t>(alignment);
  if (std::has_single_bit(value) && value <= kAlignmentMax) return value;
  return absl::DataLossError(absl::StrCat("\"", kAlignmentKey, "\" is ", alignment,
                                          ", no power of two up to ", kAlignmentMax));
}

// A tensor whose bytes are still to be found.
struct Entry {
  GgufTensor tensor;
  uint64_t offset;  // Of its data, from the beginning of all data.
  uint64_t bytes;
};

absl::StatusOr<std::vector<int64_t>> ReadShape(Reader* reader) {
  WHET_ASSIGN_OR_RETURN(const uint32_t dimensions, reader->Number<uint32_t>());
  if (dimensions == 0 || dimensions > kDimensionsMax) {
    return absl::DataLossError(
        absl::StrCat("it has ", dimensions, " dimensions, not 1 to ", kDimensionsMax));
  }
  std::vector<int64_t> shape;
  uint64_t elements = 1;
  for (uint32_t i = 0; i < dimensions; ++i) {
    WHET_ASSIGN_OR_RETURN(const uint64_t dimension, reader->Number<uint64_t>());
    if (dimension == 0 || dimension > kTensorElementsMax / elements) {
      return absl::DataLossError(absl::StrCat("a dimension of it is ", dimension));
    }
    elements *= dimension;
    shape.push_back(static_cast<int64_t>(dimension));
  }
  std::reverse(shape.begin(), shape.end());  // The file names the innermost first.
  return shape;
}

// The entry after the name.
absl::Status ReadEntry(Reader* reader, Entry* entry) {
  GgufTensor& tensor = entry->tensor;
  WHET_ASSIGN_OR_RETURN(tensor.shape, ReadShape(reader));
  WHET_ASSIGN_OR_RETURN(const uint32_t number, reader->Number<uint32_t>());
  WHET_ASSIGN_OR_RETURN(entry->offset, reader->Number<uint64_t>());
  WHET_ASSIGN_OR_RETURN(const GgufTypeInfo info, GgufTypeOf(number));
  tensor.type = info.type;
  if (tensor.shape.back() % info.block_elements != 0) {
    return absl::DataLossError(absl::StrCat("its shape is ", ShapeText(tensor.shape), ", but ",
                                            info.name, " stores rows in blocks of ",
                                            info.block_elements, " elements"));
  }
  int64_t blocks = 1;
  for (const int64_t dimension : tensor.shape) blocks *= dimension;
  blocks /= info.block_elements;
  entry->bytes = static_cast<uint64_t>(blocks * info.block_bytes);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Entry>> ReadEntries(uint64_t count, Reader* reader) {
  std::vector<Entry> entries;
  absl::flat_hash_set<std::string> names;
  for (uint64_t i = 0; i < count; ++i) {
    const absl::StatusOr<absl::string_view> name = reader->String();
    if (!name.ok()) return Annotate(name.status(), absl::StrCat("tensor ", i));
    const std::string context = absl::StrCat("tensor \"", *name, "\"");
    if (!names.insert(std::string(*name)).second) {
      return absl::DataLossError(context + " occurs twice");
    }
    Entry& entry = entries.emplace_back();
    entry.tensor.name = std::string(*name);
    WHET_RETURN_IF_ERROR(Annotate(ReadEntry(reader, &entry), context));
  }
  return entries;
}

// Finds the bytes of an entry, whose data begins at `begin_min` or later.
absl::Status Place(absl::Span<const std::byte> data, uint64_t alignment, uint64_t begin_min,
                   Entry* entry) {
  const uint64_t begin = entry->offset;
  if (begin % alignment != 0) {
    return absl::DataLossError(
        absl::StrCat("its data begins at ", begin, ", which ", alignment, " does not divide"));
  }
  if (begin > data.size() || entry->bytes > data.size() - begin) {
    return absl::DataLossError(absl::StrCat("its ", entry->bytes, " bytes at ", begin,
                                            " reach past the file's ", data.size(),
                                            " bytes of data; the file is cut short or damaged"));
  }
  if (begin < begin_min) return absl::DataLossError("its data overlaps another tensor's");
  entry->tensor.bytes = data.subspan(begin, entry->bytes);
  return absl::OkStatus();
}

}  // namespace

const GgufTensor* GgufContents::Find(absl::string_view name) const {
  for (const GgufTensor& tensor : tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

absl::StatusOr<GgufContents> ParseGguf(absl::Span<const std::byte> file) {
  Reader reader(file);
  WHET_ASSIGN_OR_RETURN(const Counts counts, ReadHeader(&reader));
  GgufContents contents;
  WHET_ASSIGN_OR_RETURN(contents.metadata, ReadMetadata(counts.metadata, &reader));
  WHET_ASSIGN_OR_RETURN(const uint64_t alignment, AlignmentOf(contents.metadata));
  WHET_ASSIGN_OR_RETURN(std::vector<Entry> entries, ReadEntries(counts.tensors, &reader));
  const size_t data_begin = (reader.position() + alignment - 1) / alignment * alignment;
  const absl::Span<const std::byte> data = file.subspan(std::min(data_begin, file.size()));
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.offset < b.offset; });
  uint64_t end = 0;
  for (Entry& entry : entries) {
    WHET_RETURN_IF_ERROR(Annotate(Place(data, alignment, end, &entry),
                                  absl::StrCat("tensor \"", entry.tensor.name, "\"")));
    end = entry.offset + entry.bytes;
    contents.tensors.push_back(std::move(entry.tensor));
  }
  return contents;
}

absl::StatusOr<GgufFile> GgufFile::Open(const std::string& path) {
  WHET_ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
  absl::StatusOr<GgufContents> contents = ParseGguf(file.bytes());
  if (!contents.ok()) return Annotate(contents.status(), path);
  return GgufFile(path, std::move(file), *std::move(contents));
}

}  // namespace whet
