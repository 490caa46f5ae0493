#include "text/utf8.h"

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace whet {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr absl::string_view kReplacementUtf8 = "\xEF\xBF\xBD";

// What a first byte announces: the length of its character, and the bounds of the second byte,
// which keep out overlong forms, surrogates and what lies above U+10FFFF (Unicode 15, table 3-7).
struct Lead {
  size_t bytes;
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

Lead LeadOf(unsigned char byte) {
  if (byte < 0x80) return {1};
  if (byte < 0xC2) return {0};
  if (byte < 0xE0) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0};
}

}  // namespace

Utf8Character FirstUtf8(absl::string_view text) {
  WHET_CHECK(!text.empty());
  const auto byte_at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead lead = LeadOf(byte_at(0));
  if (lead.bytes == 1) return {byte_at(0), 1, true};
  if (lead.bytes == 0) return {kReplacement, 1, false};
  char32_t code_point = byte_at(0) & (0x7FU >> lead.bytes);
  for (size_t i = 1; i < lead.bytes; ++i) {
    const unsigned char min = i == 1 ? lead.second_min : 0x80;
    const unsigned char max = i == 1 ? lead.second_max : 0xBF;
    if (i >= text.size() || byte_at(i) < min || byte_at(i) > max) return {kReplacement, i, false};
    code_point = code_point << 6 | (byte_at(i) & 0x3FU);
  }
  return {code_point, lead.bytes, true};
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const Utf8Character character = FirstUtf8(text);
    if (!character.valid) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

std::string ReplaceInvalidUtf8(absl::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = FirstUtf8(text);
    absl::StrAppend(&result, character.valid ? text.substr(0, character.bytes) : kReplacementUtf8);
    text.remove_prefix(character.bytes);
  }
  return result;
}

absl::string_view Utf8Prefix(absl::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  // Continuation bytes belong to the character before.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace whet
