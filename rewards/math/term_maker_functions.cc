// Functions of terms: what is known of them exactly.
#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "absl/algorithm/container.h"
#include "rewards/math/term_maker.h"

namespace whet::math {
namespace {

// Of arguments beyond it gamma functions stay as they are.
constexpr int64_t kFactorialArgumentMax = 6000;
// Binomials and falling factorials of symbols are written out up to so many factors.
constexpr int64_t kSymbolicFactorsMax = 20;
// log_4 8 is 3/2: of rational logarithms the denominators that are tried.
constexpr int64_t kLogarithmDenominatorMax = 8;

}  // namespace

// sin(0), sin(pi/6), sin(pi/2) and those that follow: the only rational values at rational
// multiples of pi (Niven, "Irrational Numbers", 1956, corollary 3.12).
std::optional<TermId> TermMaker::SineOf(const math::Rational& turns_of_pi) {
  const std::optional<math::Rational> sixths = math::Multiply(turns_of_pi, math::Rational(6));
  if (!sixths.has_value() || !sixths->is_integer()) return std::nullopt;
  constexpr int kTwiceSine[12] = {0, 1, 9, 2, 9, 1, 0, -1, 9, -2, 9, -1};  // 9: irrational.
  const int twice = kTwiceSine[fmpz_fdiv_ui(sixths->numerator(), 12)];
  if (twice == 9) return std::nullopt;
  return Rational(math::Rational(twice, 2));
}

std::optional<TermId> TermMaker::KnownValue(TermKind kind, TermId argument) {
  const std::optional<math::Rational> turns = MultipleOf(TermKind::kPi, argument);
  const auto cosine_turns = turns ? math::Add(*turns, math::Rational(1, 2)) : std::nullopt;
  switch (kind) {
    case TermKind::kSin:
      return turns ? SineOf(*turns) : std::nullopt;
    case TermKind::kCos:
      return cosine_turns ? SineOf(*cosine_turns) : std::nullopt;
    case TermKind::kTan: {
      if (!turns.has_value() || !cosine_turns.has_value()) return std::nullopt;
      const std::optional<TermId> cosine = SineOf(*cosine_turns);
      if (cosine == Integer(0)) return Undefined();
      const std::optional<TermId> sine = SineOf(*turns);
      if (!sine.has_value() || !cosine.has_value()) return std::nullopt;
      return Divide(*sine, *cosine);
    }
    case TermKind::kExp:
      if (argument == Integer(0)) return Integer(1);
      if (argument == Integer(1)) return pool_->Make(TermKind::kEuler);
      return std::nullopt;
    case TermKind::kLn:
      if (argument == Integer(0)) return Undefined();
      if (argument == Integer(1)) return Integer(0);
      if (pool_->kind(argument) == TermKind::kEuler) return Integer(1);
      return std::nullopt;
    case TermKind::kArcsin:
    case TermKind::kArctan:
    case TermKind::kSinh:
    case TermKind::kTanh:
    case TermKind::kArsinh:
    case TermKind::kArtanh:
      return argument == Integer(0) ? std::optional(argument) : std::nullopt;
    case TermKind::kCosh:
      return argument == Integer(0) ? std::optional(Integer(1)) : std::nullopt;
    case TermKind::kArccos:
    case TermKind::kArcosh:
      return argument == Integer(1) ? std::optional(Integer(0)) : std::nullopt;
    default:
      return std::nullopt;
  }
}

TermId TermMaker::Function(TermKind kind, TermId argument) {
  if (!budget_->Spend(3) || AnyUndefined({argument})) return Undefined();
  const TermKind inner = pool_->kind(argument);
  const bool infinite = inner == TermKind::kInfinity || inner == TermKind::kMinusInfinity;
  if (infinite) return kind == TermKind::kAbs ? pool_->Make(TermKind::kInfinity) : Undefined();
  if (const std::optional<TermId> known = KnownValue(kind, argument)) return *known;
  if (kind == TermKind::kGamma) return Gamma(argument);
  if (const math::Rational* value = AsRational(argument)) {
    const int sign = value->sign();
    if (kind == TermKind::kAbs) return sign < 0 ? Negate(argument) : argument;
    if (kind == TermKind::kSgn) return Integer(sign);
    if (kind == TermKind::kRe || kind == TermKind::kConjugate) return argument;
    if (kind == TermKind::kIm) return Integer(0);
  }
  return pool_->Make(kind, {argument});
}

TermId TermMaker::Gamma(TermId argument) {
  if (const math::Rational* value = AsRational(argument); value && value->is_integer()) {
    if (value->sign() <= 0) return Undefined();
    const std::optional<int64_t> n = value->Small(kFactorialArgumentMax);
    const std::optional<math::Rational> factorial = n ? math::Factorial(*n - 1) : std::nullopt;
    if (factorial.has_value()) return Rational(*factorial);
  }
  return pool_->Make(TermKind::kGamma, {argument});
}

// p/q with base^p = a^q, of small p and q.
std::optional<math::Rational> TermMaker::RationalLogarithm(TermId a, TermId base) const {
  const math::Rational* value = AsRational(a);
  const math::Rational* radix = AsRational(base);
  if (value == nullptr || radix == nullptr || value->sign() <= 0 || radix->sign() <= 0) {
    return std::nullopt;
  }
  if (radix->is_one() || value->bits() > 2048 || radix->bits() > 256) return std::nullopt;
  const auto log_of = [](const math::Rational& x) {
    return fmpz_dlog(x.numerator()) - fmpz_dlog(x.denominator());
  };
  const double quotient = log_of(*value) / log_of(*radix);
  for (int64_t q = 1; q <= kLogarithmDenominatorMax; ++q) {
    const double p = std::round(quotient * static_cast<double>(q));
    if (!(std::abs(quotient * static_cast<double>(q) - p) < 1e-6) || std::abs(p) > 2048) continue;
    const math::Rational numerator(static_cast<int64_t>(p));
    const auto left = math::Power(*radix, numerator);
    const auto right = math::Power(*value, math::Rational(q));
    if (left.has_value() && left == right) return math::Multiply(numerator, math::Rational(1, q));
  }
  return std::nullopt;
}

TermId TermMaker::Logarithm(TermId a, TermId base) {
  if (!budget_->Spend(10) || AnyUndefined({a, base})) return Undefined();
  if (const auto exact = RationalLogarithm(a, base)) return Rational(*exact);
  const TermId numerator = Function(TermKind::kLn, a);
  return Divide(numerator, Function(TermKind::kLn, base));
}

TermId TermMaker::Floor(TermId a) {
  if (!budget_->Spend(3) || AnyUndefined({a})) return Undefined();
  if (const math::Rational* value = AsRational(a)) return Rational(math::Floor(*value));
  return pool_->Make(TermKind::kFloor, {a});
}

// (x^k) mod n without x^k.
std::optional<TermId> TermMaker::PowerModulo(TermId a, const math::Rational& n) {
  if (pool_->kind(a) != TermKind::kPower || !n.is_integer() || n.sign() <= 0) return std::nullopt;
  const math::Rational* base = AsRational(pool_->arg(a, 0));
  const math::Rational* exponent = AsRational(pool_->arg(a, 1));
  if (base == nullptr || exponent == nullptr || !base->is_integer()) return std::nullopt;
  if (!exponent->is_integer() || exponent->sign() < 0) return std::nullopt;
  if (n.bits() > 4096 || exponent->bits() > 4096) return std::nullopt;
  const int64_t limbs = n.bits() / 64 + 1;
  if (!budget_->Spend(exponent->bits() * limbs * limbs / 8 + 10)) return std::nullopt;
  math::Rational power;
  fmpz_powm(fmpq_numref(power.get()), base->numerator(), exponent->numerator(), n.numerator());
  return Rational(power);
}

TermId TermMaker::Modulo(TermId a, TermId n) {
  if (!budget_->Spend(3) || AnyUndefined({a, n})) return Undefined();
  if (const math::Rational* modulus = AsRational(n)) {
    const math::Rational copy = *modulus;
    if (copy.is_zero()) return Undefined();
    if (const std::optional<TermId> power = PowerModulo(a, copy)) return *power;
    if (const math::Rational* value = AsRational(a)) {
      if (!budget_->Spend(2 * RationalCost(value->bits() + copy.bits()))) return Undefined();
      const std::optional<math::Rational> remainder = math::Modulo(*value, copy);
      if (remainder.has_value()) return Rational(*remainder);
    }
  }
  return Subtract(a, Multiply(n, Floor(Divide(a, n))));
}

TermId TermMaker::Extreme(TermKind kind, TermId a, TermId b) {
  if (!budget_->Spend(2) || AnyUndefined({a, b})) return Undefined();
  if (a == b) return a;
  const math::Rational* left = AsRational(a);
  const math::Rational* right = AsRational(b);
  if (left != nullptr && right != nullptr) {
    return (*left < *right) == (kind == TermKind::kMin) ? a : b;
  }
  return pool_->Make(kind, {std::min(a, b), std::max(a, b)});
}

TermId TermMaker::Factorial(TermId n) { return Function(TermKind::kGamma, Add(n, Integer(1))); }

TermId TermMaker::DoubleFactorial(TermId n) {
  const std::optional<int64_t> small = AsSmallInteger(n, kFactorialArgumentMax);
  if (small.has_value() && *small < -1) return Undefined();
  const auto value = small ? math::DoubleFactorial(*small) : std::nullopt;
  return value.has_value() ? Rational(*value) : Kernel("double factorial", {n});
}

TermId TermMaker::FallingFactorial(TermId n, TermId k) {
  const std::optional<int64_t> count = AsSmallInteger(k, kFactorialArgumentMax);
  if (count.has_value() && *count >= 0) {
    if (const math::Rational* value = AsRational(n)) {
      if (!budget_->Spend(RationalCost(value->bits()) * *count)) return Undefined();
      const auto falling = math::FallingFactorial(*value, *count);
      if (falling.has_value()) return Rational(*falling);
    } else if (*count <= kSymbolicFactorsMax) {
      std::vector<TermId> factors;
      factors.reserve(*count);
      for (int64_t i = 0; i < *count; ++i) factors.push_back(Subtract(n, Integer(i)));
      return Multiply(factors);
    }
  }
  const TermId rest = Subtract(n, k);
  return Divide(Factorial(n), Factorial(rest));
}

TermId TermMaker::Binomial(TermId n, TermId k) {
  if (const std::optional<int64_t> below = AsSmallInteger(k, kFactorialArgumentMax)) {
    if (*below < 0) return Integer(0);
    if (const math::Rational* value = AsRational(n)) {
      if (!budget_->Spend(RationalCost(value->bits()) * *below)) return Undefined();
      const std::optional<math::Rational> binomial = math::Binomial(*value, *below);
      if (binomial.has_value()) return Rational(*binomial);
    } else if (*below <= kSymbolicFactorsMax) {
      return Divide(FallingFactorial(n, k), Factorial(k));
    }
  }
  const TermId rest = Subtract(n, k);
  return Divide(Factorial(n), Multiply(Factorial(k), Factorial(rest)));
}

// Of rationals: the largest that each is an integer multiple of.
TermId TermMaker::CommonDivisor(absl::Span<const TermId> args) {
  math::Rational divisor;
  for (const TermId arg : args) {
    const math::Rational* value = AsRational(arg);
    if (value == nullptr) return Kernel("gcd", args);
    if (!budget_->Spend(RationalCost(value->bits() + divisor.bits()))) return Undefined();
    fmpq_gcd(divisor.get(), divisor.get(), value->get());
    if (divisor.bits() > kRationalBitsMax) return Kernel("gcd", args);
  }
  return Rational(divisor);
}

// lcm(a/b, c/d) is lcm(a, c) / gcd(b, d) of fractions in lowest terms.
TermId TermMaker::CommonMultiple(absl::Span<const TermId> args) {
  math::Rational multiple(1);
  bool first = true;
  for (const TermId arg : args) {
    const math::Rational* value = AsRational(arg);
    if (value == nullptr) return Kernel("lcm", args);
    if (!budget_->Spend(RationalCost(value->bits() + multiple.bits()))) return Undefined();
    if (first) multiple = *value;
    first = false;
    fmpz_lcm(fmpq_numref(multiple.get()), multiple.numerator(), value->numerator());
    fmpz_gcd(fmpq_denref(multiple.get()), multiple.denominator(), value->denominator());
    if (multiple.bits() > kRationalBitsMax) return Kernel("lcm", args);
  }
  return Rational(multiple);
}

}  // namespace whet::math
