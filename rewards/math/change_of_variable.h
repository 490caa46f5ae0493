// Changes of variable in integrals.
#ifndef WHET_REWARDS_MATH_CHANGE_OF_VARIABLE_H_
#define WHET_REWARDS_MATH_CHANGE_OF_VARIABLE_H_

#include <optional>

#include "rewards/math/term_maker.h"

namespace whet::math {

struct Integral {
  TermId body;
  TermId from;
  TermId to;
};

// The same integral in u = x^power, which takes the name of the symbol: that of x^(power - 1)
// f(x^power) becomes that of f(u) / power. nullopt unless both ends are certainly not negative, and
// the body depends on x through powers of x^power alone, but for one power of x as a factor.
std::optional<Integral> InPowerOf(const Integral& integral, TermId symbol, const Rational& power,
                                  TermMaker* maker);

// In u = e^x, where x stands in exponentials of its integer multiples alone.
std::optional<Integral> InExponential(const Integral& integral, TermId symbol, TermMaker* maker);

// In u = ln x of f(ln x)/x, u = sin x of f(sin x) cos x, or u = cos x of f(cos x) sin x, as the
// kind tells. nullopt unless u is certainly monotone in the interval; that of sines and cosines has
// ends that are rational multiples of pi, in ascending order.
std::optional<Integral> InFunction(const Integral& integral, TermId symbol, TermKind kind,
                                   TermMaker* maker);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_CHANGE_OF_VARIABLE_H_
