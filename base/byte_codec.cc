#include "base/byte_codec.h"

#include "absl/base/casts.h"

namespace whet {

void ByteWriter::Number(int64_t value) {
  const auto bits = static_cast<uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8) {
    bytes_.push_back(static_cast<char>((bits >> shift) & 0xff));
  }
}

void ByteWriter::Real(double value) { Number(absl::bit_cast<int64_t>(value)); }

void ByteWriter::Text(absl::string_view text) {
  Number(static_cast<int64_t>(text.size()));
  bytes_.append(text.data(), text.size());
}

void ByteWriter::Texts(const std::vector<std::string>& texts) {
  Number(static_cast<int64_t>(texts.size()));
  for (const std::string& text : texts) Text(text);
}

int64_t ByteReader::Number() {
  if (bytes_.size() < 8) return Fail();
  uint64_t bits = 0;
  for (int i = 7; i >= 0; --i) {
    bits = (bits << 8) | static_cast<unsigned char>(bytes_[static_cast<size_t>(i)]);
  }
  bytes_.remove_prefix(8);
  return static_cast<int64_t>(bits);
}

double ByteReader::Real() { return absl::bit_cast<double>(Number()); }

std::string ByteReader::Text() {
  const int64_t size = Number();
  if (size < 0 || static_cast<uint64_t>(size) > bytes_.size()) {
    Fail();
    return "";
  }
  std::string text(bytes_.substr(0, static_cast<size_t>(size)));
  bytes_.remove_prefix(static_cast<size_t>(size));
  return text;
}

std::vector<std::string> ByteReader::Texts() {
  std::vector<std::string> texts;
  for (int64_t count = Count(); count > 0 && !failed_; --count) texts.push_back(Text());
  return texts;
}

int64_t ByteReader::Count() {
  const int64_t count = Number();
  return count < 0 || static_cast<uint64_t>(count) > bytes_.size() / 8 ? Fail() : count;
}

int64_t ByteReader::Fail() {
  failed_ = true;
  bytes_ = {};
  return 0;
}

}  // namespace whet
