// UTF-8 (RFC 3629): what sampled tokens may break, and every format of ours needs.
#ifndef WHET_TEXT_UTF8_H_
#define WHET_TEXT_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace whet {

// The first character of `text`, which must not be empty.
struct Utf8Character {
  char32_t code_point;  // U+FFFD if these bytes are no character.
  size_t bytes;         // Its length, at least 1: of a bad sequence as much as could still have
                        // become a character (Unicode 15, 3.9, "maximal subpart").
  bool valid;
};
Utf8Character FirstUtf8(absl::string_view text);

bool IsUtf8(absl::string_view text);

// `text` with one U+FFFD for each bad sequence, as Rust's from_utf8_lossy and Python's
// errors="replace" have it.
std::string ReplaceInvalidUtf8(absl::string_view text);

// The longest beginning of `text` of at most `bytes_max` bytes that cuts no character.
absl::string_view Utf8Prefix(absl::string_view text, size_t bytes_max);

}  // namespace whet

#endif  // WHET_TEXT_UTF8_H_
