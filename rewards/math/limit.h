// Limits of terms, by the first terms of their expansions (rewards/math/germ.h).
#ifndef WHET_REWARDS_MATH_LIMIT_H_
#define WHET_REWARDS_MATH_LIMIT_H_

#include <optional>

#include "rewards/math/expression.h"
#include "rewards/math/term_maker.h"

namespace whet::math {

// The limit of `body` as `symbol`, a real, goes to `to`, which does not hold it: a term, ∞ or -∞;
// from both sides if they agree. Only where it is certain: nullopt where it is not, or there is
// none. Free symbols are parameters: the limit holds for all real values of them for which the body
// has values.
//
// Covered are sums, products, powers, exponentials, logarithms, trigonometric functions and their
// inverses, |x|, floors, factorials. Not covered: logarithms of logarithms, exponentials of
// exponentials, kernels.
std::optional<TermId> Limit(TermId body, TermId symbol, TermId to, Direction direction,
                            TermMaker* maker);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_LIMIT_H_
