// Derivatives of terms.
#ifndef WHET_REWARDS_MATH_DERIVATIVE_H_
#define WHET_REWARDS_MATH_DERIVATIVE_H_

#include <optional>

#include "rewards/math/term_maker.h"

namespace whet::math {

// The derivative of `term` by `symbol`, by the rules of sums, products, powers and chains; nullopt
// where that leads to what has none that is known: a kernel with the symbol in it, |x|, floors.
std::optional<TermId> Derivative(TermId term, TermId symbol, TermMaker* maker);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_DERIVATIVE_H_
