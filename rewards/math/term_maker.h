// Makes terms, and computes exactly what is rational on the way: 2/3 + 0.5 is the term 7/6.
#ifndef WHET_REWARDS_MATH_TERM_MAKER_H_
#define WHET_REWARDS_MATH_TERM_MAKER_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/math/budget.h"
#include "rewards/math/term.h"

namespace whet::math {

// What is not defined becomes kUndefined, and all that is made of it. What would be a rational
// beyond kRationalBitsMax stays as it is: 2^(10^9) is a power. Sums and products are flat and
// sorted, so a + (b + c) is (c + a) + b; 2 (a + b) is 2a + 2b, and 2a + a is 3a. Where the budget
// is spent, what comes out is kUndefined.
class TermMaker {
 public:
  // Both outlive this.
  TermMaker(TermPool* pool, Budget* budget) : pool_(pool), budget_(budget) {}

  TermPool& pool() { return *pool_; }
  Budget& budget() { return *budget_; }

  TermId Rational(const math::Rational& value);
  TermId Integer(int64_t value) { return Rational(math::Rational(value)); }
  TermId Undefined() { return pool_->Make(TermKind::kUndefined); }
  TermId Symbol(absl::string_view name) { return pool_->Named(TermKind::kSymbol, name, {}); }
  TermId Kernel(absl::string_view head, absl::Span<const TermId> args);

  TermId Add(absl::Span<const TermId> terms);
  TermId Add(TermId a, TermId b) { return Add({a, b}); }
  TermId Subtract(TermId a, TermId b) { return Add({a, Negate(b)}); }
  TermId Negate(TermId a) { return Multiply({Integer(-1), a}); }
  TermId Multiply(absl::Span<const TermId> factors);
  TermId Multiply(TermId a, TermId b) { return Multiply({a, b}); }
  TermId Divide(TermId a, TermId b) { return Multiply({a, Power(b, Integer(-1))}); }
  TermId Power(TermId base, TermId exponent);
  TermId SquareRoot(TermId a) { return Power(a, Rational(math::Rational(1, 2))); }
  // The real root of a negative real, if `index` is odd; else the principal one.
  TermId Root(TermId a, TermId index);
  // Of one argument: kExp and those behind it, but kFloor.
  TermId Function(TermKind kind, TermId argument);

  TermId Floor(TermId a);
  TermId Modulo(TermId a, TermId n);
  TermId Smallest(TermId a, TermId b) { return Extreme(TermKind::kMin, a, b); }
  TermId Largest(TermId a, TermId b) { return Extreme(TermKind::kMax, a, b); }
  TermId Logarithm(TermId a, TermId base);
  TermId Factorial(TermId n);
  TermId DoubleFactorial(TermId n);
  TermId Binomial(TermId n, TermId k);
  TermId FallingFactorial(TermId n, TermId k);
  TermId CommonDivisor(absl::Span<const TermId> args);
  TermId CommonMultiple(absl::Span<const TermId> args);

  // The value of a constant, if it is a rational.
  const math::Rational* AsRational(TermId id) const {
    return pool_->is_rational(id) ? &pool_->rational(id) : nullptr;
  }
  std::optional<int64_t> AsSmallInteger(TermId id, int64_t max) const;
  // r of r times `kind`; 0 for 0.
  std::optional<math::Rational> MultipleOf(TermKind kind, TermId id) const;

 private:
  // Infinities among the operands: the result, if there are any.
  std::optional<TermId> AddInfinities(absl::Span<const TermId> terms);
  std::optional<TermId> MultiplyInfinities(absl::Span<const TermId> factors);
  bool AnyUndefined(absl::Span<const TermId> terms) const;
  std::vector<TermId> Flat(TermKind kind, absl::Span<const TermId> terms) const;
  TermId Distribute(TermId factor, TermId sum);
  TermId Combine(TermKind kind, std::vector<TermId> terms);
  // 2x + x is 3x; what may be undefined is never cancelled.
  void CollectLike(std::vector<TermId>* terms);
  // A term is a coefficient times the rest of it.
  std::pair<TermId, math::Rational> RestAndCoefficient(TermId term);
  // Puts sums and products of all rationals among `terms` in front.
  void Fold(TermKind kind, std::vector<TermId>* terms);
  std::optional<math::Rational> FoldAll(TermKind kind, absl::Span<const TermId> rationals);
  std::optional<TermId> RationalPower(TermId base, const math::Rational& exponent);
  std::optional<TermId> FractionalPower(const math::Rational& base, const math::Rational& exponent);
  std::optional<TermId> UnitPower(TermId base, const math::Rational& exponent);
  std::optional<TermId> SineOf(const math::Rational& turns_of_pi);
  std::optional<TermId> KnownValue(TermKind kind, TermId argument);
  TermId Extreme(TermKind kind, TermId a, TermId b);
  std::optional<TermId> PowerModulo(TermId a, const math::Rational& n);
  TermId Gamma(TermId argument);
  std::optional<math::Rational> RationalLogarithm(TermId a, TermId base) const;

  TermPool* pool_;
  Budget* budget_;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_TERM_MAKER_H_
