#include "rewards/math/antiderivative.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "rewards/math/certain.h"
#include "rewards/math/substitute.h"

namespace whet::math {
namespace {

constexpr int64_t kWavePowerMax = 8;
constexpr size_t kWavesMax = 40;
constexpr size_t kDegreeMax = 20;
constexpr int64_t kPolesMax = int64_t{1} << 40;

}  // namespace

bool Antiderivative::IsInfiniteEnd(TermId end) const { return IsInfinite(maker_->pool(), end); }

TermId Antiderivative::TermOf(const Linear& linear) {
  return maker_->Add(maker_->Multiply(linear.a, symbol_), linear.b);
}

std::optional<Antiderivative::Linear> Antiderivative::LinearOf(TermId term) {
  const auto coefficients = CoefficientsOf(term, symbol_, maker_);
  if (!coefficients.has_value() || coefficients->size() != 2) return std::nullopt;
  const std::optional<int> sign = SignOf((*coefficients)[1], maker_);
  if (!sign.has_value() || *sign == 0) return std::nullopt;
  return Linear{(*coefficients)[1], (*coefficients)[0]};
}

std::optional<int> Antiderivative::SignAt(const Linear& linear, TermId end) {
  const std::optional<int> slope = SignOf(linear.a, maker_);
  if (!slope.has_value()) return std::nullopt;
  if (IsInfiniteEnd(end)) return *slope * *SignOf(end, maker_);
  return SignOf(maker_->Add(maker_->Multiply(linear.a, end), linear.b), maker_);
}

std::optional<int> Antiderivative::SignInside(const Linear& linear) {
  const std::optional<int> from = SignAt(linear, range_.from);
  const std::optional<int> to = SignAt(linear, range_.to);
  if (!from.has_value() || !to.has_value() || *from * *to < 0) return std::nullopt;
  if (*from == 0 && *to == 0) return std::nullopt;
  open_from_ |= *from == 0;
  open_to_ |= *to == 0;
  return *from != 0 ? *from : *to;
}

bool Antiderivative::HasNoPole(const Linear& angle, const Rational& shift) {
  if (IsInfiniteEnd(range_.from) || IsInfiniteEnd(range_.to)) return false;
  const TermId pi = maker_->pool().Make(TermKind::kPi);
  std::optional<int64_t> floors[2];
  for (const int i : {0, 1}) {
    const TermId end = i == 0 ? range_.from : range_.to;
    const TermId at = maker_->Add(maker_->Multiply(angle.a, end), angle.b);
    const TermId turns = maker_->Add(maker_->Divide(at, pi), maker_->Rational(shift));
    floors[i] = CertainFloor(turns, kPolesMax, maker_);
    // A rational one at the end is told apart from an irrational one near it.
    const std::optional<Rational> exact = maker_->MultipleOf(TermKind::kPi, at);
    if (exact.has_value()) {
      const auto shifted = math::Add(*exact, shift);
      if (!shifted.has_value() || shifted->is_integer()) return false;
      floors[i] = math::Floor(*shifted).Small(kPolesMax);
    }
  }
  return floors[0].has_value() && floors[0] == floors[1];
}

// A wave times cos(x) or sin(x) is half the sum of the waves of sum and difference of the angles.
std::vector<Antiderivative::Wave> Antiderivative::TimesWave(const std::vector<Wave>& waves,
                                                            const Linear& angle, bool cosine) {
  std::vector<Wave> result;
  for (const Wave& wave : waves) {
    for (const int64_t sign : {1, -1}) {
      const TermId factor = Integer(sign);
      const Linear sum = {maker_->Add(wave.angle.a, maker_->Multiply(factor, angle.a)),
                          maker_->Add(wave.angle.b, maker_->Multiply(factor, angle.b))};
      const TermId half = Ratio(1, 2);
      const TermId signed_half = Ratio(sign, 2);
      Wave next = {maker_->Multiply(half, wave.cosine), maker_->Multiply(half, wave.sine), sum};
      if (!cosine) {
        next.cosine = maker_->Negate(maker_->Multiply(signed_half, wave.sine));
        next.sine = maker_->Multiply(signed_half, wave.cosine);
      }
      const auto same = absl::c_find_if(result, [&](const Wave& other) {
        return other.angle.a == sum.a && other.angle.b == sum.b;
      });
      if (same == result.end()) {
        result.push_back(next);
      } else {
        same->cosine = maker_->Add(same->cosine, next.cosine);
        same->sine = maker_->Add(same->sine, next.sine);
      }
    }
  }
  return result;
}

bool Antiderivative::AddExponential(TermId base, TermId exponent, Shape* shape) {
  const auto coefficients = CoefficientsOf(exponent, symbol_, maker_);
  if (!coefficients.has_value() || coefficients->size() > 2) return false;
  TermId factor = Integer(1);
  if (maker_->pool().kind(base) != TermKind::kEuler) {
    if (SignOf(base, maker_) != 1) return false;
    factor = maker_->Function(TermKind::kLn, base);
  }
  TermId* const targets[] = {&shape->exponent.b, &shape->exponent.a};
  for (size_t i = 0; i < coefficients->size(); ++i) {
    *targets[i] = maker_->Add(*targets[i], maker_->Multiply(factor, (*coefficients)[i]));
  }
  return true;
}

bool Antiderivative::AddPower(TermId base, const Rational& exponent, Shape* shape) {
  const TermKind kind = maker_->pool().kind(base);
  const std::optional<int64_t> times = exponent.Small(kDegreeMax);
  const bool natural = times.value_or(-1) >= 0;
  if (natural && (kind == TermKind::kSin || kind == TermKind::kCos)) {
    const auto angle = LinearOf(maker_->pool().arg(base, 0));
    if (!angle.has_value() || *times > kWavePowerMax) return false;
    for (int64_t i = 0; i < *times; ++i) {
      shape->waves = TimesWave(shape->waves, *angle, kind == TermKind::kCos);
      if (shape->waves.size() > kWavesMax) return false;
    }
    return true;
  }
  if (kind == TermKind::kRealRoot) {  // A power, where its argument is positive.
    const TermId inner = maker_->pool().arg(base, 0);
    const auto index = math::Inverse(maker_->pool().rational(maker_->pool().arg(base, 1)));
    const auto linear = LinearOf(inner);
    const auto power = index ? math::Multiply(*index, exponent) : std::nullopt;
    if (!power.has_value() || !linear.has_value() || SignInside(*linear) != 1) return false;
    shape->rest.emplace_back(inner, *power);
    return true;
  }
  const auto coefficients = natural ? CoefficientsOf(base, symbol_, maker_) : std::nullopt;
  if (!coefficients.has_value()) {
    shape->rest.emplace_back(base, exponent);
    return true;
  }
  for (int64_t i = 0; i < *times; ++i) {
    const std::vector<TermId> old = std::move(shape->polynomial);
    if (old.size() + coefficients->size() > kDegreeMax) return false;
    shape->polynomial.assign(old.size() + coefficients->size() - 1, Integer(0));
    for (size_t j = 0; j < old.size() * coefficients->size(); ++j) {
      const size_t left = j / coefficients->size();
      const size_t right = j % coefficients->size();
      TermId& target = shape->polynomial[left + right];
      target = maker_->Add(target, maker_->Multiply(old[left], (*coefficients)[right]));
    }
  }
  return true;
}

std::optional<Antiderivative::Shape> Antiderivative::ShapeOf(const Summand& summand) {
  const Linear nothing = {Integer(0), Integer(0)};
  Shape shape;
  shape.polynomial = {summand.coefficient};
  shape.exponent = nothing;
  shape.waves = {{Integer(1), Integer(0), nothing}};
  for (const auto& [base, exponent] : summand.exponentials) {
    if (!AddExponential(base, exponent, &shape)) return std::nullopt;
  }
  for (const auto& [base, exponent] : summand.powers) {
    if (!AddPower(base, exponent, &shape)) return std::nullopt;
  }
  return shape;
}

// sinh x and cosh x by e^x and e^-x.
TermId Antiderivative::InExponentials(TermId integrand) {
  const TermPool& pool = maker_->pool();
  TermId result = integrand;
  for (const TermId term : TermsBelow(pool, integrand)) {
    const TermKind kind = pool.kind(term);
    if (kind != TermKind::kSinh && kind != TermKind::kCosh) continue;
    const TermId argument = pool.arg(term, 0);
    const TermId up = maker_->Function(TermKind::kExp, argument);
    const TermId down = maker_->Function(TermKind::kExp, maker_->Negate(argument));
    const TermId sign = Integer(kind == TermKind::kCosh ? 1 : -1);
    const TermId sum = maker_->Add(up, maker_->Multiply(sign, down));
    result = Substitute(result, term, maker_->Multiply(Ratio(1, 2), sum), maker_);
  }
  return result;
}

std::optional<TermId> Antiderivative::Of(TermId integrand) {
  if (maker_->pool().traits(integrand).imaginary) return std::nullopt;
  const auto summands = SummandsOf(InExponentials(integrand), symbol_, maker_);
  if (!summands.has_value()) return std::nullopt;
  std::vector<TermId> terms;
  for (const Summand& summand : *summands) {
    const std::optional<TermId> term = OfSummand(summand);
    if (!term.has_value() || maker_->budget().spent()) return std::nullopt;
    terms.push_back(*term);
  }
  return maker_->Add(terms);
}

std::optional<TermId> Antiderivative::OfSummand(const Summand& summand) {
  const TermPool& pool = maker_->pool();
  const TermId coefficient = summand.coefficient;
  const bool is_number = pool.traits(coefficient).constant;
  if (is_number && !SignOf(coefficient, maker_).has_value()) return std::nullopt;  // Not real.
  const std::optional<Shape> shape = ShapeOf(summand);
  if (!shape.has_value()) return std::nullopt;
  if (!shape->rest.empty()) return OfRest(*shape);
  std::vector<TermId> terms;
  for (const Wave& wave : shape->waves) {
    const std::optional<TermId> term = OfWave(*shape, wave);
    if (!term.has_value()) return std::nullopt;
    terms.push_back(*term);
  }
  return maker_->Add(terms);
}

std::optional<TermId> Antiderivative::OfPolynomial(const std::vector<TermId>& polynomial) {
  std::vector<TermId> terms;
  for (size_t k = 0; k < polynomial.size(); ++k) {
    const auto next = static_cast<int64_t>(k) + 1;
    const TermId power = maker_->Power(symbol_, Integer(next));
    terms.push_back(maker_->Multiply({polynomial[k], Ratio(1, next), power}));
  }
  return maker_->Add(terms);
}

// Of p(x) e^(ax+b) (A cos(wx+f) + B sin(wx+f)): by parts, with the antiderivatives of all but p.
std::optional<TermId> Antiderivative::OfWave(const Shape& shape, const Wave& wave) {
  const TermId zero = Integer(0);
  if (wave.cosine == zero && wave.sine == zero) return zero;
  const TermId a = shape.exponent.a;
  const TermId w = wave.angle.a;
  const TermId angle = TermOf(wave.angle);
  const TermId exponential = maker_->Function(TermKind::kExp, TermOf(shape.exponent));
  const TermId cosine = maker_->Function(TermKind::kCos, angle);
  const TermId sine = maker_->Function(TermKind::kSin, angle);
  const auto value = [&](TermId of_cosine, TermId of_sine) {
    return maker_->Add(maker_->Multiply(of_cosine, cosine), maker_->Multiply(of_sine, sine));
  };
  if (a == zero && w == zero) {
    const std::optional<TermId> integral = OfPolynomial(shape.polynomial);
    return maker_->Multiply({exponential, value(wave.cosine, wave.sine), *integral});
  }
  const std::optional<int> a_sign = SignOf(a, maker_);
  const std::optional<int> w_sign = SignOf(w, maker_);
  const bool known = a_sign.has_value() && w_sign.has_value();
  if (!known || (*a_sign == 0 && *w_sign == 0)) return std::nullopt;
  const TermId two = Integer(2);
  const TermId size = maker_->Add(maker_->Power(a, two), maker_->Power(w, two));
  std::vector<TermId> polynomial = shape.polynomial;
  TermId of_cosine = wave.cosine;
  TermId of_sine = wave.sine;
  std::vector<TermId> terms;
  for (int64_t sign = 1; !polynomial.empty(); sign = -sign) {
    const TermId next = maker_->Divide(
        maker_->Subtract(maker_->Multiply(a, of_cosine), maker_->Multiply(w, of_sine)), size);
    of_sine = maker_->Divide(
        maker_->Add(maker_->Multiply(w, of_cosine), maker_->Multiply(a, of_sine)), size);
    of_cosine = next;
    std::vector<TermId> powers;
    for (size_t k = 0; k < polynomial.size(); ++k) {
      const TermId power = maker_->Power(symbol_, Integer(static_cast<int64_t>(k)));
      powers.push_back(maker_->Multiply(polynomial[k], power));
    }
    const TermId factor = maker_->Multiply(Integer(sign), maker_->Add(powers));
    terms.push_back(maker_->Multiply({factor, exponential, value(of_cosine, of_sine)}));
    polynomial.erase(polynomial.begin());
    for (size_t k = 0; k < polynomial.size(); ++k) {
      polynomial[k] = maker_->Multiply(Integer(static_cast<int64_t>(k) + 1), polynomial[k]);
    }
  }
  return maker_->Add(terms);
}

std::optional<TermId> Antiderivative::OfRest(const Shape& shape) {
  const bool plain = shape.waves.size() == 1 && shape.waves[0].angle.a == Integer(0) &&
                     shape.exponent.a == Integer(0);
  if (!plain) return std::nullopt;
  // Without exponentials and waves nothing is left of them but factors.
  const TermId constant =
      maker_->Multiply(maker_->Function(TermKind::kExp, shape.exponent.b), shape.waves[0].cosine);
  std::optional<TermId> result;
  std::optional<Linear> linear;
  Rational power;
  int64_t logs = 0;
  bool all_linear = true;
  for (const auto& [base, exponent] : shape.rest) {
    const bool is_log = maker_->pool().kind(base) == TermKind::kLn;
    const auto inner = LinearOf(is_log ? maker_->pool().arg(base, 0) : base);
    const bool same = inner && (!linear || (linear->a == inner->a && linear->b == inner->b));
    const int64_t times = is_log ? exponent.Small(kWavePowerMax).value_or(-1) : 0;
    const auto sum = math::Add(power, is_log ? Rational(0) : exponent);
    all_linear &= same && times >= 0 && sum.has_value();
    linear = inner;
    logs += times;
    power = sum.value_or(Rational(0));
  }
  if (all_linear) {
    result = OfLinear(shape.polynomial, *linear, power, logs);
  } else {
    result = OfRational(shape);
  }
  if (!result.has_value()) result = OfFunction(shape);
  if (!result.has_value()) return std::nullopt;
  return maker_->Multiply(constant, *result);
}

// (p + q x) arctan(u) of u = ax + b: the integral of arctan(u) by u is u arctan(u) - ln(1 + u^2)/2,
// that of u arctan(u) is ((u^2 + 1) arctan(u) - u)/2.
std::optional<TermId> Antiderivative::OfArctangent(const std::vector<TermId>& polynomial,
                                                   const Linear& argument) {
  if (polynomial.size() > 2) return std::nullopt;
  const TermId u = TermOf(argument);
  const TermId arctangent = maker_->Function(TermKind::kArctan, u);
  const TermId size = maker_->Add(maker_->Power(u, Integer(2)), Integer(1));
  const TermId slope = maker_->Power(argument.a, Integer(-1));
  const TermId half_ln = maker_->Multiply(Ratio(1, 2), maker_->Function(TermKind::kLn, size));
  const TermId even = maker_->Subtract(maker_->Multiply(u, arctangent), half_ln);
  TermId result = maker_->Multiply(polynomial[0], even);
  if (polynomial.size() == 2) {
    const TermId odd = maker_->Subtract(maker_->Multiply(size, arctangent), u);
    const TermId x =
        maker_->Subtract(maker_->Multiply(Ratio(1, 2), odd), maker_->Multiply(argument.b, even));
    result = maker_->Add(result, maker_->Multiply({polynomial[1], slope, x}));
  }
  return maker_->Multiply(slope, result);
}

// A root of a quadratic polynomial, or a trigonometric function that has poles.
std::optional<TermId> Antiderivative::OfFunction(const Shape& shape) {
  if (shape.rest.size() != 1) return std::nullopt;
  const auto& [base, exponent] = shape.rest[0];
  const TermKind kind = maker_->pool().kind(base);
  if (exponent == Rational(1, 2) || exponent == Rational(-1, 2)) {
    return OfSquareRoot(shape.polynomial, base, exponent.sign() < 0);
  }
  const int64_t power = exponent.Small(2).value_or(0);
  const auto angle =
      maker_->pool().args(base).size() == 1 ? LinearOf(maker_->pool().arg(base, 0)) : std::nullopt;
  if (angle.has_value() && kind == TermKind::kArctan && power == 1) {
    return OfArctangent(shape.polynomial, *angle);
  }
  if (!angle.has_value() || shape.polynomial.size() != 1) return std::nullopt;
  const TermId x = TermOf(*angle);
  const TermId scale = maker_->Divide(shape.polynomial[0], angle->a);
  const bool of_sine = kind == TermKind::kSin;
  if (!HasNoPole(*angle, of_sine ? Rational(0) : Rational(1, 2))) return std::nullopt;
  const TermId tangent = maker_->Function(TermKind::kTan, x);
  if (kind == TermKind::kTan && power == 1) {
    const TermId cosine = maker_->Function(TermKind::kAbs, maker_->Function(TermKind::kCos, x));
    return maker_->Negate(maker_->Multiply(scale, maker_->Function(TermKind::kLn, cosine)));
  }
  if (kind == TermKind::kTan && power == 2) {
    return maker_->Multiply(scale, maker_->Subtract(tangent, x));
  }
  if (kind == TermKind::kCos && power == -2) return maker_->Multiply(scale, tangent);
  if (of_sine && power == -2) {
    const TermId cotangent =
        maker_->Divide(maker_->Function(TermKind::kCos, x), maker_->Function(TermKind::kSin, x));
    return maker_->Negate(maker_->Multiply(scale, cotangent));
  }
  return std::nullopt;
}

}  // namespace whet::math
