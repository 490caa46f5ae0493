// The commands of LaTeX and the words of plain text that mean something.
#ifndef WHET_REWARDS_MATH_VOCABULARY_H_
#define WHET_REWARDS_MATH_VOCABULARY_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/math/token.h"

namespace whet::math {

// How the lexer treats a command.
enum class Handling : uint8_t {
  kToken,        // It is the token `kind` with `value` and `text`.
  kSpace,        // It is white space: \quad, \displaystyle.
  kSkipGroup,    // It and the group behind it are white space: \hspace{1cm}; if `text` is not
                 // empty, a second group stands for itself: \textcolor{red}{x}.
  kTransparent,  // It changes how its argument looks: the argument stands for itself.
  kText,         // \text{…}.
  kRoman,        // \mathrm{…}.
  kLetters,      // \mathbb{…}, \mathcal{…}: `text` is the name of the alphabet.
  kOperator,     // \operatorname{…}.
  kBegin,
  kEnd,
  kLeft,  // \left: the delimiter behind it opens.
  kRight,
  kMiddle,
  kNegate,     // \not.
  kCharacter,  // \char"….
};

struct Meaning {
  Handling handling = Handling::kToken;
  TokenKind kind = TokenKind::kEnd;
  uint8_t value = 0;            // As Token::value.
  absl::string_view text = {};  // As Token::text; "*" stands for the word itself.
};

// Words of one meaning, with spaces between.
struct Entry {
  absl::string_view words;
  Meaning meaning;
};

using Vocabulary = absl::flat_hash_map<absl::string_view, Meaning>;

// The vocabulary of `entries`, whose texts must outlive it. No word may be there twice.
Vocabulary MakeVocabulary(absl::Span<const Entry> entries);

template <typename Enum>
constexpr uint8_t Of(Enum value) {
  return static_cast<uint8_t>(value);
}

// The command \`name`; nullptr if it is not known.
const Meaning* FindCommand(absl::string_view name);

// The longest command that `name` begins with of those behind which a space is often forgotten
// ("\cdotx", "\quadx"): operators, spaces, delimiters and functions; `length` gets its length.
// nullptr if there is none.
const Meaning* FindCommandPrefix(absl::string_view name, size_t* length);

// The word `name` of plain text, of \operatorname or \mathrm: a function, a constant, a Greek
// letter, "and", "mod". nullptr if it is none.
const Meaning* FindWord(absl::string_view name);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_VOCABULARY_H_
