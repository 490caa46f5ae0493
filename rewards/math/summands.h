// A term as a sum of products of powers, for rules that go by their shape.
#ifndef WHET_REWARDS_MATH_SUMMANDS_H_
#define WHET_REWARDS_MATH_SUMMANDS_H_

#include <optional>
#include <utility>
#include <vector>

#include "rewards/math/term_maker.h"

namespace whet::math {

// coefficient * the product of base^exponent of `powers` and `exponentials`.
struct Summand {
  TermId coefficient;  // Without the symbol.
  // Bases with the symbol, each once, and exponents that are not 0.
  std::vector<std::pair<TermId, Rational>> powers;
  // Bases without the symbol, and exponents with it. Euler's number is a base.
  std::vector<std::pair<TermId, TermId>> exponentials;
};

// `term` multiplied out; nullopt if there would be many summands. x/x is 1, also where x is 0.
std::optional<std::vector<Summand>> SummandsOf(TermId term, TermId symbol, TermMaker* maker);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_SUMMANDS_H_
