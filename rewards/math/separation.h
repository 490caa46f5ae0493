// How close two algebraic numbers can be that are not equal.
#ifndef WHET_REWARDS_MATH_SEPARATION_H_
#define WHET_REWARDS_MATH_SEPARATION_H_

#include <cstdint>
#include <optional>

#include "rewards/math/term.h"

namespace whet::math {

// n such that a = b, or |a - b| > 2^-n. For constants made of rationals, i, roots, sines, cosines
// and tangents of rational multiples of pi, and roots of unity, by + - * / and integer powers;
// nullopt for others, and where n would be above `bits_max`. Divisors must not be zero.
//
// The bound of Burnikel, Funke, Mehlhorn, Schirra and Schmitt, "A separation bound for real
// algebraic expressions" (Algorithmica 55, 2009): E = U/L with algebraic integers U and L whose
// conjugates are at most u and l; of degree D at most, U is 0 or at least u^-(D-1). Its argument
// is about conjugates alone, so that it holds for complex numbers too. D is the product of the
// indices of all different roots, and of phi(N) for the field of N-th roots of unity that the
// trigonometric values lie in: 2 cos(2 pi k/N) is an algebraic integer of it.
std::optional<int64_t> SeparationBits(const TermPool& pool, TermId a, TermId b, int64_t bits_max);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_SEPARATION_H_
