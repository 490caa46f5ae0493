// Values of definite integrals.
#ifndef WHET_REWARDS_MATH_INTEGRAL_H_
#define WHET_REWARDS_MATH_INTEGRAL_H_

#include <optional>

#include "rewards/math/term_maker.h"

namespace whet::math {

// The integral of `body` by `symbol`, as Riemann's or as an improper one; ∞ or -∞ where it surely
// diverges so. The ends may be infinite. Only where it is certain: the integrand is continuous
// inside the interval (rewards/math/antiderivative.h tells which are known), and at ends where it
// is not, its antiderivative has a limit. Over all reals and from 0 to ∞ also
// x^p e^(-a x^q), e^(-a x^2 + b x + c) and sin(ax)/x. u = x^2, sqrt(x), x^3, x^4, ln x, sin x, cos
// x and e^x are tried, and |p(x)| and floors are taken apart (rewards/math/piecewise.h).
std::optional<TermId> DefiniteIntegral(TermId body, TermId symbol, TermId from, TermId to,
                                       TermMaker* maker);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_INTEGRAL_H_
