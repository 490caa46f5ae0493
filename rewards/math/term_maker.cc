#include "rewards/math/term_maker.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"

namespace whet::math {

TermId TermMaker::Rational(const math::Rational& value) {
  if (!budget_->Spend(RationalCost(value.bits()))) return Undefined();
  return pool_->Rational(value);
}

TermId TermMaker::Kernel(absl::string_view head, absl::Span<const TermId> args) {
  if (!budget_->Spend(2) || AnyUndefined(args)) return Undefined();
  return pool_->Named(TermKind::kKernel, head, args);
}

std::optional<int64_t> TermMaker::AsSmallInteger(TermId id, int64_t max) const {
  const math::Rational* value = AsRational(id);
  return value == nullptr ? std::nullopt : value->Small(max);
}

std::optional<math::Rational> TermMaker::MultipleOf(TermKind kind, TermId id) const {
  if (pool_->kind(id) == kind) return math::Rational(1);
  if (const math::Rational* value = AsRational(id); value != nullptr && value->is_zero()) {
    return math::Rational(0);
  }
  if (pool_->kind(id) != TermKind::kMultiply || pool_->args(id).size() != 2) return std::nullopt;
  const TermId factor = pool_->arg(id, 0);  // Rationals come first.
  if (!pool_->is_rational(factor) || pool_->kind(pool_->arg(id, 1)) != kind) return std::nullopt;
  return pool_->rational(factor);
}

bool TermMaker::AnyUndefined(absl::Span<const TermId> terms) const {
  return absl::c_any_of(terms, [&](TermId id) { return pool_->kind(id) == TermKind::kUndefined; });
}

std::optional<TermId> TermMaker::AddInfinities(absl::Span<const TermId> terms) {
  std::optional<TermId> sum;
  bool rest_is_finite = true;
  for (const TermId term : terms) {
    const TermKind kind = pool_->kind(term);
    if (kind != TermKind::kInfinity && kind != TermKind::kMinusInfinity) {
      rest_is_finite &= pool_->traits(term).constant && pool_->traits(term).total;
    } else if (sum.has_value() && *sum != term) {
      return Undefined();
    } else {
      sum = term;
    }
  }
  if (sum.has_value() && !rest_is_finite) return Undefined();
  return sum;
}

std::optional<TermId> TermMaker::MultiplyInfinities(absl::Span<const TermId> factors) {
  bool infinite = false;
  bool negative = false;
  bool rest_has_sign = true;
  for (const TermId factor : factors) {
    const TermKind kind = pool_->kind(factor);
    if (kind == TermKind::kInfinity || kind == TermKind::kMinusInfinity) {
      infinite = true;
      negative ^= kind == TermKind::kMinusInfinity;
    } else if (const math::Rational* value = AsRational(factor);
               value != nullptr && !value->is_zero()) {
      negative ^= value->sign() < 0;
    } else {
      rest_has_sign = false;
    }
  }
  if (!infinite) return std::nullopt;
  if (!rest_has_sign) return Undefined();
  return pool_->Make(negative ? TermKind::kMinusInfinity : TermKind::kInfinity);
}

std::vector<TermId> TermMaker::Flat(TermKind kind, absl::Span<const TermId> terms) const {
  std::vector<TermId> flat;
  for (const TermId term : terms) {
    if (pool_->kind(term) == kind) {
      flat.insert(flat.end(), pool_->args(term).begin(), pool_->args(term).end());
    } else {
      flat.push_back(term);
    }
  }
  return flat;
}

// In halves, so that large numbers meet large ones.
std::optional<math::Rational> TermMaker::FoldAll(TermKind kind,
                                                 absl::Span<const TermId> rationals) {
  if (rationals.size() == 1) return pool_->rational(rationals[0]);
  const size_t half = rationals.size() / 2;
  const std::optional<math::Rational> left = FoldAll(kind, rationals.first(half));
  const std::optional<math::Rational> right = FoldAll(kind, rationals.subspan(half));
  if (!left.has_value() || !right.has_value()) return std::nullopt;
  if (!budget_->Spend(RationalCost(left->bits() + right->bits()))) return std::nullopt;
  return kind == TermKind::kAdd ? math::Add(*left, *right) : math::Multiply(*left, *right);
}

void TermMaker::Fold(TermKind kind, std::vector<TermId>* terms) {
  const auto rationals_end = std::partition(terms->begin(), terms->end(),
                                            [&](TermId id) { return pool_->is_rational(id); });
  const auto count = static_cast<size_t>(rationals_end - terms->begin());
  if (count < 2) return;
  const std::optional<math::Rational> value =
      FoldAll(kind, absl::MakeConstSpan(*terms).first(count));
  if (!value.has_value()) return;
  terms->erase(terms->begin(), rationals_end);
  terms->insert(terms->begin(), Rational(*value));
}

std::pair<TermId, math::Rational> TermMaker::RestAndCoefficient(TermId term) {
  if (pool_->kind(term) != TermKind::kMultiply || !pool_->is_rational(pool_->arg(term, 0))) {
    return {term, math::Rational(1)};
  }
  const absl::Span<const TermId> args = pool_->args(term);
  const math::Rational coefficient = pool_->rational(args[0]);
  if (args.size() == 2) return {args[1], coefficient};
  const std::vector<TermId> rest(args.begin() + 1, args.end());
  return {pool_->Make(TermKind::kMultiply, rest), coefficient};
}

void TermMaker::CollectLike(std::vector<TermId>* terms) {
  std::vector<std::pair<TermId, math::Rational>> parts;
  parts.reserve(terms->size());
  for (const TermId term : *terms) parts.push_back(RestAndCoefficient(term));
  std::sort(parts.begin(), parts.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (std::adjacent_find(parts.begin(), parts.end(), same) == parts.end()) return;
  terms->clear();
  for (size_t i = 0; i < parts.size();) {
    const TermId rest = parts[i].first;
    std::vector<TermId> coefficients;
    for (; i < parts.size() && parts[i].first == rest; ++i) {
      coefficients.push_back(Rational(parts[i].second));
    }
    Fold(TermKind::kAdd, &coefficients);
    if (coefficients[0] == Integer(0) && pool_->traits(rest).total) continue;
    for (const TermId coefficient : coefficients) terms->push_back(Multiply(rest, coefficient));
  }
}

// So that the summands of a difference are those of its sides.
TermId TermMaker::Distribute(TermId factor, TermId sum) {
  const absl::Span<const TermId> args = pool_->args(sum);
  std::vector<TermId> terms(args.begin(), args.end());
  for (TermId& term : terms) term = Multiply(factor, term);
  return Add(terms);
}

TermId TermMaker::Combine(TermKind kind, std::vector<TermId> terms) {
  if (!budget_->Spend(static_cast<int64_t>(terms.size()) + 1)) return Undefined();
  const bool add = kind == TermKind::kAdd;
  const bool irrational =
      absl::c_any_of(terms, [this](TermId id) { return !pool_->is_rational(id); });
  if (add && irrational && terms.size() > 1) CollectLike(&terms);
  Fold(kind, &terms);
  if (terms.empty()) return Integer(add ? 0 : 1);
  if (const math::Rational* first = AsRational(terms.front()); terms.size() > 1 && first) {
    const bool is_neutral = add ? first->is_zero() : first->is_one();
    const bool absorbs = !add && first->is_zero() &&
                         absl::c_all_of(terms, [&](TermId id) { return pool_->traits(id).total; });
    if (absorbs) return Integer(0);
    if (is_neutral) terms.erase(terms.begin());
  }
  if (terms.size() == 1) return terms.front();
  const bool scaled = pool_->is_rational(terms.front());
  if (!add && scaled && terms.size() == 2 && pool_->kind(terms[1]) == TermKind::kAdd) {
    return Distribute(terms[0], terms[1]);
  }
  const auto rest = terms.begin() + (scaled ? 1 : 0);
  std::sort(rest, terms.end());
  return pool_->Make(kind, terms);
}

TermId TermMaker::Add(absl::Span<const TermId> terms) {
  if (AnyUndefined(terms)) return Undefined();
  if (const std::optional<TermId> infinity = AddInfinities(terms)) return *infinity;
  return Combine(TermKind::kAdd, Flat(TermKind::kAdd, terms));
}

TermId TermMaker::Multiply(absl::Span<const TermId> factors) {
  if (AnyUndefined(factors)) return Undefined();
  if (const std::optional<TermId> infinity = MultiplyInfinities(factors)) return *infinity;
  return Combine(TermKind::kMultiply, Flat(TermKind::kMultiply, factors));
}

// Of 1, -1 and i, to any integer power.
std::optional<TermId> TermMaker::UnitPower(TermId base, const math::Rational& exponent) {
  const bool imaginary = pool_->kind(base) == TermKind::kImaginary;
  const std::optional<int64_t> unit = AsSmallInteger(base, 1);
  if (!exponent.is_integer() || (!imaginary && unit.value_or(0) == 0)) return std::nullopt;
  const uint64_t quarter = fmpz_fdiv_ui(exponent.numerator(), 4);
  if (!imaginary) return Integer(*unit == -1 && quarter % 2 == 1 ? -1 : 1);
  if (quarter % 2 == 0) return Integer(quarter == 0 ? 1 : -1);
  return quarter == 1 ? base : Negate(base);
}

// A positive base; of 8^(2/3) the root is taken if it is rational.
std::optional<TermId> TermMaker::FractionalPower(const math::Rational& base,
                                                 const math::Rational& exponent) {
  if (base.sign() < 0 || fmpz_bits(exponent.denominator()) > 20) return std::nullopt;
  if (base.is_zero()) return exponent.sign() > 0 ? Integer(0) : Undefined();
  const auto index = static_cast<int64_t>(fmpz_get_ui(exponent.denominator()));
  const std::optional<math::Rational> root = ExactRoot(base, index);
  if (!root.has_value()) return std::nullopt;
  math::Rational numerator;
  fmpz_set(fmpq_numref(numerator.get()), exponent.numerator());
  return Power(Rational(*root), Rational(numerator));
}

std::optional<TermId> TermMaker::RationalPower(TermId base, const math::Rational& exponent) {
  if (exponent.is_one()) return base;
  if (exponent.is_zero())
    return pool_->traits(base).total ? std::optional(Integer(1)) : std::nullopt;
  if (const std::optional<TermId> unit = UnitPower(base, exponent)) return unit;
  if (pool_->kind(base) == TermKind::kPower && exponent.is_integer()) {
    const math::Rational* inner = AsRational(pool_->arg(base, 1));
    if (inner != nullptr && inner->is_integer()) {  // (x^m)^n; of roots it would not hold.
      const std::optional<math::Rational> product = math::Multiply(*inner, exponent);
      if (product.has_value()) return Power(pool_->arg(base, 0), Rational(*product));
    }
  }
  if (!pool_->is_rational(base)) return std::nullopt;
  const math::Rational value = pool_->rational(base);
  if (value.is_zero()) return exponent.sign() < 0 ? Undefined() : Integer(0);
  if (!exponent.is_integer()) return FractionalPower(value, exponent);
  const int64_t times = exponent.Small(kRationalBitsMax).value_or(kRationalBitsMax);
  if (!budget_->Spend(RationalCost(std::min(kRationalBitsMax, value.bits() * std::abs(times))))) {
    return Undefined();
  }
  const std::optional<math::Rational> power = math::Power(value, exponent);
  if (!power.has_value()) return std::nullopt;
  return Rational(*power);
}

TermId TermMaker::Power(TermId base, TermId exponent) {
  if (!budget_->Spend(2) || AnyUndefined({base, exponent})) return Undefined();
  const TermKind kind = pool_->kind(base);
  if (kind == TermKind::kInfinity || kind == TermKind::kMinusInfinity) return Undefined();
  if (pool_->kind(exponent) == TermKind::kInfinity) return Undefined();
  if (pool_->kind(exponent) == TermKind::kMinusInfinity) return Undefined();
  if (kind == TermKind::kEuler) return Function(TermKind::kExp, exponent);
  if (const math::Rational* rational = AsRational(exponent)) {
    const math::Rational copy = *rational;
    if (const std::optional<TermId> power = RationalPower(base, copy)) return *power;
  }
  return pool_->Make(TermKind::kPower, {base, exponent});
}

TermId TermMaker::Root(TermId a, TermId index) {
  if (!budget_->Spend(2) || AnyUndefined({a, index})) return Undefined();
  const std::optional<int64_t> n = AsSmallInteger(index, 1 << 20);
  const TermId exponent = Power(index, Integer(-1));
  if (!n.has_value() || *n < 2 || *n % 2 == 0) return Power(a, exponent);
  if (const math::Rational* value = AsRational(a)) {
    if (value->sign() >= 0) return Power(a, exponent);
    return Negate(Power(Negate(a), exponent));
  }
  return pool_->Make(TermKind::kRealRoot, {a, index});
}

}  // namespace whet::math
