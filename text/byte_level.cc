#include "text/byte_level.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace whet {
namespace {

// Bytes that print stand for themselves.
constexpr bool Prints(unsigned byte) {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

// The others are U+0100 and on, in their order.
constexpr char16_t kOthersBegin = 0x100;
constexpr size_t kOthersCount = 68;

constexpr std::array<char16_t, 256> MakeCharacters() {
  std::array<char16_t, 256> characters{};
  char16_t next = kOthersBegin;
  for (unsigned byte = 0; byte < 256; ++byte) {
    characters[byte] = Prints(byte) ? static_cast<char16_t>(byte) : next++;
  }
  return characters;
}
constexpr std::array<char16_t, 256> kCharacters = MakeCharacters();

// The byte of each character, -1 where there is none.
constexpr std::array<int16_t, kOthersBegin + kOthersCount> MakeBytes() {
  std::array<int16_t, kOthersBegin + kOthersCount> bytes{};
  for (int16_t& byte : bytes) byte = -1;
  for (int16_t byte = 0; byte < 256; ++byte) bytes[kCharacters[static_cast<size_t>(byte)]] = byte;
  return bytes;
}
constexpr std::array<int16_t, kOthersBegin + kOthersCount> kBytes = MakeBytes();
static_assert(kCharacters[' '] == 0x120 && kBytes[0x143] == 0xAD);

}  // namespace

void AppendByteLevel(absl::string_view bytes, std::string* out) {
  for (const char c : bytes) {
    const char16_t character = kCharacters[static_cast<unsigned char>(c)];
    if (character < 0x80) {
      out->push_back(static_cast<char>(character));
    } else {
      out->push_back(static_cast<char>(0xC0 | character >> 6));
      out->push_back(static_cast<char>(0x80 | (character & 0x3F)));
    }
  }
}

std::optional<std::string> BytesOfByteLevel(absl::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    size_t character = static_cast<unsigned char>(text[i]);
    if (character >= 0x80) {
      // The alphabet ends below U+0800: two bytes each.
      if ((character & 0xE0) != 0xC0 || i + 1 == text.size()) return std::nullopt;
      ++i;
      character = (character & 0x1F) << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
    }
    if (character >= kBytes.size() || kBytes[character] < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(kBytes[character]));
  }
  return bytes;
}

}  // namespace whet
