// A text into tokens.
#ifndef WHET_REWARDS_MATH_LEXER_H_
#define WHET_REWARDS_MATH_LEXER_H_

#include <forward_list>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/math/parser.h"
#include "rewards/math/token.h"
#include "rewards/math/unicode.h"

namespace whet::math {

struct Tokens {
  std::vector<Token> list;                   // The last one, and only that, is kEnd.
  std::forward_list<std::string> own_texts;  // What token texts show that is not in the source.
};

// The tokens of `source`, which must outlive them, without what only changes how it looks and what
// surrounds it. InvalidArgument for characters and commands that have no place in mathematics;
// ResourceExhausted for numerals that are too long.
absl::StatusOr<Tokens> Tokenize(const NormalizedText& source, const ParseOptions& options);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_LEXER_H_
