#include "rewards/math/prose.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace whet::math {
namespace {

using absl::string_view;

constexpr size_t kCharacterBytesMax = 4;

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

size_t CharacterLength(string_view text, size_t at) {
  if (at >= text.size()) return 0;
  if ((text[at] & 0x80) == 0) return 1;
  size_t length = 1;
  while (length < kCharacterBytesMax && at + length < text.size() &&
         IsContinuation(text[at + length])) {
    ++length;
  }
  return length;
}

size_t SpaceLength(string_view text, size_t at) {
  if (at >= text.size()) return 0;
  const char first = text[at];
  if ((first & 0x80) == 0) {
    return first == ' ' || (first >= '\t' && first <= '\r') || (first >= 0x1C && first <= 0x1F);
  }
  if (first == '\xC2')
    return StartsWithAt(text, at, "\u0085") || StartsWithAt(text, at, "\u00A0") ? 2 : 0;
  for (const string_view space :
       {"\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007",
        "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"}) {
    if (StartsWithAt(text, at, space)) return space.size();
  }
  return 0;
}

size_t SkipSpaces(string_view text, size_t at) {
  for (size_t length = SpaceLength(text, at); length > 0; length = SpaceLength(text, at)) {
    at += length;
  }
  return at;
}

size_t LastCharacter(string_view text, size_t end) {
  size_t at = end - 1;
  while (at > 0 && IsContinuation(text[at])) --at;
  return at;
}

bool IsDigitAt(string_view text, size_t at) {
  return at < text.size() && absl::ascii_isdigit(text[at]);
}

bool StartsWithAt(string_view text, size_t at, string_view what) {
  return at <= text.size() && absl::StartsWith(text.substr(at), what);
}

bool StartsWithIgnoreCaseAt(string_view text, size_t at, string_view what) {
  return at <= text.size() && absl::StartsWithIgnoreCase(text.substr(at), what);
}

std::vector<size_t> FindWord(string_view text, string_view word) {
  std::vector<size_t> found;
  for (size_t at = 0; at + word.size() <= text.size(); ++at) {
    if (absl::ascii_tolower(text[at]) != word.front()) continue;
    if (StartsWithIgnoreCaseAt(text, at, word)) found.push_back(at);
  }
  return found;
}

size_t SkipPercent(string_view text, size_t at) {
  for (const string_view sign :
       {"%", "percentage", "Percentage", "percent", "Percent", "pct", "Pct"}) {
    if (StartsWithAt(text, at, sign)) return at + sign.size();
  }
  return at;
}

}  // namespace whet::math
