// Equality of constants, proved by Calcium (rewards/math/calcium_shim.h).
#ifndef WHET_REWARDS_MATH_CALCIUM_H_
#define WHET_REWARDS_MATH_CALCIUM_H_

#include "rewards/math/budget.h"
#include "rewards/math/term.h"
#include "rewards/math/truth.h"

namespace whet::math {

struct CalciumAnswer {
  Truth equal = Truth::kUnknown;
  bool undefined = false;  // One side at least is proved to be no number; then they are not equal.
};

// Whether two constants are equal. Nothing is known of terms that are large (many roots, logarithms
// and exponentials, long numbers): Calcium's time has no bound in them. Takes 0.1 to 2 ms, rarely
// up to 20; counted as 10 ms of the budget.
CalciumAnswer EqualByCalcium(const TermPool& pool, TermId a, TermId b, Budget* budget);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_CALCIUM_H_
