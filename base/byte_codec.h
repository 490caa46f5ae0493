// Values as bytes, between processes of one build: there are no versions and no tags. Numbers are 8
// bytes, little-endian; texts and lists begin with their length.
#ifndef WHET_BASE_BYTE_CODEC_H_
#define WHET_BASE_BYTE_CODEC_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace whet {

class ByteWriter {
 public:
  void Number(int64_t value);
  void Flag(bool value) { Number(value ? 1 : 0); }
  void Real(double value);
  void Time(absl::Duration value) { Number(absl::ToInt64Nanoseconds(value)); }
  void Text(absl::string_view text);
  void Texts(const std::vector<std::string>& texts);
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what ByteWriter wrote, in the same order; of bytes that nobody can vouch for too. After the
// first thing that is not there, all reads give 0 and failed() is true.
class ByteReader {
 public:
  // `bytes` must outlive this.
  explicit ByteReader(absl::string_view bytes) : bytes_(bytes) {}

  int64_t Number();
  bool Flag() { return Number() != 0; }
  double Real();
  absl::Duration Time() { return absl::Nanoseconds(Number()); }
  std::string Text();
  std::vector<std::string> Texts();
  // The length of a list, each element of which takes 8 bytes or more.
  int64_t Count();
  // One of the values 0 … last of an enumeration.
  template <typename Enum>
  Enum OneOf(Enum last) {
    const int64_t value = Number();
    return value < 0 || value > static_cast<int64_t>(last) ? static_cast<Enum>(Fail())
                                                           : static_cast<Enum>(value);
  }

  bool failed() const { return failed_; }
  // That all was read, and nothing was missing.
  bool valid() const { return !failed_ && bytes_.empty(); }

 private:
  int64_t Fail();

  absl::string_view bytes_;
  bool failed_ = false;
};

}  // namespace whet

#endif  // WHET_BASE_BYTE_CODEC_H_
