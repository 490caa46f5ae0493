// Antiderivatives on an interval, by linearity and a table.
#ifndef WHET_REWARDS_MATH_ANTIDERIVATIVE_H_
#define WHET_REWARDS_MATH_ANTIDERIVATIVE_H_

#include <optional>
#include <utility>
#include <vector>

#include "rewards/math/partial_fractions.h"
#include "rewards/math/summands.h"
#include "rewards/math/term_maker.h"

namespace whet::math {

// The ends of an interval, in the order in which they are written. They are constants, ∞ or -∞; or
// they hold symbols: then only what has antiderivatives on all of the reals is found.
struct Range {
  TermId from;
  TermId to;
};

// Finds antiderivatives of real integrands. The integrand is certainly continuous and the result
// certainly its antiderivative in the inside of the interval; at an end where one of them may have
// no value, is_open() says so.
//   x^n e^(ax+b) times sines and cosines of linear arguments, by parts;
//   polynomials times (ax+b)^p ln(ax+b)^m, of rational p;
//   rational functions with rational coefficients whose denominators have factors of degree 2 at
//   most;
//   (ax+b) (ax^2+bx+c)^(1/2), and with exponent -1/2;
//   tan, tan^2, sec^2, csc^2 of linear arguments, arctan(cx+d) times ax+b.
class Antiderivative {
 public:
  // `maker` outlives this.
  Antiderivative(TermId symbol, const Range& range, TermMaker* maker)
      : symbol_(symbol), range_(range), maker_(maker) {}

  std::optional<TermId> Of(TermId integrand);

  // Whether its limit must be taken at that end.
  bool is_open_from() const { return open_from_ || IsInfiniteEnd(range_.from); }
  bool is_open_to() const { return open_to_ || IsInfiniteEnd(range_.to); }

 private:
  // a symbol + b; a is not 0.
  struct Linear {
    TermId a;
    TermId b;
  };
  // A cos(x) + B sin(x) of a linear or constant x.
  struct Wave {
    TermId cosine;
    TermId sine;
    Linear angle;
  };
  // What a summand is made of.
  struct Shape {
    std::vector<TermId> polynomial;  // Coefficients.
    Linear exponent;                 // Of Euler's number; a may be 0.
    std::vector<Wave> waves;
    std::vector<std::pair<TermId, Rational>> rest;
  };

  std::optional<TermId> OfSummand(const Summand& summand);
  std::optional<Shape> ShapeOf(const Summand& summand);
  bool AddExponential(TermId base, TermId exponent, Shape* shape);
  bool AddPower(TermId base, const Rational& exponent, Shape* shape);
  std::optional<TermId> OfRest(const Shape& shape);
  std::optional<Linear> LinearOf(TermId term);
  std::vector<Wave> TimesWave(const std::vector<Wave>& waves, const Linear& angle, bool cosine);

  // antiderivative.cc
  std::optional<TermId> OfWave(const Shape& shape, const Wave& wave);
  std::optional<TermId> OfPolynomial(const std::vector<TermId>& polynomial);
  std::optional<TermId> OfFunction(const Shape& shape);
  std::optional<TermId> OfArctangent(const std::vector<TermId>& polynomial, const Linear& argument);
  TermId InExponentials(TermId integrand);

  // antiderivative_algebraic.cc
  // polynomial * linear^power * ln(linear)^logs.
  std::optional<TermId> OfLinear(const std::vector<TermId>& polynomial, const Linear& linear,
                                 const Rational& power, int64_t logs);
  TermId OfPowerOfU(TermId u, const Rational& power, int64_t logs);
  std::optional<TermId> OfRational(const Shape& shape);
  std::optional<TermId> OfPart(const PartialFraction& part);
  std::optional<TermId> OfQuadraticPart(const PartialFraction& part);
  std::optional<TermId> OfRealRootsPart(const PartialFraction& part);
  std::optional<TermId> OfSquareRoot(const std::vector<TermId>& polynomial, TermId quadratic,
                                     bool inverse);

  // 1 or -1 if the linear form is certainly positive, or negative, inside the interval.
  std::optional<int> SignInside(const Linear& linear);
  std::optional<int> SignAt(const Linear& linear, TermId end);
  // Whether no odd multiple of pi/2 is in the closed interval; plus `shift`.
  bool HasNoPole(const Linear& angle, const Rational& shift);
  bool IsInfiniteEnd(TermId end) const;
  TermId TermOf(const Linear& linear);
  TermId Integer(int64_t value) { return maker_->Integer(value); }
  TermId Ratio(int64_t numerator, uint64_t denominator) {
    return maker_->Rational(Rational(numerator, denominator));
  }

  const TermId symbol_;
  const Range range_;
  TermMaker* const maker_;
  bool open_from_ = false;
  bool open_to_ = false;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_ANTIDERIVATIVE_H_
