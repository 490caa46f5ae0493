// Antiderivatives of powers of linear and quadratic polynomials.
#include <optional>
#include <vector>

#include "rewards/math/antiderivative.h"
#include "rewards/math/certain.h"

namespace whet::math {

// Of u^q ln(u)^m; m falls by parts.
TermId Antiderivative::OfPowerOfU(TermId u, const Rational& power, int64_t logs) {
  const TermId ln = maker_->Function(TermKind::kLn, u);
  const auto next = math::Add(power, Rational(1)).value_or(Rational(0));
  if (next.is_zero()) {
    return maker_->Multiply(Ratio(1, logs + 1), maker_->Power(ln, Integer(logs + 1)));
  }
  const TermId inverse = maker_->Rational(math::Inverse(next).value_or(Rational(0)));
  const TermId raised = maker_->Power(u, maker_->Rational(next));
  const TermId first = maker_->Multiply({inverse, raised, maker_->Power(ln, Integer(logs))});
  if (logs == 0) return first;
  const TermId rest = OfPowerOfU(u, power, logs - 1);
  return maker_->Subtract(first, maker_->Multiply({Integer(logs), inverse, rest}));
}

std::optional<TermId> Antiderivative::OfLinear(const std::vector<TermId>& polynomial,
                                               const Linear& linear, const Rational& power,
                                               int64_t logs) {
  const std::optional<int> sign = SignInside(linear);
  if (!sign.has_value() || ((logs > 0 || !power.is_integer()) && sign != 1)) return std::nullopt;
  // In powers of u = linear: x = (u - b) / a, by Horner's rule.
  const TermId slope = maker_->Power(linear.a, Integer(-1));
  const TermId offset = maker_->Negate(maker_->Multiply(linear.b, slope));
  std::vector<TermId> in_u;
  for (size_t k = polynomial.size(); k-- > 0;) {
    std::vector<TermId> next(in_u.size() + 1, Integer(0));
    next[0] = polynomial[k];
    for (size_t i = 0; i < in_u.size(); ++i) {
      next[i] = maker_->Add(next[i], maker_->Multiply(offset, in_u[i]));
      next[i + 1] = maker_->Add(next[i + 1], maker_->Multiply(slope, in_u[i]));
    }
    in_u = next;
  }
  // Of a negative u the powers are those of -u, with signs.
  const TermId u = TermOf(
      {maker_->Multiply(Integer(*sign), linear.a), maker_->Multiply(Integer(*sign), linear.b)});
  std::vector<TermId> terms;
  for (size_t k = 0; k < in_u.size(); ++k) {
    const auto exponent = math::Add(power, Rational(static_cast<int64_t>(k)));
    if (in_u[k] == Integer(0) || !exponent.has_value()) continue;
    const bool odd = exponent->is_integer() && fmpz_is_odd(exponent->numerator()) != 0;
    // The sign of u^q, and that of du.
    const int64_t factor = odd ? 1 : *sign;
    terms.push_back(
        maker_->Multiply({Integer(factor), in_u[k], slope, OfPowerOfU(u, *exponent, logs)}));
  }
  return maker_->Add(terms);
}

std::optional<TermId> Antiderivative::OfRational(const Shape& shape) {
  std::optional<Fraction> fraction = Fraction{Polynomial(Rational(1)), Polynomial(Rational(1))};
  const TermId zero = Integer(0);
  std::vector<TermId> terms;
  for (size_t k = 0; k < shape.polynomial.size(); ++k) {
    const TermId power = maker_->Power(symbol_, Integer(static_cast<int64_t>(k)));
    terms.push_back(maker_->Multiply(shape.polynomial[k], power));
  }
  // A common factor that is not rational is taken out.
  TermId common = Integer(1);
  for (const TermId coefficient : shape.polynomial) {
    if (shape.polynomial.size() == 1 && !maker_->pool().is_rational(coefficient)) {
      common = coefficient;
      terms = {Integer(1)};
    }
  }
  if (common == zero) return zero;
  fraction = FractionOf(maker_->Add(terms), symbol_, maker_);
  for (const auto& [base, exponent] : shape.rest) {
    const std::optional<int64_t> times = exponent.Small(12);
    const auto factor = times && fraction ? FractionOf(base, symbol_, maker_) : std::nullopt;
    const auto power = factor ? Power(*factor, *times) : std::nullopt;
    if (!power.has_value()) return std::nullopt;
    fraction = Multiply(*fraction, *power);
    if (!fraction.has_value()) return std::nullopt;
  }
  const auto parts = PartialFractionsOf(*fraction, &maker_->budget());
  if (!parts.has_value()) return std::nullopt;
  std::vector<TermId> whole;
  for (int64_t k = 0; k <= parts->whole.degree(); ++k) {
    whole.push_back(maker_->Rational(parts->whole.coefficient(k)));
  }
  std::vector<TermId> sum = {*OfPolynomial(whole)};
  for (const PartialFraction& part : parts->parts) {
    const std::optional<TermId> integral = OfPart(part);
    if (!integral.has_value()) return std::nullopt;
    sum.push_back(*integral);
  }
  return maker_->Multiply(common, maker_->Add(sum));
}

std::optional<TermId> Antiderivative::OfPart(const PartialFraction& part) {
  if (part.factor.degree() == 1) {
    const Linear linear = {Integer(1), maker_->Rational(part.factor.coefficient(0))};
    return OfLinear({maker_->Rational(part.numerator.coefficient(0))}, linear,
                    Rational(-part.power), 0);
  }
  if (part.factor.degree() != 2) return std::nullopt;
  const Rational p = part.factor.coefficient(1);
  const Rational q = part.factor.coefficient(0);
  const auto square = math::Multiply(p, p);
  const auto four_q = math::Multiply(Rational(4), q);
  if (!square.has_value() || !four_q.has_value()) return std::nullopt;
  if (*square < *four_q) return OfQuadraticPart(part);
  return part.power == 1 ? OfRealRootsPart(part) : std::nullopt;
}

// (A x + B) / (x^2 + p x + q)^n with u = x + p/2 and u^2 + s: A u over it, and the rest over it.
std::optional<TermId> Antiderivative::OfQuadraticPart(const PartialFraction& part) {
  const TermId a = maker_->Rational(part.numerator.coefficient(1));
  const TermId half_p = maker_->Multiply(Ratio(1, 2), maker_->Rational(part.factor.coefficient(1)));
  const TermId u = maker_->Add(symbol_, half_p);
  const TermId s = maker_->Subtract(maker_->Rational(part.factor.coefficient(0)),
                                    maker_->Power(half_p, Integer(2)));
  const TermId b = maker_->Subtract(maker_->Rational(part.numerator.coefficient(0)),
                                    maker_->Multiply(a, half_p));
  const TermId below = maker_->Add(maker_->Power(u, Integer(2)), s);
  const int64_t n = part.power;
  TermId first = maker_->Multiply(Ratio(1, 2), maker_->Function(TermKind::kLn, below));
  if (n > 1) {
    first = maker_->Multiply(Ratio(-1, static_cast<uint64_t>(2 * (n - 1))),
                             maker_->Power(below, Integer(1 - n)));
  }
  const TermId root = maker_->SquareRoot(s);
  TermId second =
      maker_->Divide(maker_->Function(TermKind::kArctan, maker_->Divide(u, root)), root);
  for (int64_t k = 2; k <= n; ++k) {
    const TermId scale = maker_->Power(maker_->Multiply(Integer(2 * (k - 1)), s), Integer(-1));
    const TermId power = maker_->Power(below, Integer(1 - k));
    second = maker_->Add(maker_->Multiply({scale, u, power}),
                         maker_->Multiply({Integer(2 * k - 3), scale, second}));
  }
  return maker_->Add(maker_->Multiply(a, first), maker_->Multiply(b, second));
}

// (A x + B) / ((x - r) (x - t)) of real roots that are not rational.
std::optional<TermId> Antiderivative::OfRealRootsPart(const PartialFraction& part) {
  const TermId a = maker_->Rational(part.numerator.coefficient(1));
  const TermId b = maker_->Rational(part.numerator.coefficient(0));
  const TermId half_p = maker_->Multiply(Ratio(1, 2), maker_->Rational(part.factor.coefficient(1)));
  const TermId q = maker_->Rational(part.factor.coefficient(0));
  const TermId root = maker_->SquareRoot(maker_->Subtract(maker_->Power(half_p, Integer(2)), q));
  std::vector<TermId> terms;
  for (const int64_t sign : {1, -1}) {
    const TermId signed_root = maker_->Multiply(Integer(sign), root);
    const TermId r = maker_->Subtract(signed_root, half_p);
    const TermId above = maker_->Add(maker_->Multiply(a, r), b);
    const TermId residue = maker_->Divide(above, maker_->Multiply(Integer(2), signed_root));
    const auto term = OfLinear({residue}, {Integer(1), maker_->Negate(r)}, Rational(-1), 0);
    if (!term.has_value()) return std::nullopt;
    terms.push_back(*term);
  }
  return maker_->Add(terms);
}

// (e + d x) sqrt(Q), or over it, with Q = a x^2 + b x + c, D = 4ac - b^2 and the integral J of
// 1/sqrt(Q): of x/sqrt(Q) it is (sqrt(Q) - b/2 J)/a; of sqrt(Q) it is
// ((2ax + b) sqrt(Q) + D/2 J)/(4a); of x sqrt(Q) it is (Q^(3/2)/3 - b/2 times that)/a.
std::optional<TermId> Antiderivative::OfSquareRoot(const std::vector<TermId>& polynomial,
                                                   TermId quadratic, bool inverse) {
  const auto coefficients = CoefficientsOf(quadratic, symbol_, maker_);
  if (!coefficients.has_value() || coefficients->size() != 3 || polynomial.size() > 2) {
    return std::nullopt;
  }
  const TermId a = (*coefficients)[2];
  const TermId b = (*coefficients)[1];
  const TermId c = (*coefficients)[0];
  const TermId two_a = maker_->Multiply(Integer(2), a);
  const TermId d =
      maker_->Subtract(maker_->Multiply({Integer(4), a, c}), maker_->Power(b, Integer(2)));
  const std::optional<int> a_sign = SignOf(a, maker_);
  const std::optional<int> d_sign = SignOf(d, maker_);
  if (!a_sign.has_value() || !d_sign.has_value() || *a_sign == 0) return std::nullopt;
  const TermId slope = maker_->Add(maker_->Multiply(two_a, symbol_), b);  // Q'.
  TermId j = 0;
  if (*a_sign < 0) {
    if (*d_sign >= 0) return std::nullopt;
    const TermId root = maker_->SquareRoot(maker_->Negate(d));
    // Between the roots: where 2ax + b is between -root and root.
    const auto left = SignInside({two_a, maker_->Add(b, root)});
    const auto right = SignInside({two_a, maker_->Subtract(b, root)});
    if (left != 1 || right != -1) return std::nullopt;
    j = maker_->Function(TermKind::kArcsin, maker_->Divide(maker_->Negate(slope), root));
    j = maker_->Divide(j, maker_->SquareRoot(maker_->Negate(a)));
  } else {
    if (*d_sign <= 0) return std::nullopt;
    j = maker_->Function(TermKind::kArsinh, maker_->Divide(slope, maker_->SquareRoot(d)));
    j = maker_->Divide(j, maker_->SquareRoot(a));
  }
  const TermId root_of_q = maker_->SquareRoot(quadratic);
  const TermId half_b = maker_->Multiply(Ratio(1, 2), b);
  TermId even = j;
  TermId odd = root_of_q;
  if (!inverse) {
    const TermId sum =
        maker_->Add(maker_->Multiply(slope, root_of_q), maker_->Multiply({Ratio(1, 2), d, j}));
    even = maker_->Divide(sum, maker_->Multiply(Integer(4), a));
    odd = maker_->Multiply({Ratio(1, 3), quadratic, root_of_q});
  }
  odd = maker_->Divide(maker_->Subtract(odd, maker_->Multiply(half_b, even)), a);
  TermId result = maker_->Multiply(polynomial[0], even);
  if (polynomial.size() == 2) {
    result = maker_->Add(result, maker_->Multiply(polynomial[1], odd));
  }
  return result;
}

}  // namespace whet::math
