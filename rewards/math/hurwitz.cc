#include "rewards/math/hurwitz.h"

#include <flint/arith.h>

#include <optional>
#include <utility>

#include "rewards/math/derivative.h"
#include "rewards/math/substitute.h"

namespace whet::math {
namespace {

constexpr int64_t kStepsMax = 200;
constexpr int64_t kExponentMax = 20;
constexpr int64_t kReflectedExponentMax = 6;
constexpr int64_t kDenominatorMax = 12;

std::optional<Rational> InversePower(const Rational& q, int64_t s) {
  return Power(q, Rational(-s));
}

}  // namespace

bool HurwitzSum::Add(const Rational& c, int64_t s, const Rational& q) {
  if (s > kExponentMax || (q.is_integer() && q.sign() <= 0)) return false;
  Rational at = q;
  Rational moved;
  int64_t steps = 0;
  for (; Rational(1) < at && steps < kStepsMax; ++steps) {
    at = *math::Add(at, Rational(-1));
    const auto term = InversePower(at, s);
    const auto next = term ? math::Add(moved, *math::Multiply(*term, Rational(-1))) : term;
    if (!next.has_value() || !maker_->budget().Spend(20)) return false;
    moved = *next;
  }
  for (; at.sign() <= 0 && steps < kStepsMax; ++steps) {
    const auto term = InversePower(at, s);
    const auto next = term ? math::Add(moved, *term) : term;
    if (!next.has_value() || !maker_->budget().Spend(20)) return false;
    moved = *next;
    at = *math::Add(at, Rational(1));
  }
  if (Rational(1) < at || at.sign() <= 0) return false;
  const auto scaled = math::Multiply(c, moved);
  const auto rest = scaled ? math::Add(rest_, *scaled) : scaled;
  if (!rest.has_value()) return false;
  rest_ = *rest;
  for (Element& element : elements_) {
    if (element.s != s || !(element.q == at)) continue;
    element.c = math::Add(element.c, c).value_or(Rational(0));
    return true;
  }
  elements_.push_back({s, at, c});
  return true;
}

// zeta(2n) = |B_2n| (2 pi)^2n / (2 (2n)!).
TermId HurwitzSum::Zeta(int64_t s) {
  if (s % 2 != 0) return maker_->Function(TermKind::kZeta, maker_->Integer(s));
  Rational bernoulli;
  arith_bernoulli_number(bernoulli.get(), static_cast<ulong>(s));
  fmpq_abs(bernoulli.get(), bernoulli.get());
  const TermId below = maker_->Multiply(maker_->Integer(2), maker_->Factorial(maker_->Integer(s)));
  const TermId power =
      maker_->Multiply(maker_->Power(maker_->Integer(2), maker_->Integer(s)),
                       maker_->Power(maker_->pool().Make(TermKind::kPi), maker_->Integer(s)));
  return maker_->Divide(maker_->Multiply(maker_->Rational(bernoulli), power), below);
}

// Gauss: psi(r/m) + gamma = -ln(2m) - pi/2 cot(r pi/m)
//   + 2 sum_{n=1}^{floor((m-1)/2)} cos(2 pi n r/m) ln sin(pi n/m), of 0 < r < m.
std::optional<TermId> HurwitzSum::PsiPlusEuler(const Rational& q) {
  if (q.is_one()) return maker_->Integer(0);
  const auto m = static_cast<int64_t>(fmpz_get_ui(q.denominator()));
  if (fmpz_cmp_si(q.denominator(), kDenominatorMax) > 0) return std::nullopt;
  const TermId pi = maker_->pool().Make(TermKind::kPi);
  const auto angle = [&](const Rational& turns) {
    return maker_->Multiply(maker_->Rational(turns), pi);
  };
  const TermId x = angle(q);
  const TermId cotangent =
      maker_->Divide(maker_->Function(TermKind::kCos, x), maker_->Function(TermKind::kSin, x));
  std::vector<TermId> terms = {
      maker_->Negate(maker_->Function(TermKind::kLn, maker_->Integer(2 * m))),
      maker_->Multiply({maker_->Rational(Rational(-1, 2)), pi, cotangent})};
  for (int64_t n = 1; n <= (m - 1) / 2; ++n) {
    const TermId cosine =
        maker_->Function(TermKind::kCos, angle(*math::Multiply(Rational(2 * n), q)));
    const TermId sine =
        maker_->Function(TermKind::kSin, angle(Rational(n, static_cast<uint64_t>(m))));
    terms.push_back(
        maker_->Multiply({maker_->Integer(2), cosine, maker_->Function(TermKind::kLn, sine)}));
  }
  return maker_->Add(terms);
}

Rational HurwitzSum::CoefficientOf(int64_t s, const Rational& q) const {
  for (const Element& element : elements_) {
    if (element.s == s && element.q == q) return element.c;
  }
  return {};
}

// zeta(s, q) + (-1)^s zeta(s, 1 - q) = (-1)^(s-1) pi/(s-1)! the (s-1)th derivative of cot(pi x) at
// q.
std::optional<TermId> HurwitzSum::OfPair(const Element& element, const Rational& partner) {
  const Rational expected = *math::Multiply(element.c, Rational(element.s % 2 == 0 ? 1 : -1));
  if (!(partner == expected) || element.s > kReflectedExponentMax) return std::nullopt;
  const TermId pi = maker_->pool().Make(TermKind::kPi);
  const TermId x = maker_->Symbol("#x");
  const TermId angle = maker_->Multiply(pi, x);
  std::optional<TermId> derivative = maker_->Divide(maker_->Function(TermKind::kCos, angle),
                                                    maker_->Function(TermKind::kSin, angle));
  for (int64_t i = 1; i < element.s && derivative.has_value(); ++i) {
    derivative = Derivative(*derivative, x, maker_);
  }
  if (!derivative.has_value()) return std::nullopt;
  const TermId value = Substitute(*derivative, x, maker_->Rational(element.q), maker_);
  const TermId factorial = maker_->Factorial(maker_->Integer(element.s - 1));
  const TermId sign = maker_->Integer(element.s % 2 == 0 ? -1 : 1);
  return maker_->Multiply(
      {sign, maker_->Rational(element.c), maker_->Divide(maker_->Multiply(pi, value), factorial)});
}

std::optional<TermId> HurwitzSum::OfElement(const Element& element) {
  const TermId c = maker_->Rational(element.c);
  if (element.s == 1) {
    const std::optional<TermId> psi = PsiPlusEuler(element.q);
    return psi ? std::optional(maker_->Negate(maker_->Multiply(c, *psi))) : std::nullopt;
  }
  if (element.q.is_one()) return maker_->Multiply(c, Zeta(element.s));
  if (element.q == Rational(1, 2)) {
    const TermId factor = maker_->Integer((int64_t{1} << element.s) - 1);
    return maker_->Multiply({c, factor, Zeta(element.s)});
  }
  const Rational other = *math::Add(Rational(1), *math::Multiply(element.q, Rational(-1)));
  const Rational partner = CoefficientOf(element.s, other);
  if (element.q < other) return OfPair(element, partner);
  // Counted with the smaller one, which must be there.
  if (CoefficientOf(element.s, other).is_zero()) return std::nullopt;
  return maker_->Integer(0);
}

std::optional<TermId> HurwitzSum::Value() {
  std::vector<TermId> terms = {maker_->Rational(rest_)};
  Rational harmonic;
  for (const Element& element : elements_) {
    if (element.c.is_zero()) continue;
    if (element.s == 1) harmonic = math::Add(harmonic, element.c).value_or(Rational(1));
    const std::optional<TermId> term = OfElement(element);
    if (!term.has_value() || maker_->budget().spent()) return std::nullopt;
    terms.push_back(*term);
  }
  if (!harmonic.is_zero()) return std::nullopt;
  return maker_->Add(terms);
}

}  // namespace whet::math
