// Sums of Hurwitz zeta values at rationals, in closed form.
#ifndef WHET_REWARDS_MATH_HURWITZ_H_
#define WHET_REWARDS_MATH_HURWITZ_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "rewards/math/term_maker.h"

namespace whet::math {

// Adds up c zeta(s, q), the sum of c/(k + q)^s over k >= 0, for integers s; for s = 1 it stands for
// -c psi(q), and the c of s = 1 must add up to 0, so that Euler's constant cancels.
class HurwitzSum {
 public:
  explicit HurwitzSum(TermMaker* maker) : maker_(maker) {}

  // False if it is not in reach: q far from 0, an integer that is not positive.
  bool Add(const Rational& c, int64_t s, const Rational& q);

  // nullopt where no closed form is known (Catalan's constant), or a denominator is large. For odd
  // s there are terms zeta(s).
  std::optional<TermId> Value();

 private:
  struct Element {
    int64_t s;
    Rational q;  // Above 0, and 1 at most.
    Rational c;
  };

  TermId Zeta(int64_t s);
  std::optional<TermId> PsiPlusEuler(const Rational& q);
  std::optional<TermId> OfPair(const Element& element, const Rational& partner);
  std::optional<TermId> OfElement(const Element& element);
  Rational CoefficientOf(int64_t s, const Rational& q) const;

  TermMaker* const maker_;
  std::vector<Element> elements_;
  Rational rest_;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_HURWITZ_H_
