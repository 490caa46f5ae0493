// Values of infinite sums and products.
#ifndef WHET_REWARDS_MATH_SERIES_H_
#define WHET_REWARDS_MATH_SERIES_H_

#include <cstdint>
#include <optional>

#include "rewards/math/term_maker.h"

namespace whet::math {

// The sum of `body` over all integers symbol >= from; ∞ or -∞ where it surely diverges so. Only
// where it is certain that it converges, and each term has a value. Known are sums of
//   p(n) r^n, of polynomials p and |r| < 1;
//   r^n/(n + k), of integers k;
//   rational functions with rational poles, also times (-1)^n: telescoping ones, values of zeta;
//     and 1/((n + k)^2 + q), of integers k and q > 0;
//   p(n) x^n/(n + k)!, x^n/(2n + k)!, of any x, which may be a symbol.
std::optional<TermId> InfiniteSum(TermId body, TermId symbol, int64_t from, TermMaker* maker);

// The product of a rational function with rational roots and poles, where it converges and is not
// 0.
std::optional<TermId> InfiniteProduct(TermId body, TermId symbol, int64_t from, TermMaker* maker);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_SERIES_H_
