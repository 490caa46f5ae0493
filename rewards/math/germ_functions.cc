// Functions of germs.
#include <optional>
#include <utility>
#include <vector>

#include "rewards/math/certain.h"
#include "rewards/math/germ.h"

namespace whet::math {
namespace {

// Coefficients of series at 0, up to the term of that order.

std::vector<Rational> ExpSeries(int order) {
  std::vector<Rational> series;
  for (int64_t k = 0; k <= order; ++k) series.push_back(*Inverse(*Factorial(k)));
  return series;
}

// Of sin, or of cos.
std::vector<Rational> SineSeries(int order, bool cosine) {
  std::vector<Rational> series = ExpSeries(order);
  for (int k = 0; k <= order; ++k) {
    const bool odd = k % 2 == 1;
    if (odd == cosine) series[k] = Rational(0);
    if (k % 4 >= 2) series[k] = *Multiply(series[k], Rational(-1));
  }
  return series;
}

// Of ln(1 + x).
std::vector<Rational> LogarithmSeries(int order) {
  std::vector<Rational> series = {Rational(0)};
  for (int64_t k = 1; k <= order; ++k) {
    series.emplace_back(k % 2 == 1 ? 1 : -1, static_cast<uint64_t>(k));
  }
  return series;
}

std::vector<Rational> ArctangentSeries(int order) {
  std::vector<Rational> series = {Rational(0)};
  for (int64_t k = 1; k <= order; ++k) {
    series.emplace_back(k % 2 == 0 ? 0 : (k % 4 == 1 ? 1 : -1), static_cast<uint64_t>(k));
  }
  return series;
}

// Of arcsin, or of arsinh: binom(2j, j) / 4^j / (2j + 1), with signs.
std::vector<Rational> ArcsineSeries(int order, bool hyperbolic) {
  std::vector<Rational> series;
  for (int64_t k = 0; k <= order; ++k) {
    const int64_t j = k / 2;
    const int64_t sign = hyperbolic && j % 2 == 1 ? -1 : 1;
    const Rational scale(k % 2 == 0 ? 0 : sign, (uint64_t{1} << (2 * j)) * (2 * j + 1));
    series.push_back(*Multiply(*Binomial(Rational(2 * j), j), scale));
  }
  return series;
}

}  // namespace

GermMaker::Parts GermMaker::Split(const Germ& germ) {
  Parts parts;
  parts.constant = maker_->Integer(0);
  parts.small.error = germ.error;
  if (germ.error.has_value() && !IsSmall(*germ.error)) failed_ = true;
  Germ rest = germ;
  for (GermTerm& term : rest.terms) {
    const int order = Compare(term.monomial, {});
    if (order > 0) {
      parts.divergent.push_back(std::move(term));
    } else if (order == 0) {
      parts.constant = term.coefficient;
    } else {
      parts.small.terms.push_back(std::move(term));
    }
  }
  return parts;
}

// exp of a sum of c t^-q L^b is a monomial, and exp(c L) is t^-c.
std::optional<Monomial> GermMaker::MonomialOfExp(const std::vector<GermTerm>& divergent) {
  Monomial monomial;
  for (const GermTerm& term : divergent) {
    const std::optional<int> sign = Sign(term.coefficient);
    if (!sign.has_value() || !term.monomial.growth.empty()) return std::nullopt;
    if (*sign == 0) continue;
    const bool is_logarithm = term.monomial.power.is_zero() && term.monomial.log == 1;
    if (is_logarithm) {
      const Rational* value = maker_->AsRational(term.coefficient);
      if (value == nullptr) return std::nullopt;
      monomial.power = Checked(math::Add(monomial.power, *math::Multiply(*value, Rational(-1))));
    } else {
      const Rational power = Checked(math::Multiply(term.monomial.power, Rational(-1)));
      const GrowthTerm growth = {power, term.monomial.log, term.coefficient};
      monomial.growth = Sum(std::move(monomial.growth), {growth}, Rational(1));
    }
  }
  return monomial;
}

Germ GermMaker::Exp(const Germ& x) {
  if (failed()) return Fail();
  const Parts parts = Split(x);
  const std::optional<Monomial> monomial = MonomialOfExp(parts.divergent);
  if (failed() || !monomial.has_value()) return Fail();
  const TermId constant = maker_->Function(TermKind::kExp, parts.constant);
  const Germ first = {{{*monomial, constant}}, std::nullopt};
  return Multiply(first, Compose(ExpSeries(order_), parts.small));
}

// ln(c t^p e^g (1 + s)) = ln c - p L + g + ln(1 + s).
Germ GermMaker::Ln(const Germ& argument) {
  if (failed()) return Fail();
  Germ x = argument;
  if (Lead(&x) != 1) return Fail();
  const GermTerm& first = x.terms.front();
  if (first.monomial.log != 0) return Fail();
  Germ result = Compose(LogarithmSeries(order_), Relative(x));
  const TermId constant = maker_->Function(TermKind::kLn, first.coefficient);
  if (constant != maker_->Integer(0)) result = Add(result, Constant(constant));
  if (!first.monomial.power.is_zero()) {
    const TermId factor = maker_->Negate(maker_->Rational(first.monomial.power));
    result = Add(result, {{{{Rational(0), 1, {}}, factor}}, std::nullopt});
  }
  for (const GrowthTerm& growth : first.monomial.growth) {
    const Rational power = Checked(math::Multiply(growth.power, Rational(-1)));
    result = Add(result, {{{{power, growth.log, {}}, growth.coefficient}}, std::nullopt});
  }
  return result;
}

// Of q pi, the sine of an angle in the first quadrant, so that equal values are equal terms.
TermId GermMaker::SineOfConstant(TermId angle, bool cosine) {
  const TermKind kind = cosine ? TermKind::kCos : TermKind::kSin;
  const std::optional<Rational> turns = maker_->MultipleOf(TermKind::kPi, angle);
  if (!turns.has_value()) return maker_->Function(kind, angle);
  Rational turn = *turns;
  if (cosine) turn = Checked(math::Add(turn, Rational(1, 2)));
  turn = Checked(math::Modulo(turn, Rational(2)));
  const bool negative = !(turn < Rational(1));
  if (negative) turn = Checked(math::Add(turn, Rational(-1)));
  if (Rational(1, 2) < turn) {
    turn = Checked(math::Add(Rational(1), *math::Multiply(turn, Rational(-1))));
  }
  const TermId pi = maker_->pool().Make(TermKind::kPi);
  const TermId sine =
      maker_->Function(TermKind::kSin, maker_->Multiply(maker_->Rational(turn), pi));
  return negative ? maker_->Negate(sine) : sine;
}

Germ GermMaker::Sine(const Germ& x, bool cosine) {
  if (failed()) return Fail();
  bool bounded_only = x.error.has_value() && !IsSmall(*x.error);
  for (const GermTerm& term : x.terms) {
    if (Compare(term.monomial, {}) <= 0) break;
    bounded_only = true;
    if (!Sign(term.coefficient).has_value()) return Fail();
  }
  if (bounded_only) {
    if (failed() || may_be_complex_) return Fail();
    for (const GermTerm& term : x.terms) {
      if (!Sign(term.coefficient).has_value()) return Fail();
    }
    Germ bounded;
    bounded.error.emplace();
    return bounded;
  }
  const Parts parts = Split(x);
  const Germ sine = Compose(SineSeries(order_, false), parts.small);
  const Germ cosine_germ = Compose(SineSeries(order_, true), parts.small);
  const TermId sine_of_c = SineOfConstant(parts.constant, false);
  const TermId cosine_of_c = SineOfConstant(parts.constant, true);
  if (cosine) {
    return Add(Scale(cosine_germ, cosine_of_c), ScaleBy(Scale(sine, sine_of_c), -1));
  }
  return Add(Scale(cosine_germ, sine_of_c), Scale(sine, cosine_of_c));
}

Germ GermMaker::Hyperbolic(const Germ& x, TermKind kind) {
  const Germ up = Exp(x);
  const Germ down = Exp(ScaleBy(x, -1));
  Germ cosine = ScaleBy(Add(up, down), 1, 2);
  if (kind == TermKind::kCosh) return cosine;
  const Germ sine = ScaleBy(Add(up, ScaleBy(down, -1)), 1, 2);
  return kind == TermKind::kSinh ? sine : Multiply(sine, Inverse(cosine));
}

// arctan x = ±pi/2 - arctan(1/x), and arctan(c + s) = arctan c + arctan(s / (1 + c^2 + c s)).
Germ GermMaker::Arctangent(const Germ& argument) {
  if (failed()) return Fail();
  Germ x = argument;
  const std::optional<int> sign = Lead(&x);
  if (!x.terms.empty() && Compare(x.terms.front().monomial, {}) > 0) {
    if (!sign.has_value()) return Fail();
    const TermId pi = maker_->pool().Make(TermKind::kPi);
    const TermId half = maker_->Multiply(maker_->Rational(Rational(*sign, 2)), pi);
    return Add(Constant(half), ScaleBy(Arctangent(Inverse(x)), -1));
  }
  const Parts parts = Split(x);
  if (failed()) return Fail();
  const std::vector<Rational> series = ArctangentSeries(order_);
  if (parts.constant == maker_->Integer(0)) return Compose(series, parts.small);
  if (!Sign(parts.constant).has_value()) return Fail();
  const TermId square = maker_->Power(parts.constant, maker_->Integer(2));
  const Germ below =
      Add(Constant(maker_->Add(square, maker_->Integer(1))), Scale(parts.small, parts.constant));
  const Germ small = Multiply(parts.small, Inverse(below));
  const TermId value = maker_->Function(TermKind::kArctan, parts.constant);
  return Add(Constant(value), Compose(series, small));
}

// arcsin, arccos and arsinh. At ±1 the first two have the modulus of a square root.
Germ GermMaker::Arcsine(const Germ& x, TermKind kind) {
  if (failed()) return Fail();
  const Parts parts = Split(x);
  if (failed() || !parts.divergent.empty()) return Fail();
  if (parts.constant == maker_->Integer(0)) {
    Germ small = Compose(ArcsineSeries(order_, kind == TermKind::kArsinh), parts.small);
    if (kind != TermKind::kArccos) return small;
    const TermId pi = maker_->pool().Make(TermKind::kPi);
    return Add(Constant(maker_->Divide(pi, maker_->Integer(2))), ScaleBy(small, -1));
  }
  const std::optional<int64_t> one = maker_->AsSmallInteger(parts.constant, 1);
  if (!one.has_value() || kind == TermKind::kArsinh) return NearConstant(kind, x);
  Germ value = Constant(maker_->Function(kind, parts.constant));
  if (const std::optional<Monomial> bound = Bound(parts.small)) {
    // Beyond ±1 it is not real.
    Germ small = parts.small;
    if (Lead(&small) != -*one) return Fail();
    value.error = MonomialPower(*bound, Rational(1, 2));
    if (!value.error.has_value()) return Fail();
  }
  return value;
}

Germ GermMaker::NearConstant(TermKind kind, const Germ& x) {
  if (failed()) return Fail();
  const Parts parts = Split(x);
  if (failed() || !parts.divergent.empty()) return Fail();
  const std::optional<int> sign = Sign(parts.constant);
  const TermId square = maker_->Power(parts.constant, maker_->Integer(2));
  const std::optional<int> beyond_one = SignOfDifference(square, maker_->Integer(1), maker_);
  const bool inside = (kind == TermKind::kArsinh && sign.has_value()) ||
                      (kind == TermKind::kGamma && sign == 1) ||
                      (kind == TermKind::kArcosh && sign == 1 && beyond_one == 1) ||
                      (sign.has_value() && kind != TermKind::kArcosh && beyond_one == -1);
  if (!inside) return Fail();
  Germ value = Constant(maker_->Function(kind, parts.constant));
  value.error = Bound(parts.small);
  return Normal(std::move(value));
}

Germ GermMaker::Absolute(const Germ& argument, bool sign_only) {
  if (failed()) return Fail();
  Germ x = argument;
  const std::optional<int> sign = Lead(&x);
  if (!sign.has_value() || (sign_only && may_be_complex_)) return Fail();
  return sign_only ? Integer(*sign) : ScaleBy(x, *sign);
}

Germ GermMaker::Floor(const Germ& x) {
  if (failed() || may_be_complex_) return Fail();
  if (!x.terms.empty() && Compare(x.terms.front().monomial, {}) > 0) {
    Germ bounded;
    bounded.error.emplace();
    return Add(x, bounded);
  }
  Parts parts = Split(x);
  const Rational* value = maker_->AsRational(parts.constant);
  if (failed() || value == nullptr) return Fail();
  const Rational floor = math::Floor(*value);
  if (!value->is_integer() || !Bound(parts.small).has_value()) {
    return Add(Zero(), floor.is_zero() ? Zero() : Constant(maker_->Rational(floor)));
  }
  const std::optional<int> sign = Lead(&parts.small);
  if (!sign.has_value()) return Fail();
  const Rational below = Checked(math::Add(floor, Rational(*sign > 0 ? 0 : -1)));
  return below.is_zero() ? Zero() : Constant(maker_->Rational(below));
}

// Stirling's series: ln Gamma(x) = (x - 1/2) ln x - x + ln(2 pi)/2 + 1/(12x) - 1/(360x^3) +
// O(x^-5).
Germ GermMaker::Gamma(const Germ& argument) {
  if (failed()) return Fail();
  Germ x = argument;
  const std::optional<int> sign = Lead(&x);
  if (x.terms.empty() || Compare(x.terms.front().monomial, {}) <= 0) {
    return NearConstant(TermKind::kGamma, x);
  }
  if (sign != 1) return Fail();
  const TermId two_pi = maker_->Multiply(maker_->Integer(2), maker_->pool().Make(TermKind::kPi));
  const TermId constant =
      maker_->Divide(maker_->Function(TermKind::kLn, two_pi), maker_->Integer(2));
  const Germ minus_half = Constant(maker_->Rational(Rational(-1, 2)));
  Germ ln_gamma = Multiply(Add(x, minus_half), Ln(x));
  ln_gamma = Add(ln_gamma, Add(ScaleBy(x, -1), Constant(constant)));
  const Germ inverse = Inverse(x);
  ln_gamma = Add(ln_gamma, ScaleBy(inverse, 1, 12));
  ln_gamma = Add(ln_gamma, ScaleBy(SmallPower(inverse, 3), -1, 360));
  const std::optional<Monomial> bound = Bound(inverse);
  Germ error;
  if (bound.has_value()) error.error = MonomialPower(*bound, Rational(5));
  return Exp(Add(ln_gamma, error));
}

Germ GermMaker::OfFunction(TermKind kind, const Germ& x) {
  switch (kind) {
    case TermKind::kExp:
      return Exp(x);
    case TermKind::kLn:
      return Ln(x);
    case TermKind::kSin:
    case TermKind::kCos:
      return Sine(x, kind == TermKind::kCos);
    case TermKind::kTan:
      return Multiply(Sine(x, false), Inverse(Sine(x, true)));
    case TermKind::kSinh:
    case TermKind::kCosh:
    case TermKind::kTanh:
      return Hyperbolic(x, kind);
    case TermKind::kArctan:
      return Arctangent(x);
    case TermKind::kArcsin:
    case TermKind::kArccos:
    case TermKind::kArsinh:
      return Arcsine(x, kind);
    case TermKind::kArcosh:
    case TermKind::kArtanh:
      return NearConstant(kind, x);
    case TermKind::kAbs:
    case TermKind::kSgn:
      return Absolute(x, kind == TermKind::kSgn);
    case TermKind::kFloor:
      return Floor(x);
    case TermKind::kGamma:
      return Gamma(x);
    default:
      return Fail();
  }
}

}  // namespace whet::math
