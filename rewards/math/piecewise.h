// Integrands that have several formulas.
#ifndef WHET_REWARDS_MATH_PIECEWISE_H_
#define WHET_REWARDS_MATH_PIECEWISE_H_

#include <optional>
#include <vector>

#include "rewards/math/change_of_variable.h"
#include "rewards/math/term_maker.h"

namespace whet::math {

// Integrals over neighbouring intervals that add up to `integral`, without the |p(x)| of quadratic
// and linear p and the floors of linear p that stand in it. nullopt if there are none, or other
// ones, or many; if an end is not finite; if a place where the formula changes is not certain.
std::optional<std::vector<Integral>> PiecesOf(const Integral& integral, TermId symbol,
                                              TermMaker* maker);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_PIECEWISE_H_
