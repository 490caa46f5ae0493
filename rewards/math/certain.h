// What is certain of constants: enclosed by balls, never guessed.
#ifndef WHET_REWARDS_MATH_CERTAIN_H_
#define WHET_REWARDS_MATH_CERTAIN_H_

#include <cstdint>
#include <optional>

#include "rewards/math/term_maker.h"

namespace whet::math {

// -1, 0 or 1 of a constant; nullopt if it has symbols, is not certainly real, or is too near to
// zero to tell. 0 for rationals, and for what Calcium proves while much of the budget is left.
std::optional<int> SignOf(TermId term, TermMaker* maker);

// Of a - b. Infinities are larger or smaller than all else.
std::optional<int> SignOfDifference(TermId a, TermId b, TermMaker* maker);

// The largest integer that is not above a constant, if that is certain and it is at most `max` in
// size.
std::optional<int64_t> CertainFloor(TermId term, int64_t max, TermMaker* maker);

// Likewise, but what is an integer to 900 bits is taken for that integer.
std::optional<int64_t> LikelyFloor(TermId term, int64_t max, TermMaker* maker);

// Whether the symbol stands in the term, in a kernel's arguments too.
bool DependsOn(const TermPool& pool, TermId term, TermId symbol);

bool IsInfinite(const TermPool& pool, TermId term);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_CERTAIN_H_
