#include "rewards/math/partial_fractions.h"

#include <flint/fmpz_poly.h>
#include <flint/fmpz_poly_factor.h>

#include <optional>
#include <utility>

#include "rewards/math/certain.h"

namespace whet::math {
namespace {

constexpr int64_t kDegreeMax = 12;
constexpr int64_t kBitsMax = 256;
constexpr int64_t kFactorCost = 10000;

bool IsSmall(const Polynomial& polynomial) {
  if (polynomial.degree() > kDegreeMax) return false;
  for (int64_t i = 0; i <= polynomial.degree(); ++i) {
    if (polynomial.coefficient(i).bits() > kBitsMax) return false;
  }
  return true;
}

std::optional<Fraction> IfSmall(Fraction fraction) {
  const bool small = IsSmall(fraction.numerator) && IsSmall(fraction.denominator);
  if (!small || fraction.denominator.is_zero()) return std::nullopt;
  return fraction;
}

std::vector<TermId> ArgsOf(const TermPool& pool, TermId term) {
  return {pool.args(term).begin(), pool.args(term).end()};
}

std::vector<TermId> Product(const std::vector<TermId>& a, const std::vector<TermId>& b,
                            TermMaker* maker) {
  std::vector<TermId> product(a.empty() || b.empty() ? 0 : a.size() + b.size() - 1,
                              maker->Integer(0));
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size(); ++j) {
      product[i + j] = maker->Add(product[i + j], maker->Multiply(a[i], b[j]));
    }
  }
  return product;
}

void Trim(std::vector<TermId>* coefficients, TermMaker* maker) {
  while (!coefficients->empty() && coefficients->back() == maker->Integer(0)) {
    coefficients->pop_back();
  }
}

}  // namespace

Rational Polynomial::coefficient(int64_t power) const {
  Rational value;
  fmpq_poly_get_coeff_fmpq(value.get(), value_, power);
  return value;
}

Rational Polynomial::At(const Rational& x) const {
  Rational value;
  fmpq_poly_evaluate_fmpq(value.get(), value_, x.get());
  return value;
}

std::optional<Fraction> Multiply(const Fraction& a, const Fraction& b) {
  Fraction product;
  fmpq_poly_mul(product.numerator.get(), a.numerator.get(), b.numerator.get());
  fmpq_poly_mul(product.denominator.get(), a.denominator.get(), b.denominator.get());
  return IfSmall(std::move(product));
}

std::optional<Fraction> Add(const Fraction& a, const Fraction& b) {
  Fraction sum;
  Polynomial other;
  fmpq_poly_mul(sum.numerator.get(), a.numerator.get(), b.denominator.get());
  fmpq_poly_mul(other.get(), b.numerator.get(), a.denominator.get());
  fmpq_poly_add(sum.numerator.get(), sum.numerator.get(), other.get());
  fmpq_poly_mul(sum.denominator.get(), a.denominator.get(), b.denominator.get());
  return IfSmall(std::move(sum));
}

std::optional<Fraction> Power(const Fraction& a, int64_t exponent) {
  if (exponent < -kDegreeMax || exponent > kDegreeMax) return std::nullopt;
  const Fraction factor = exponent < 0 ? Fraction{a.denominator, a.numerator} : a;
  std::optional<Fraction> result = Fraction{Polynomial(Rational(1)), Polynomial(Rational(1))};
  for (int64_t i = 0; result.has_value() && i < std::abs(exponent); ++i) {
    result = Multiply(*result, factor);
  }
  return result;
}

std::optional<Fraction> FractionOf(TermId term, TermId symbol, TermMaker* maker) {
  const TermPool& pool = maker->pool();
  if (!maker->budget().Spend(20)) return std::nullopt;
  if (term == symbol) {
    Fraction identity;
    fmpq_poly_set_coeff_si(identity.numerator.get(), 1, 1);
    return identity;
  }
  if (pool.is_rational(term)) {
    return IfSmall({Polynomial(pool.rational(term)), Polynomial(Rational(1))});
  }
  const std::vector<TermId> args = ArgsOf(pool, term);
  const TermKind kind = pool.kind(term);
  if (kind == TermKind::kPower) {
    const std::optional<int64_t> exponent = maker->AsSmallInteger(args[1], kDegreeMax);
    const auto base = exponent ? FractionOf(args[0], symbol, maker) : std::nullopt;
    return base.has_value() ? Power(*base, *exponent) : std::nullopt;
  }
  if (kind != TermKind::kAdd && kind != TermKind::kMultiply) return std::nullopt;
  std::optional<Fraction> result = FractionOf(args[0], symbol, maker);
  for (size_t i = 1; result.has_value() && i < args.size(); ++i) {
    const std::optional<Fraction> next = FractionOf(args[i], symbol, maker);
    if (!next.has_value()) return std::nullopt;
    result = kind == TermKind::kAdd ? Add(*result, *next) : Multiply(*result, *next);
  }
  return result;
}

std::vector<std::pair<Polynomial, int64_t>> FactorsOf(const Polynomial& polynomial) {
  std::vector<std::pair<Polynomial, int64_t>> factors;
  fmpz_poly_t numerator;
  fmpz_poly_init(numerator);
  fmpq_poly_get_numerator(numerator, polynomial.get());
  fmpz_poly_factor_t found;
  fmpz_poly_factor_init(found);
  fmpz_poly_factor(found, numerator);
  for (slong i = 0; i < found->num; ++i) {
    Polynomial factor;
    fmpq_poly_set_fmpz_poly(factor.get(), found->p + i);
    fmpq_poly_make_monic(factor.get(), factor.get());
    factors.emplace_back(factor, found->exp[i]);
  }
  fmpz_poly_factor_clear(found);
  fmpz_poly_clear(numerator);
  return factors;
}

namespace {

// The parts over powers of one factor: those of remainder / factor^multiplicity, which is N times
// the inverse of the other factors.
void AddParts(const Polynomial& numerator, const Polynomial& denominator, const Polynomial& factor,
              int64_t multiplicity, std::vector<PartialFraction>* parts) {
  Polynomial power;
  fmpq_poly_pow(power.get(), factor.get(), static_cast<ulong>(multiplicity));
  Polynomial others;
  Polynomial rest;
  fmpq_poly_divrem(others.get(), rest.get(), denominator.get(), power.get());
  Polynomial one;
  Polynomial inverse;
  Polynomial unused;
  fmpq_poly_xgcd(one.get(), inverse.get(), unused.get(), others.get(), power.get());
  Polynomial remainder;
  fmpq_poly_mul(remainder.get(), numerator.get(), inverse.get());
  fmpq_poly_rem(remainder.get(), remainder.get(), power.get());
  for (int64_t k = multiplicity; k > 0 && !remainder.is_zero(); --k) {
    Polynomial quotient;
    Polynomial digit;
    fmpq_poly_divrem(quotient.get(), digit.get(), remainder.get(), factor.get());
    if (!digit.is_zero()) parts->push_back({digit, factor, k});
    remainder = quotient;
  }
}

}  // namespace

std::optional<PartialFractions> PartialFractionsOf(const Fraction& fraction, Budget* budget) {
  if (!budget->Spend(kFactorCost)) return std::nullopt;
  PartialFractions result;
  Polynomial rest;
  fmpq_poly_divrem(result.whole.get(), rest.get(), fraction.numerator.get(),
                   fraction.denominator.get());
  for (const auto& [factor, multiplicity] : FactorsOf(fraction.denominator)) {
    result.factors.push_back(factor);
    AddParts(rest, fraction.denominator, factor, multiplicity, &result.parts);
  }
  return result;
}

std::optional<std::vector<TermId>> CoefficientsOf(TermId term, TermId symbol, TermMaker* maker) {
  const TermPool& pool = maker->pool();
  if (!maker->budget().Spend(20)) return std::nullopt;
  if (term == symbol) return std::vector<TermId>{maker->Integer(0), maker->Integer(1)};
  if (!DependsOn(pool, term, symbol)) {
    if (term == maker->Integer(0)) return std::vector<TermId>();
    return std::vector<TermId>{term};
  }
  const std::vector<TermId> args = ArgsOf(pool, term);
  const TermKind kind = pool.kind(term);
  std::vector<TermId> factors = args;
  if (kind == TermKind::kPower) {
    const std::optional<int64_t> exponent = maker->AsSmallInteger(args[1], kDegreeMax);
    if (exponent.value_or(-1) < 0) return std::nullopt;
    factors.assign(static_cast<size_t>(*exponent), args[0]);
  } else if (kind != TermKind::kAdd && kind != TermKind::kMultiply) {
    return std::nullopt;
  }
  std::vector<TermId> result;
  if (kind != TermKind::kAdd) result.push_back(maker->Integer(1));
  for (const TermId factor : factors) {
    const auto next = CoefficientsOf(factor, symbol, maker);
    if (!next.has_value()) return std::nullopt;
    if (kind == TermKind::kAdd) {
      result.resize(std::max(result.size(), next->size()), maker->Integer(0));
      for (size_t i = 0; i < next->size(); ++i) result[i] = maker->Add(result[i], (*next)[i]);
    } else {
      result = Product(result, *next, maker);
    }
    if (result.size() > kDegreeMax + 1 || maker->budget().spent()) return std::nullopt;
  }
  Trim(&result, maker);
  return result;
}

}  // namespace whet::math
