#include "rewards/math/rational.h"

#include <flint/flint.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace whet::math {
namespace {

// Of factorials and their like: 6,000! has 66,000 bits.
constexpr int64_t kFactorialMax = 6000;

std::optional<Rational> Bounded(Rational value) {
  if (value.bits() > kRationalBitsMax) return std::nullopt;
  return value;
}

// The logarithm of the larger of numerator and denominator.
double SizeInBits(const Rational& value) {
  if (value.is_zero()) return 0;
  Rational size;
  fmpz_abs(fmpq_numref(size.get()), value.numerator());
  return std::max(fmpz_dlog(size.numerator()), fmpz_dlog(value.denominator())) / std::log(2.0);
}

std::optional<Rational> ParseDigits(absl::string_view digits, int base) {
  if (digits.empty() || digits.size() > 16384) return std::nullopt;
  Rational value;
  if (fmpz_set_str(fmpq_numref(value.get()), std::string(digits).c_str(), base) != 0) {
    return std::nullopt;
  }
  return Bounded(std::move(value));
}

std::optional<Rational> PowerOfTen(int64_t exponent) {
  return Power(Rational(10), Rational(exponent));
}

// digits * 10^exponent.
std::optional<Rational> Scaled(absl::string_view digits, int64_t exponent) {
  std::optional<Rational> value = ParseDigits(digits, 10);
  if (!value.has_value() || exponent == 0) return value;
  const std::optional<Rational> scale = PowerOfTen(exponent);
  if (!scale.has_value()) return std::nullopt;
  return Multiply(*value, *scale);
}

struct Decimal {
  std::string digits;
  int64_t behind_point = 0;
};

Decimal WithoutPoint(absl::string_view text) {
  const size_t point = text.find('.');
  if (point == absl::string_view::npos) return {std::string(text), 0};
  const absl::string_view behind = text.substr(point + 1);
  return {absl::StrCat(text.substr(0, point), behind), static_cast<int64_t>(behind.size())};
}

}  // namespace

std::optional<int64_t> Rational::Small(int64_t max) const {
  if (!is_integer() || fmpz_cmpabs(numerator(), Rational(max).numerator()) > 0) {
    return std::nullopt;
  }
  return fmpz_get_si(numerator());
}

int64_t Rational::bits() const {
  return static_cast<int64_t>(std::max(fmpz_bits(numerator()), fmpz_bits(denominator())));
}

std::string Rational::ToString() const {
  char* text = fmpq_get_str(nullptr, 10, &value_);
  std::string copy = text;
  flint_free(text);
  return copy;
}

std::optional<Rational> Add(const Rational& a, const Rational& b) {
  Rational sum;
  fmpq_add(sum.get(), a.get(), b.get());
  return Bounded(std::move(sum));
}

std::optional<Rational> Multiply(const Rational& a, const Rational& b) {
  Rational product;
  fmpq_mul(product.get(), a.get(), b.get());
  return Bounded(std::move(product));
}

std::optional<Rational> Inverse(const Rational& a) {
  if (a.is_zero()) return std::nullopt;
  Rational inverse;
  fmpq_inv(inverse.get(), a.get());
  return inverse;
}

std::optional<Rational> Power(const Rational& base, const Rational& integer_exponent) {
  const std::optional<int64_t> exponent = integer_exponent.Small(kRationalBitsMax);
  if (!exponent.has_value()) return std::nullopt;
  if (*exponent < 0 && base.is_zero()) return std::nullopt;
  if (SizeInBits(base) * static_cast<double>(std::abs(*exponent)) > kRationalBitsMax) {
    return std::nullopt;
  }
  Rational power;
  fmpq_pow_si(power.get(), base.get(), *exponent);
  return Bounded(std::move(power));
}

std::optional<Rational> ExactRoot(const Rational& a, int64_t index) {
  if (index <= 0 || (a.sign() < 0 && index % 2 == 0)) return std::nullopt;
  // A number of fewer bits than the index is no power but 0 and 1.
  if (index > a.bits() && index > 1 && !a.is_zero() && a.bits() > 1) return std::nullopt;
  Rational root;
  if (fmpz_root(fmpq_numref(root.get()), a.numerator(), index) == 0) return std::nullopt;
  if (fmpz_root(fmpq_denref(root.get()), a.denominator(), index) == 0) return std::nullopt;
  return root;
}

Rational Floor(const Rational& a) {
  Rational floor;
  fmpz_fdiv_q(fmpq_numref(floor.get()), a.numerator(), a.denominator());
  return floor;
}

std::optional<Rational> RoundedTo(const Rational& a, int decimals) {
  const std::optional<Rational> scale = PowerOfTen(decimals);
  const std::optional<Rational> scaled = scale ? Multiply(a, *scale) : std::nullopt;
  const std::optional<Rational> shifted = scaled ? Add(*scaled, Rational(1, 2)) : std::nullopt;
  if (!shifted.has_value()) return std::nullopt;
  Rational rounded = Floor(*shifted);
  const bool tie = *shifted == rounded;
  if (tie && fmpz_is_odd(rounded.numerator()) != 0) {
    fmpq_sub_si(rounded.get(), rounded.get(), 1);
  }
  return rounded;
}

std::optional<Rational> Modulo(const Rational& a, const Rational& n) {
  const std::optional<Rational> inverse = Inverse(n);
  if (!inverse.has_value()) return std::nullopt;
  const std::optional<Rational> quotient = Multiply(a, *inverse);
  if (!quotient.has_value()) return std::nullopt;
  Rational remainder = Floor(*quotient);
  fmpq_mul(remainder.get(), remainder.get(), n.get());
  fmpq_sub(remainder.get(), a.get(), remainder.get());
  return Bounded(std::move(remainder));
}

std::optional<Rational> Factorial(int64_t n) {
  if (n < 0 || n > kFactorialMax) return std::nullopt;
  Rational factorial;
  fmpz_fac_ui(fmpq_numref(factorial.get()), n);
  return Bounded(std::move(factorial));
}

std::optional<Rational> DoubleFactorial(int64_t n) {
  if (n < -1 || n > kFactorialMax) return std::nullopt;
  Rational product(1);
  for (int64_t factor = n; factor > 1; factor -= 2) {
    fmpz_mul_si(fmpq_numref(product.get()), product.numerator(), factor);
  }
  return Bounded(std::move(product));
}

std::optional<Rational> FallingFactorial(const Rational& n, int64_t k) {
  if (k < 0 || k > kFactorialMax || n.bits() * k > 2 * kRationalBitsMax) return std::nullopt;
  Rational product(1);
  Rational factor = n;
  for (int64_t i = 0; i < k; ++i) {
    fmpq_mul(product.get(), product.get(), factor.get());
    fmpq_sub_si(factor.get(), factor.get(), 1);
  }
  return Bounded(std::move(product));
}

std::optional<Rational> Binomial(const Rational& n, int64_t k) {
  if (k < 0) return Rational(0);
  if (const std::optional<int64_t> small = n.Small(100000); small.has_value() && *small >= 0) {
    if (k > *small) return Rational(0);
    k = std::min(k, *small - k);
  }
  const std::optional<Rational> falling = FallingFactorial(n, k);
  const std::optional<Rational> factorial = Factorial(k);
  if (!falling.has_value() || !factorial.has_value()) return std::nullopt;
  return Multiply(*falling, *Inverse(*factorial));
}

std::optional<Rational> ParseNumeral(absl::string_view text) {
  int64_t exponent = 0;
  if (const size_t e = text.find('e'); e != absl::string_view::npos) {
    if (!absl::SimpleAtoi(text.substr(e + 1), &exponent)) return std::nullopt;
    if (std::abs(exponent) > kRationalBitsMax) return std::nullopt;
    text = text.substr(0, e);
  }
  const Decimal decimal = WithoutPoint(text);
  return Scaled(decimal.digits, exponent - decimal.behind_point);
}

std::optional<Rational> ParseRepeating(absl::string_view text) {
  const size_t open = text.find('(');
  if (open == absl::string_view::npos || text.back() != ')') return std::nullopt;
  const Decimal before = WithoutPoint(text.substr(0, open));
  const absl::string_view period = text.substr(open + 1, text.size() - open - 2);
  // digits + period / (10^size - 1), all shifted behind the point.
  const std::optional<Rational> digits = ParseDigits(before.digits, 10);
  const std::optional<Rational> repeated = ParseDigits(period, 10);
  const std::optional<Rational> size = PowerOfTen(static_cast<int64_t>(period.size()));
  const std::optional<Rational> shift = PowerOfTen(-before.behind_point);
  if (!digits || !repeated || !size || !shift) return std::nullopt;
  const std::optional<Rational> part = Multiply(*repeated, *Inverse(*Add(*size, Rational(-1))));
  const std::optional<Rational> sum = part ? Add(*digits, *part) : std::nullopt;
  return sum ? Multiply(*sum, *shift) : std::nullopt;
}

std::optional<Rational> ParseBased(absl::string_view digits, int64_t base) {
  if (base < 2 || base > 36) return std::nullopt;
  return ParseDigits(digits, static_cast<int>(base));
}

int64_t RationalCost(int64_t bits) {
  const int64_t limbs = bits / 64;
  return 1 + limbs * limbs / 40;  // The greatest common divisor decides.
}

}  // namespace whet::math
