#include "tests/rewards/math/formula.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

namespace whet::math {
namespace {

using Real = long double;
using Complex = std::complex<Real>;

constexpr Real kEpsilon = 4 * std::numeric_limits<Real>::epsilon();
constexpr Real kPi = 3.14159265358979323846264338327950288L;
constexpr Real kSizeMax = 1e40L;
constexpr Real kClear = 1000;  // So many times its error is a value that is plainly not zero.
constexpr Real kSineArgumentMax = 1e6L;
constexpr Real kExponentMax = 90;
constexpr char kLetters[] = "antxyz";
constexpr Real kPoints[kPointCount][6] = {
    {0.3141L, 0.8317L, 0.5629L, 0.1753L, 0.6911L, 0.4327L},
    {0.9127L, 0.2413L, 0.3739L, 0.7793L, 0.1319L, 0.6043L},
    {2.7713L, 1.4159L, 3.3391L, 4.1201L, 1.9273L, 2.2369L},
    {1.2347L, 4.6663L, 2.5117L, 1.8191L, 3.7639L, 4.3411L},
    {17.391L, 9.2777L, 31.127L, 6.7931L, 23.719L, 12.553L},
    {7.4873L, 41.311L, 11.939L, 28.657L, 5.8679L, 19.081L},
};

// Refuses what is too large, and what is lost in its error.
std::optional<Approximation> Checked(Complex value, Real error) {
  const Real size = std::abs(value);
  error += kEpsilon * size;
  if (!(size < kSizeMax) || !(error < 1e-6L * (1 + size))) return std::nullopt;
  return Approximation{value, error};
}

bool PlainlyNotZero(const Approximation& a) {
  return std::abs(a.value) > kClear * a.error && std::abs(a.value) > 1e-9L;
}

bool PlainlyPositive(const Approximation& a) {
  return std::abs(a.value.imag()) <= a.error && a.value.real() > kClear * a.error &&
         a.value.real() > 1e-9L;
}

std::optional<Approximation> Product(const Approximation& a, const Approximation& b) {
  const Real error = std::abs(a.value) * b.error + std::abs(b.value) * a.error + a.error * b.error;
  return Checked(a.value * b.value, error);
}

std::optional<Approximation> Quotient(const Approximation& a, const Approximation& b) {
  if (!PlainlyNotZero(b)) return std::nullopt;
  const Complex value = a.value / b.value;
  return Checked(value, 2 * (a.error + std::abs(value) * b.error) / std::abs(b.value));
}

std::optional<Approximation> IntegerPower(const Approximation& base, int64_t exponent) {
  std::optional<Approximation> power = Approximation{1, 0};
  for (int64_t i = 0; i < std::abs(exponent) && power.has_value(); ++i) {
    power = Product(*power, base);
  }
  if (!power.has_value() || exponent > 0) return power;
  if (!PlainlyNotZero(base)) return std::nullopt;
  return Quotient({1, 0}, *power);
}

// A power of what is positive.
std::optional<Approximation> RealPower(const Approximation& base, Real exponent) {
  if (!PlainlyPositive(base)) return std::nullopt;
  const Real value = std::pow(base.value.real(), exponent);
  const Real error = std::abs(exponent) * value * 2 * base.error / base.value.real();
  return Checked(value, error + 64 * kEpsilon * value);
}

std::optional<Approximation> PowerOf(const Approximation& base, const Approximation& exponent) {
  const Real size = exponent.value.real();
  if (exponent.value.imag() != 0 || std::abs(size) > kExponentMax) return std::nullopt;
  if (exponent.error < 1e-15L && std::abs(size - std::round(size)) < 1e-15L) {
    return IntegerPower(base, std::lround(size));
  }
  std::optional<Approximation> power = RealPower(base, size);
  if (!power.has_value()) return std::nullopt;
  const Real logarithm = std::abs(std::log(base.value.real()));
  return Checked(power->value, power->error + std::abs(power->value) * logarithm * exponent.error);
}

std::optional<Approximation> SineOf(const Approximation& a, bool cosine) {
  if (std::abs(a.value) > kSineArgumentMax || std::abs(a.value.imag()) > 20) return std::nullopt;
  const Real slope = std::cosh(a.value.imag());
  const Complex value = cosine ? std::cos(a.value) : std::sin(a.value);
  return Checked(value, 2 * slope * (a.error + kEpsilon));
}

std::optional<Approximation> ExponentialOf(const Approximation& a) {
  if (std::abs(a.value) > kExponentMax) return std::nullopt;
  const Complex value = std::exp(a.value);
  return Checked(value, 2 * std::abs(value) * (a.error + kEpsilon * std::abs(a.value)));
}

// What is an integer from 0 to 20, but for errors.
std::optional<Real> CountOf(const Approximation& a) {
  const Real count = std::round(a.value.real());
  if (count < 0 || count > 20 || std::abs(a.value - count) > 1e-9L) return std::nullopt;
  return count;
}

std::optional<Approximation> BinomialOf(const Approximation& n, const Approximation& k) {
  const std::optional<Real> count = CountOf(n);
  const std::optional<Real> chosen = CountOf(k);
  if (!count.has_value() || !chosen.has_value()) return std::nullopt;
  Real value = 1;
  for (Real i = 0; i < *chosen; i += 1) value = value * (*count - i) / (i + 1);
  return Checked(std::round(value), 0);
}

std::optional<Approximation> FunctionOf(FormulaKind kind, const Approximation& a) {
  switch (kind) {
    case FormulaKind::kNegate:
      return Approximation{-a.value, a.error};
    case FormulaKind::kSin:
    case FormulaKind::kCos:
      return SineOf(a, kind == FormulaKind::kCos);
    case FormulaKind::kTan: {
      const auto sine = SineOf(a, false);
      const auto cosine = SineOf(a, true);
      return sine.has_value() && cosine.has_value() ? Quotient(*sine, *cosine) : std::nullopt;
    }
    case FormulaKind::kExp:
      return ExponentialOf(a);
    case FormulaKind::kLn:
      if (!PlainlyPositive(a)) return std::nullopt;
      return Checked(std::log(a.value.real()), 2 * a.error / a.value.real() + kEpsilon);
    case FormulaKind::kAbs:
      return Checked(std::abs(a.value), 2 * a.error);
    default: {  // kFactorial
      const auto n = CountOf(a);
      return n.has_value() ? Checked(std::round(std::tgamma(*n + 1)), 0) : std::nullopt;
    }
  }
}

std::optional<Approximation> Fold(FormulaKind kind, const std::vector<Approximation>& args) {
  std::optional<Approximation> result = args[0];
  for (size_t i = 1; i < args.size() && result.has_value(); ++i) {
    result = kind == FormulaKind::kMultiply
                 ? Product(*result, args[i])
                 : Checked(result->value + args[i].value, result->error + args[i].error);
  }
  return result;
}

std::optional<Approximation> ApplyAll(const FormulaNode& node,
                                      const std::vector<Approximation>& args) {
  switch (node.kind) {
    case FormulaKind::kAdd:
    case FormulaKind::kMultiply:
      return Fold(node.kind, args);
    case FormulaKind::kDivide:
      return Quotient(args[0], args[1]);
    case FormulaKind::kPower:
      return PowerOf(args[0], args[1]);
    case FormulaKind::kRoot:
      return RealPower(args[0], 1 / static_cast<Real>(node.value));
    case FormulaKind::kBinomial:
      return BinomialOf(args[0], args[1]);
    default:
      return FunctionOf(node.kind, args[0]);
  }
}

std::optional<Approximation> Leaf(const FormulaNode& node, int point) {
  switch (node.kind) {
    case FormulaKind::kInteger:
      return Approximation{static_cast<Real>(node.value), 0};
    case FormulaKind::kPi:
      return Approximation{kPi, kEpsilon};
    case FormulaKind::kEuler:
      return Approximation{std::exp(Real{1}), kEpsilon};
    case FormulaKind::kImaginary:
      return Approximation{Complex(0, 1), 0};
    default: {
      const std::string letters = kLetters;
      return Approximation{kPoints[point][letters.find(static_cast<char>(node.value))], 0};
    }
  }
}

}  // namespace

Formula Make(FormulaKind kind, std::vector<Formula> args, int64_t value) {
  return std::make_shared<const FormulaNode>(FormulaNode{kind, value, std::move(args)});
}

Formula Integer(int64_t value) {
  if (value < 0) return Negate(Integer(-value));
  return Make(FormulaKind::kInteger, {}, value);
}

Formula Symbol(char letter) { return Make(FormulaKind::kSymbol, {}, letter); }

Formula Fraction(int64_t numerator, int64_t denominator) {
  if (numerator < 0) return Negate(Fraction(-numerator, denominator));
  return Divide(Integer(numerator), Integer(denominator));
}

Formula Add(Formula a, Formula b) { return Make(FormulaKind::kAdd, {std::move(a), std::move(b)}); }

Formula Subtract(Formula a, Formula b) { return Add(std::move(a), Negate(std::move(b))); }

Formula Multiply(Formula a, Formula b) {
  return Make(FormulaKind::kMultiply, {std::move(a), std::move(b)});
}

Formula Divide(Formula a, Formula b) {
  return Make(FormulaKind::kDivide, {std::move(a), std::move(b)});
}

Formula Power(Formula base, Formula exponent) {
  return Make(FormulaKind::kPower, {std::move(base), std::move(exponent)});
}

Formula Negate(Formula a) { return Make(FormulaKind::kNegate, {std::move(a)}); }

bool IsInteger(const Formula& formula, int64_t value) {
  return formula->kind == FormulaKind::kInteger && formula->value == value;
}

int64_t IntegerExponent(const Formula& formula) {
  if (formula->kind != FormulaKind::kPower) return 0;
  const Formula& exponent = formula->args[1];
  if (exponent->kind == FormulaKind::kInteger) return exponent->value;
  const bool negative =
      exponent->kind == FormulaKind::kNegate && exponent->args[0]->kind == FormulaKind::kInteger;
  return negative ? -exponent->args[0]->value : 0;
}

bool SameFormula(const Formula& a, const Formula& b) {
  if (a == b) return true;
  return a->kind == b->kind && a->value == b->value &&
         std::equal(a->args.begin(), a->args.end(), b->args.begin(), b->args.end(), SameFormula);
}

int SizeOf(const Formula& formula) {
  int size = 1;
  for (const Formula& arg : formula->args) size += SizeOf(arg);
  return size;
}

bool HasSymbol(const Formula& formula) {
  return formula->kind == FormulaKind::kSymbol ||
         std::any_of(formula->args.begin(), formula->args.end(), HasSymbol);
}

bool IsArithmetic(const Formula& formula) {
  switch (formula->kind) {
    case FormulaKind::kInteger:
    case FormulaKind::kSymbol:
    case FormulaKind::kAdd:
    case FormulaKind::kMultiply:
    case FormulaKind::kDivide:
    case FormulaKind::kNegate:
    case FormulaKind::kFactorial:
    case FormulaKind::kBinomial:
      return std::all_of(formula->args.begin(), formula->args.end(), IsArithmetic);
    case FormulaKind::kPower:
      return IntegerExponent(formula) != 0 && IsArithmetic(formula->args[0]);
    default:
      return false;
  }
}

Formula Replace(const Formula& formula, const Formula& from, const Formula& to) {
  if (formula == from) return to;
  std::vector<Formula> args = formula->args;
  for (Formula& arg : args) arg = Replace(arg, from, to);
  return args == formula->args ? formula : Make(formula->kind, std::move(args), formula->value);
}

std::vector<Formula> PartsOf(const Formula& formula) {
  std::vector<Formula> parts = {formula};
  for (const Formula& arg : formula->args) {
    const std::vector<Formula> below = PartsOf(arg);
    parts.insert(parts.end(), below.begin(), below.end());
  }
  return parts;
}

std::optional<Approximation> Evaluate(const Formula& formula, int point) {
  if (formula->args.empty()) return Leaf(*formula, point);
  std::vector<Approximation> args;
  for (const Formula& arg : formula->args) {
    const std::optional<Approximation> value = Evaluate(arg, point);
    if (!value.has_value()) return std::nullopt;
    args.push_back(*value);
  }
  return ApplyAll(*formula, args);
}

bool HasValues(const Formula& formula) {
  for (int point = 0; point < kPointCount; ++point) {
    if (!Evaluate(formula, point).has_value()) return false;
  }
  return true;
}

bool LookEqual(const Formula& a, const Formula& b) {
  return HasValues(a) && HasValues(b) && !ClearlyDiffer(a, b);
}

bool ClearlyDiffer(const Formula& a, const Formula& b) {
  for (int point = 0; point < kPointCount; ++point) {
    const std::optional<Approximation> left = Evaluate(a, point);
    const std::optional<Approximation> right = Evaluate(b, point);
    if (!left.has_value() || !right.has_value()) continue;
    const Real distance = std::abs(left->value - right->value);
    if (distance > kClear * (left->error + right->error)) return true;
  }
  return false;
}

}  // namespace whet::math
