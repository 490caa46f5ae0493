#include "policy/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "text/json.h"

namespace whet {
namespace {

constexpr size_t kLengthBytes = sizeof(uint64_t);
constexpr uint64_t kHeaderBytesMax = 100'000'000;  // The format's own bound.

struct TypeInfo {
  TensorType type;
  absl::string_view name;
  int64_t bytes;
};
constexpr TypeInfo kTypes[] = {
    {TensorType::kC64, "C64", 8},        {TensorType::kF64, "F64", 8},
    {TensorType::kF32, "F32", 4},        {TensorType::kF16, "F16", 2},
    {TensorType::kBF16, "BF16", 2},      {TensorType::kF8E4M3, "F8_E4M3", 1},
    {TensorType::kF8E5M2, "F8_E5M2", 1}, {TensorType::kF8E8M0, "F8_E8M0", 1},
    {TensorType::kI64, "I64", 8},        {TensorType::kI32, "I32", 4},
    {TensorType::kI16, "I16", 2},        {TensorType::kI8, "I8", 1},
    {TensorType::kU64, "U64", 8},        {TensorType::kU32, "U32", 4},
    {TensorType::kU16, "U16", 2},        {TensorType::kU8, "U8", 1},
    {TensorType::kBool, "BOOL", 1},
};

const TypeInfo& InfoOf(TensorType type) {
  return *std::find_if(std::begin(kTypes), std::end(kTypes),
                       [type](const TypeInfo& info) { return info.type == type; });
}

absl::StatusOr<TensorType> TypeOf(absl::string_view name) {
  for (const TypeInfo& info : kTypes) {
    if (info.name == name) return info.type;
  }
  return absl::DataLossError(absl::StrCat("unknown type \"", name, "\""));
}

struct Range {
  int64_t begin;
  int64_t end;
};

// The lengths of a tensor and the bytes that it needs, at most `size`.
absl::StatusOr<int64_t> ParseShape(absl::Span<const Json> lengths, int64_t size,
                                   TensorView* tensor) {
  int64_t bytes = TensorTypeBytes(tensor->type);
  for (const Json& length : lengths) {
    WHET_ASSIGN_OR_RETURN(const int64_t dimension, length.Int());
    if (dimension < 0) return absl::DataLossError("its shape has a length below 0");
    if (dimension == 0) bytes = 0;
    tensor->shape.push_back(dimension);
  }
  for (const int64_t dimension : tensor->shape) {
    // So the product stays below the file's size, and nothing overflows.
    if (bytes > 0 && dimension > size / bytes) {
      return absl::DataLossError("its shape needs more bytes than the file has");
    }
    bytes *= dimension;
  }
  return bytes;
}

// A tensor's entry in the header; the bytes are filled in from `data`.
absl::StatusOr<TensorView> ParseEntry(const Json::Member& entry, absl::Span<const std::byte> data) {
  WHET_ASSIGN_OR_RETURN(const absl::string_view type_name, entry.value.GetString("dtype"));
  WHET_ASSIGN_OR_RETURN(const TensorType type, TypeOf(type_name));
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> shape, entry.value.GetElements("shape"));
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> ends, entry.value.GetElements("data_offsets"));
  TensorView tensor = {.name = entry.key, .type = type, .shape = {}, .bytes = {}};
  const int64_t size = static_cast<int64_t>(data.size());
  WHET_ASSIGN_OR_RETURN(const int64_t bytes, ParseShape(shape, size, &tensor));
  if (ends.size() != 2) return absl::DataLossError("\"data_offsets\" are not two");
  WHET_ASSIGN_OR_RETURN(const int64_t begin, ends[0].Int());
  WHET_ASSIGN_OR_RETURN(const int64_t end, ends[1].Int());
  if (begin < 0 || end < begin || end > size) {
    return absl::DataLossError(absl::StrCat("its data [", begin, ", ", end,
                                            ") lies outside the file's ", size,
                                            " bytes; the file is cut short or damaged"));
  }
  if (end - begin != bytes) {
    return absl::DataLossError(absl::StrCat("its data has ", end - begin, " bytes, but shape ",
                                            ShapeText(tensor.shape), " of ", type_name, " needs ",
                                            bytes));
  }
  tensor.bytes = data.subspan(static_cast<size_t>(begin), static_cast<size_t>(bytes));
  return tensor;
}

// Sorted by place, each must begin where the one before ends.
absl::Status CheckPlaces(absl::Span<const TensorView> tensors, absl::Span<const std::byte> data) {
  const std::byte* place = data.data();
  for (const TensorView& tensor : tensors) {
    if (tensor.bytes.data() != place) {
      return absl::DataLossError(absl::StrCat(
          "tensor \"", tensor.name, "\": its data ",
          tensor.bytes.data() < place ? "overlaps another tensor's" : "begins after a hole"));
    }
    place += tensor.bytes.size();
  }
  if (place == data.data() + data.size()) return absl::OkStatus();
  return absl::DataLossError("there is data after the last tensor");
}

absl::StatusOr<std::vector<TensorView>> ParseFile(absl::Span<const std::byte> file) {
  uint64_t header_bytes = 0;
  if (file.size() < kLengthBytes) return absl::DataLossError("it is too short to be safetensors");
  std::memcpy(&header_bytes, file.data(), kLengthBytes);
  if (header_bytes > kHeaderBytesMax || header_bytes > file.size() - kLengthBytes) {
    return absl::DataLossError("its header is cut short, or it is no safetensors file");
  }
  const absl::string_view header(reinterpret_cast<const char*>(file.data()) + kLengthBytes,
                                 header_bytes);
  absl::StatusOr<Json> json = Json::Parse(header);
  if (!json.ok()) {
    return absl::DataLossError(absl::StrCat("its header: ", json.status().message()));
  }
  absl::StatusOr<absl::Span<const Json::Member>> entries = json->Members();
  if (!entries.ok()) return absl::DataLossError("its header is no object");
  const absl::Span<const std::byte> data = file.subspan(kLengthBytes + header_bytes);
  std::vector<TensorView> tensors;
  for (const Json::Member& entry : *entries) {
    if (entry.key == "__metadata__") continue;
    absl::StatusOr<TensorView> tensor = ParseEntry(entry, data);
    if (!tensor.ok()) {
      return absl::DataLossError(
          absl::StrCat("tensor \"", entry.key, "\": ", tensor.status().message()));
    }
    tensors.push_back(*std::move(tensor));
  }
  // An empty tensor may share its place with the next one's beginning, and with other empty ones.
  std::sort(tensors.begin(), tensors.end(), [](const TensorView& a, const TensorView& b) {
    return std::forward_as_tuple(a.bytes.data(), a.bytes.size(), a.name) <
           std::forward_as_tuple(b.bytes.data(), b.bytes.size(), b.name);
  });
  WHET_RETURN_IF_ERROR(CheckPlaces(tensors, data));
  return tensors;
}

}  // namespace

absl::string_view TensorTypeName(TensorType type) { return InfoOf(type).name; }
int64_t TensorTypeBytes(TensorType type) { return InfoOf(type).bytes; }

std::string ShapeText(absl::Span<const int64_t> shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

void SafetensorsFile::Unmap::operator()(void* address) const { munmap(address, size); }

absl::StatusOr<SafetensorsFile> SafetensorsFile::Open(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return ErrnoStatus(errno, path);
  const size_t size = static_cast<size_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || size == 0) {
    return absl::DataLossError(absl::StrCat(path, ": it is empty, or no file"));
  }
  void* const address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) return ErrnoStatus(errno, path);
  Mapping mapping(address, Unmap{size});
  absl::StatusOr<std::vector<TensorView>> tensors =
      ParseFile({static_cast<const std::byte*>(address), size});
  if (!tensors.ok()) return Annotate(tensors.status(), path);
  return SafetensorsFile(path, std::move(mapping), *std::move(tensors));
}

namespace {

std::string HeaderOf(absl::Span<const TensorView> tensors,
                     const std::map<std::string, std::string>& metadata) {
  Json header = Json::Object();
  if (!metadata.empty()) {
    Json texts = Json::Object();
    for (const auto& [key, value] : metadata) texts.Set(key, value);
    header.Set("__metadata__", std::move(texts));
  }
  int64_t offset = 0;
  for (const TensorView& tensor : tensors) {
    Json shape = Json::Array();
    int64_t bytes = TensorTypeBytes(tensor.type);
    for (const int64_t length : tensor.shape) {
      shape.Append(length);
      bytes *= length;
    }
    WHET_CHECK(bytes == static_cast<int64_t>(tensor.bytes.size()));
    const int64_t end = offset + static_cast<int64_t>(tensor.bytes.size());
    header.Set(tensor.name, Json::Object({{"dtype", TensorTypeName(tensor.type)},
                                          {"shape", std::move(shape)},
                                          {"data_offsets", Json::Array({offset, end})}}));
    offset = end;
  }
  std::string text = header.Dump();
  constexpr size_t kAlignment = 8;  // Of the data, for readers that map it.
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  return text;
}

}  // namespace

absl::Status WriteSafetensors(const std::string& path, absl::Span<const TensorView> tensors,
                              const std::map<std::string, std::string>& metadata) {
  // Wider types first, so that all are aligned.
  std::vector<TensorView> sorted(tensors.begin(), tensors.end());
  std::sort(sorted.begin(), sorted.end(), [](const TensorView& a, const TensorView& b) {
    return std::pair(-TensorTypeBytes(a.type), a.name) <
           std::pair(-TensorTypeBytes(b.type), b.name);
  });
  const std::string header = HeaderOf(sorted, metadata);
  const uint64_t length = header.size();
  std::FILE* const file = std::fopen(path.c_str(), "wbe");
  if (file == nullptr) return ErrnoStatus(errno, path);
  const auto write = [file](const void* bytes, size_t count) {
    return std::fwrite(bytes, 1, count, file) == count;
  };
  bool written = write(&length, sizeof length) && write(header.data(), header.size());
  for (const TensorView& tensor : sorted) {
    written = written && write(tensor.bytes.data(), tensor.bytes.size());
  }
  const int write_error = written ? 0 : errno;
  if (std::fclose(file) != 0 && written) return ErrnoStatus(errno, path);
  return written ? absl::OkStatus() : ErrnoStatus(write_error, path);
}

}  // namespace whet
