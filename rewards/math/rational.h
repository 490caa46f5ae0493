// Exact rational numbers: FLINT's fmpq as a value, and operations that look at sizes before they
// compute. FLINT ends the process where memory does; nothing here asks it for more than
// kRationalBitsMax bits.
#ifndef WHET_REWARDS_MATH_RATIONAL_H_
#define WHET_REWARDS_MATH_RATIONAL_H_

#include <flint/fmpq.h>
#include <flint/fmpz.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace whet::math {

// Of a numerator or denominator.
constexpr int64_t kRationalBitsMax = 65536;

// Numerator and denominator without a common factor, the denominator positive.
class Rational {
 public:
  Rational() { fmpq_init(&value_); }  // 0.
  explicit Rational(int64_t numerator, uint64_t denominator = 1) {
    fmpq_init(&value_);
    fmpq_set_si(&value_, numerator, denominator);
  }
  Rational(const Rational& other) {
    fmpq_init(&value_);
    fmpq_set(&value_, &other.value_);
  }
  Rational(Rational&& other) noexcept {
    fmpq_init(&value_);
    fmpq_swap(&value_, &other.value_);
  }
  Rational& operator=(const Rational& other) {
    fmpq_set(&value_, &other.value_);
    return *this;
  }
  Rational& operator=(Rational&& other) noexcept {
    fmpq_swap(&value_, &other.value_);
    return *this;
  }
  ~Rational() { fmpq_clear(&value_); }

  // For FLINT's functions.
  const fmpq* get() const { return &value_; }
  fmpq* get() { return &value_; }
  const fmpz* numerator() const { return &value_.num; }
  const fmpz* denominator() const { return &value_.den; }

  int sign() const { return fmpq_sgn(&value_); }
  bool is_zero() const { return fmpq_is_zero(&value_) != 0; }
  bool is_one() const { return fmpq_is_one(&value_) != 0; }
  bool is_integer() const { return fmpz_is_one(&value_.den) != 0; }
  // The value, if it is an integer of at most `max` in size.
  std::optional<int64_t> Small(int64_t max) const;
  // Of the larger of numerator and denominator.
  int64_t bits() const;
  std::string ToString() const;  // "-3/4".

  friend bool operator==(const Rational& a, const Rational& b) {
    return fmpq_equal(&a.value_, &b.value_) != 0;
  }
  friend bool operator<(const Rational& a, const Rational& b) {
    return fmpq_cmp(&a.value_, &b.value_) < 0;
  }

 private:
  fmpq value_;
};

// Each of these is nullopt where the result would be too large, or is not defined.

std::optional<Rational> Add(const Rational& a, const Rational& b);
std::optional<Rational> Multiply(const Rational& a, const Rational& b);
std::optional<Rational> Inverse(const Rational& a);
// 0^0 is 1.
std::optional<Rational> Power(const Rational& base, const Rational& integer_exponent);
// The real `index`-th root, where it is rational; index > 0. Of a negative one for odd indices.
std::optional<Rational> ExactRoot(const Rational& a, int64_t index);
// The largest integer that is not above `a`.
Rational Floor(const Rational& a);
// The integer next to a 10^decimals, of two the even one.
std::optional<Rational> RoundedTo(const Rational& a, int decimals);
// a - n floor(a/n); the sign is that of n.
std::optional<Rational> Modulo(const Rational& a, const Rational& n);

// n!, n!! and "n over k" of small n. For (-1)!! and 0!! it is 1.
std::optional<Rational> Factorial(int64_t n);
std::optional<Rational> DoubleFactorial(int64_t n);
std::optional<Rational> Binomial(const Rational& n, int64_t k);
std::optional<Rational> FallingFactorial(const Rational& n, int64_t k);

// Digits, maybe a point and digits, maybe "e" and an exponent: Numerals of expression.h.
std::optional<Rational> ParseNumeral(absl::string_view text);
// "0.1(6)" is 1/6.
std::optional<Rational> ParseRepeating(absl::string_view text);
// Digits and letters in a base from 2 to 36.
std::optional<Rational> ParseBased(absl::string_view digits, int64_t base);

// What an operation on numbers of so many bits costs, in units of budget.h.
int64_t RationalCost(int64_t bits);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_RATIONAL_H_
