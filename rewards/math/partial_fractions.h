// Rational functions of one symbol over the rationals, and their partial fractions (FLINT).
#ifndef WHET_REWARDS_MATH_PARTIAL_FRACTIONS_H_
#define WHET_REWARDS_MATH_PARTIAL_FRACTIONS_H_

#include <flint/fmpq_poly.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "rewards/math/term_maker.h"

namespace whet::math {

// FLINT's fmpq_poly as a value.
class Polynomial {
 public:
  Polynomial() { fmpq_poly_init(value_); }
  explicit Polynomial(const Rational& constant) {
    fmpq_poly_init(value_);
    fmpq_poly_set_fmpq(value_, constant.get());
  }
  Polynomial(const Polynomial& other) {
    fmpq_poly_init(value_);
    fmpq_poly_set(value_, other.value_);
  }
  Polynomial& operator=(const Polynomial& other) {
    fmpq_poly_set(value_, other.value_);
    return *this;
  }
  ~Polynomial() { fmpq_poly_clear(value_); }

  fmpq_poly_struct* get() { return value_; }
  const fmpq_poly_struct* get() const { return value_; }

  bool is_zero() const { return fmpq_poly_is_zero(value_) != 0; }
  int64_t degree() const { return fmpq_poly_degree(value_); }  // -1 of zero.
  Rational coefficient(int64_t power) const;
  Rational At(const Rational& x) const;

 private:
  fmpq_poly_t value_;
};

// Not in lowest terms: the roots of the denominator are where what it was made of has no value.
struct Fraction {
  Polynomial numerator{Rational(0)};
  Polynomial denominator{Rational(1)};
};

// nullopt if the term is no rational function with rational coefficients of that symbol alone, or
// is large.
std::optional<Fraction> FractionOf(TermId term, TermId symbol, TermMaker* maker);
// Both are nullopt where it becomes large.
std::optional<Fraction> Add(const Fraction& a, const Fraction& b);
std::optional<Fraction> Multiply(const Fraction& a, const Fraction& b);
std::optional<Fraction> Power(const Fraction& a, int64_t exponent);

// numerator / factor^power; the factor is monic and irreducible, and of larger degree.
struct PartialFraction {
  Polynomial numerator;
  Polynomial factor;
  int64_t power;
};

struct PartialFractions {
  Polynomial whole;
  // Those that are not zero.
  std::vector<PartialFraction> parts;
  // The factors of the denominator, each once.
  std::vector<Polynomial> factors;
};

std::optional<PartialFractions> PartialFractionsOf(const Fraction& fraction, Budget* budget);

// The monic factors of a polynomial that is not zero, with how often they are in it.
std::vector<std::pair<Polynomial, int64_t>> FactorsOf(const Polynomial& polynomial);

// The coefficients of a polynomial in `symbol`, from the constant one, the last not the rational
// zero; they may hold other symbols. nullopt if it is none, or of large degree.
std::optional<std::vector<TermId>> CoefficientsOf(TermId term, TermId symbol, TermMaker* maker);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_PARTIAL_FRACTIONS_H_
