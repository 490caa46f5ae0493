// Where decimal literals bring a tolerance.
#ifndef WHET_REWARDS_MATH_TOLERANCE_H_
#define WHET_REWARDS_MATH_TOLERANCE_H_

#include "rewards/math/expression.h"
#include "rewards/math/term.h"

namespace whet::math {

// What one side of a comparison was read as.
struct ReadSide {
  TermId term;
  bool has_decimal;   // As ReadingNotes says.
  bool stands_alone;  // As StandsAlone() says.
};

// Whether it is no more than one number: a literal, maybe with a sign, a percent or degree sign, or
// times powers of ten.
bool StandsAlone(const Expression& expression, NodeId node);

// Tolerance is for values that were rounded, so exact rationals are equal to what is computed from
// decimals only if they are exactly so, as 10^10 is not 10^10 + 10000.5; they may be rounded where
// a literal stands alone. An integer from a million on is not rounded either (987654321 is not
// 9.87654e8), but if it has more than 15 digits, and more than the literal has.
bool IsTolerant(const TermPool& pool, const ReadSide& a, const ReadSide& b);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_TOLERANCE_H_
