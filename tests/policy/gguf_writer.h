// Makes GGUF files for tests, damaged ones too.
#ifndef WHET_TESTS_POLICY_GGUF_WRITER_H_
#define WHET_TESTS_POLICY_GGUF_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace whet {

// The bytes of a number, as files have them.
template <typename T>
std::string BytesOf(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

// One number after another.
template <typename T>
std::string BytesOf(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

// A length, then the text.
std::string GgufString(absl::string_view text);

// A tensor's entry, as a test wants it to be.
struct GgufEntry {
  std::string name = "a";
  std::vector<int64_t> shape = {1};  // Row-major.
  uint32_t type = 0;                 // F32
  uint64_t offset = 0;
};

class GgufWriter {
 public:
  // `bytes` are the value's, of the type with the number `type`.
  void AddValue(absl::string_view key, uint32_t type, absl::string_view bytes);
  void Add(absl::string_view key, uint32_t value);
  void Add(absl::string_view key, float value);
  void Add(absl::string_view key, bool value);
  void Add(absl::string_view key, absl::string_view value);
  void Add(absl::string_view key, const char* value) { Add(key, absl::string_view(value)); }
  void Add(absl::string_view key, const std::vector<std::string>& values);
  void Add(absl::string_view key, const std::vector<int32_t>& values);

  // Puts the data where the next tensor's belongs. Data of tensors is aligned to 32.
  void AddTensor(absl::string_view name, const std::vector<int64_t>& shape, uint32_t type,
                 absl::string_view bytes);
  // The entry only; the data is whatever is there.
  void AddEntry(const GgufEntry& entry);
  void AddData(absl::string_view bytes) { data_.append(bytes.data(), bytes.size()); }

  void set_version(uint32_t version) { version_ = version; }
  void set_alignment(uint32_t alignment);

  // Ends with the last tensor's last byte.
  std::string Bytes() const;

 private:
  uint32_t version_ = 3;
  uint32_t alignment_ = 32;
  uint64_t key_count_ = 0;
  uint64_t tensor_count_ = 0;
  std::string metadata_;
  std::string entries_;
  std::string data_;
};

}  // namespace whet

#endif  // WHET_TESTS_POLICY_GGUF_WRITER_H_
