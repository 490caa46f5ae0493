// The characters of a text of words, for those who look for mathematics in it.
#ifndef WHET_REWARDS_MATH_PROSE_H_
#define WHET_REWARDS_MATH_PROSE_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

namespace whet::math {

// In bytes; 0 at the end of the text, 1 for a byte that begins no character.
size_t CharacterLength(absl::string_view text, size_t at);

// In bytes; 0 if no white space (Unicode's too) is at `at`.
size_t SpaceLength(absl::string_view text, size_t at);

// The first position from `at` on that is not white space.
size_t SkipSpaces(absl::string_view text, size_t at);

// Where the character before `end` begins; `end` is not 0.
size_t LastCharacter(absl::string_view text, size_t end);

bool IsDigitAt(absl::string_view text, size_t at);

bool StartsWithAt(absl::string_view text, size_t at, absl::string_view what);

// `what` is in lower case.
bool StartsWithIgnoreCaseAt(absl::string_view text, size_t at, absl::string_view what);

// Where `word`, in lower case, stands in the text, in any case and also in other words.
std::vector<size_t> FindWord(absl::string_view text, absl::string_view word);

// Behind "percent", "percentage", "pct" or "%" at `at`, the first letter in either case; `at` if
// none is there.
size_t SkipPercent(absl::string_view text, size_t at);

// Calls `visit` with `at` and the positions behind the next `characters` characters, until it
// returns true, which is what is returned, or the text ends; or its line, if `one_line`.
template <typename Visit>
bool VisitReach(absl::string_view text, size_t at, int characters, bool one_line, Visit visit) {
  for (int passed = 0;; ++passed) {
    if (visit(at)) return true;
    if (passed == characters || at >= text.size()) return false;
    if (one_line && text[at] == '\n') return false;
    at += CharacterLength(text, at);
  }
}

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_PROSE_H_
