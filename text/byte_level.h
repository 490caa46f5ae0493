// The byte-level alphabet of GPT-2: a character that prints for each of the 256 bytes, so that a
// vocabulary of texts can name any bytes. Space is Ġ (U+0120), newline Ċ (U+010A), é (two bytes)
// Ã©. All functions are pure and thread-safe.
#ifndef WHET_TEXT_BYTE_LEVEL_H_
#define WHET_TEXT_BYTE_LEVEL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace whet {

// Appends the character of each byte of `bytes`.
void AppendByteLevel(absl::string_view bytes, std::string* out);

// The bytes that `text` spells; nullopt if a character of it stands for no byte.
std::optional<std::string> BytesOfByteLevel(absl::string_view text);

}  // namespace whet

#endif  // WHET_TEXT_BYTE_LEVEL_H_
