#include "rewards/math/series.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "rewards/math/certain.h"
#include "rewards/math/hurwitz.h"
#include "rewards/math/partial_fractions.h"
#include "rewards/math/substitute.h"
#include "rewards/math/summands.h"

namespace whet::math {
namespace {

constexpr int64_t kFromMax = 200;
constexpr int64_t kSlopeMax = 16;
constexpr int64_t kFactorialShiftMax = 60;

// coefficient * fraction * ratio^n / gamma; gamma is 0, or a factorial.
struct Group {
  TermId coefficient;
  TermId ratio;
  TermId gamma;
  Fraction fraction;
};

class InfiniteSeries {
 public:
  InfiniteSeries(TermId symbol, int64_t from, TermMaker* maker)
      : symbol_(symbol), from_(from), maker_(maker) {}

  std::optional<TermId> Of(TermId body);

 private:
  std::optional<Group> GroupOf(const Summand& summand);
  bool AddExponential(TermId base, TermId exponent, Group* group);
  bool AddToGroups(const Group& group);
  std::optional<TermId> ValueOf(const Group& group);
  bool HasPole(const PartialFractions& parts) const;
  std::optional<TermId> Divergent(const Group& group);
  std::optional<TermId> Rationals(const PartialFractions& parts, bool alternating);
  std::optional<TermId> OverQuadratic(const PartialFraction& part, bool alternating);
  std::optional<TermId> Geometric(const Polynomial& polynomial, TermId ratio);
  std::optional<TermId> Logarithmic(const PartialFraction& part, TermId ratio);
  std::optional<TermId> Exponential(const Group& group, const Polynomial& polynomial);
  TermId ExponentialFrom(const Polynomial& polynomial, TermId ratio, int64_t from);
  std::optional<TermId> EvenOrOdd(const Group& group, const Polynomial& polynomial, int64_t shift);
  // p(at), and its forward differences there.
  std::vector<Rational> Differences(const Polynomial& polynomial, int64_t at) const;
  TermId PowerOf(TermId base, int64_t exponent) {
    return maker_->Power(base, maker_->Integer(exponent));
  }

  const TermId symbol_;
  const int64_t from_;
  TermMaker* const maker_;
  std::vector<Group> groups_;
};

bool InfiniteSeries::AddExponential(TermId base, TermId exponent, Group* group) {
  const auto coefficients = CoefficientsOf(exponent, symbol_, maker_);
  if (!coefficients.has_value() || coefficients->size() != 2) return false;
  if (!maker_->AsSmallInteger((*coefficients)[1], kSlopeMax).has_value()) return false;
  // b^(an + c) is (b^a)^n b^c also of negative b, if c is an integer.
  const bool integer = maker_->AsSmallInteger((*coefficients)[0], kFromMax).has_value();
  if (!integer && SignOf(base, maker_) != 1) return false;
  group->ratio = maker_->Multiply(group->ratio, maker_->Power(base, (*coefficients)[1]));
  group->coefficient =
      maker_->Multiply(group->coefficient, maker_->Power(base, (*coefficients)[0]));
  return true;
}

std::optional<Group> InfiniteSeries::GroupOf(const Summand& summand) {
  Group group = {summand.coefficient, maker_->Integer(1), 0, {}};
  fmpq_poly_one(group.fraction.numerator.get());
  for (const auto& [base, exponent] : summand.exponentials) {
    if (!AddExponential(base, exponent, &group)) return std::nullopt;
  }
  for (const auto& [base, exponent] : summand.powers) {
    if (maker_->pool().kind(base) == TermKind::kGamma) {
      if (!(exponent == Rational(-1)) || group.gamma != 0) return std::nullopt;
      group.gamma = maker_->pool().arg(base, 0);
      continue;
    }
    const std::optional<int64_t> times = exponent.Small(kSlopeMax);
    const auto factor = times ? FractionOf(base, symbol_, maker_) : std::nullopt;
    const auto power = factor ? Power(*factor, *times) : std::nullopt;
    const auto product = power ? Multiply(group.fraction, *power) : std::nullopt;
    if (!product.has_value()) return std::nullopt;
    group.fraction = *product;
  }
  // Rational factors go into the fraction, so that 1/n - 1/(n+1) is one group.
  if (const Rational* factor = maker_->AsRational(group.coefficient)) {
    const Fraction constant = {Polynomial(*factor), Polynomial(Rational(1))};
    const auto product = Multiply(group.fraction, constant);
    if (!product.has_value()) return std::nullopt;
    group.fraction = *product;
    group.coefficient = maker_->Integer(1);
  }
  return group;
}

bool InfiniteSeries::AddToGroups(const Group& group) {
  for (Group& known : groups_) {
    if (known.coefficient != group.coefficient || known.ratio != group.ratio ||
        known.gamma != group.gamma) {
      continue;
    }
    const auto sum = Add(known.fraction, group.fraction);
    if (sum.has_value()) known.fraction = *sum;
    return sum.has_value();
  }
  groups_.push_back(group);
  return true;
}

std::optional<TermId> InfiniteSeries::Of(TermId body) {
  const auto summands = SummandsOf(body, symbol_, maker_);
  if (!summands.has_value()) return std::nullopt;
  for (const Summand& summand : *summands) {
    const std::optional<Group> group = GroupOf(summand);
    if (!group.has_value() || !AddToGroups(*group)) return std::nullopt;
  }
  std::vector<TermId> terms;
  for (const Group& group : groups_) {
    const std::optional<TermId> value = ValueOf(group);
    if (!value.has_value() || maker_->budget().spent()) return std::nullopt;
    if (IsInfinite(maker_->pool(), *value) && groups_.size() > 1) return std::nullopt;
    terms.push_back(*value);
  }
  return maker_->Add(terms);
}

bool InfiniteSeries::HasPole(const PartialFractions& parts) const {
  for (const Polynomial& factor : parts.factors) {
    if (factor.degree() != 1) continue;  // Irreducible: without rational roots.
    const Rational minus_root = factor.coefficient(0);
    if (minus_root.is_integer() && !(Rational(-from_) < minus_root)) return true;
  }
  return false;
}

std::optional<TermId> InfiniteSeries::ValueOf(const Group& group) {
  const auto parts = PartialFractionsOf(group.fraction, &maker_->budget());
  if (!parts.has_value() || HasPole(*parts)) return std::nullopt;
  if (group.fraction.numerator.is_zero()) return maker_->Integer(0);
  if (group.gamma != 0) {
    if (!parts->parts.empty()) return std::nullopt;
    return Exponential(group, parts->whole);
  }
  const TermId one = maker_->Integer(1);
  const std::optional<int> below = SignOfDifference(one, group.ratio, maker_);
  const std::optional<int> above = SignOf(maker_->Add(one, group.ratio), maker_);
  const std::optional<int> sign = SignOf(group.ratio, maker_);
  if (!below.has_value() || !above.has_value() || !sign.has_value()) return std::nullopt;
  if (*below < 0) return Divergent(group);
  if (*above < 0 || *sign == 0) return std::nullopt;
  std::optional<TermId> value;
  if (*below == 0 || *above == 0) {
    const int64_t excess = group.fraction.denominator.degree() - group.fraction.numerator.degree();
    if (*below == 0 && excess < 2) return Divergent(group);
    if (excess < 1) return std::nullopt;
    value = Rationals(*parts, *above == 0);
  } else {
    value = Geometric(parts->whole, group.ratio);
    for (const PartialFraction& part : parts->parts) {
      const std::optional<TermId> term = Logarithmic(part, group.ratio);
      if (!term.has_value() || !value.has_value()) return std::nullopt;
      value = maker_->Add(*value, *term);
    }
  }
  return value ? std::optional(maker_->Multiply(group.coefficient, *value)) : std::nullopt;
}

// Terms of one sign at last, that are not smaller than 1/n times a constant.
std::optional<TermId> InfiniteSeries::Divergent(const Group& group) {
  const std::optional<int> sign = SignOf(group.coefficient, maker_);
  if (!sign.has_value() || *sign == 0) return std::nullopt;
  const Polynomial& above = group.fraction.numerator;
  const Polynomial& below = group.fraction.denominator;
  const int leading =
      above.coefficient(above.degree()).sign() * below.coefficient(below.degree()).sign();
  const bool positive = leading * *sign > 0;
  return maker_->pool().Make(positive ? TermKind::kInfinity : TermKind::kMinusInfinity);
}

// The sum of c (±1)^n/(n + s)^m from n = from. An alternating one is that of the even terms less
// that of the odd ones.
std::optional<TermId> InfiniteSeries::Rationals(const PartialFractions& parts, bool alternating) {
  HurwitzSum sum(maker_);
  std::vector<TermId> terms;
  for (const PartialFraction& part : parts.parts) {
    if (part.factor.degree() != 1) {
      const std::optional<TermId> term = OverQuadratic(part, alternating);
      if (!term.has_value()) return std::nullopt;
      terms.push_back(*term);
      continue;
    }
    const Rational c = part.numerator.coefficient(0);
    const auto q = math::Add(Rational(from_), part.factor.coefficient(0));
    if (!q.has_value() || part.power > kSlopeMax) return std::nullopt;
    if (!alternating) {
      if (!sum.Add(c, part.power, *q)) return std::nullopt;
      continue;
    }
    const auto next = math::Add(*q, Rational(1));
    for (const int64_t sign : {1, -1}) {
      const int64_t signed_one = from_ % 2 == 0 ? sign : -sign;
      const auto scaled =
          math::Multiply(c, Rational(signed_one, uint64_t{1} << static_cast<int>(part.power)));
      const auto half = math::Multiply(sign > 0 ? *q : *next, Rational(1, 2));
      if (!scaled || !half || !sum.Add(*scaled, part.power, *half)) return std::nullopt;
    }
  }
  const std::optional<TermId> value = sum.Value();
  if (!value.has_value()) return std::nullopt;
  terms.push_back(*value);
  return maker_->Add(terms);
}

// Of c/((n + k)^2 + q) with q > 0 and an integer k: over all m >= 1, with s = sqrt(q), 1/(m^2 + q)
// adds up to (pi s coth(pi s) - 1)/(2q), and (-1)^m/(m^2 + q) to (pi s/sinh(pi s) - 1)/(2q).
std::optional<TermId> InfiniteSeries::OverQuadratic(const PartialFraction& part, bool alternating) {
  if (part.factor.degree() != 2 || part.power != 1 || part.numerator.degree() != 0) {
    return std::nullopt;
  }
  const auto half = math::Multiply(part.factor.coefficient(1), Rational(1, 2));
  const std::optional<int64_t> k = half ? half->Small(kFactorialShiftMax) : std::nullopt;
  if (!k.has_value()) return std::nullopt;
  const auto q = math::Add(part.factor.coefficient(0), Rational(-*k * *k));
  if (!q.has_value() || q->sign() <= 0) return std::nullopt;
  const TermId q_term = maker_->Rational(*q);
  const TermId angle =
      maker_->Multiply(maker_->pool().Make(TermKind::kPi), maker_->SquareRoot(q_term));
  TermId factor = PowerOf(maker_->Function(TermKind::kSinh, angle), -1);
  if (!alternating) {
    factor = maker_->Multiply(factor, maker_->Function(TermKind::kCosh, angle));
  }
  const TermId above = maker_->Subtract(maker_->Multiply(angle, factor), maker_->Integer(1));
  std::vector<TermId> terms = {maker_->Divide(above, maker_->Multiply(maker_->Integer(2), q_term))};
  // From m = from + k instead of 1.
  const int64_t first = from_ + *k;
  for (int64_t m = std::min<int64_t>(first, 1); m < std::max<int64_t>(first, 1); ++m) {
    const TermId below = maker_->Add(maker_->Integer(m * m), q_term);
    const bool negative = (alternating && m % 2 != 0) != (first >= 1);
    const int64_t sign = negative ? -1 : 1;
    terms.push_back(maker_->Multiply(maker_->Integer(sign), PowerOf(below, -1)));
  }
  const int64_t shift_sign = alternating && *k % 2 != 0 ? -1 : 1;
  const TermId c = maker_->Rational(part.numerator.coefficient(0));
  return maker_->Multiply({maker_->Integer(shift_sign), c, maker_->Add(terms)});
}

std::vector<Rational> InfiniteSeries::Differences(const Polynomial& polynomial, int64_t at) const {
  std::vector<Rational> values;
  for (int64_t j = 0; j <= polynomial.degree(); ++j) {
    values.push_back(polynomial.At(Rational(at + j)));
  }
  for (size_t j = 1; j < values.size(); ++j) {
    for (size_t i = values.size() - 1; i >= j; --i) {
      fmpq_sub(values[i].get(), values[i].get(), values[i - 1].get());
    }
  }
  return values;
}

// sum_{n>=a} p(n) r^n = r^a sum_j (Delta^j p)(a) r^j/(1-r)^(j+1).
std::optional<TermId> InfiniteSeries::Geometric(const Polynomial& polynomial, TermId ratio) {
  const TermId rest = maker_->Subtract(maker_->Integer(1), ratio);
  const std::vector<Rational> differences = Differences(polynomial, from_);
  std::vector<TermId> terms;
  for (size_t j = 0; j < differences.size(); ++j) {
    const auto power = static_cast<int64_t>(j);
    terms.push_back(maker_->Multiply(
        {maker_->Rational(differences[j]), PowerOf(ratio, power), PowerOf(rest, -power - 1)}));
  }
  return maker_->Multiply(PowerOf(ratio, from_), maker_->Add(terms));
}

// sum_{n>=a} r^n/(n+s) = r^-s (-ln(1-r) - sum_{j=1}^{a+s-1} r^j/j).
std::optional<TermId> InfiniteSeries::Logarithmic(const PartialFraction& part, TermId ratio) {
  if (part.factor.degree() != 1 || part.power != 1) return std::nullopt;
  const std::optional<int64_t> s = part.factor.coefficient(0).Small(kFactorialShiftMax);
  if (!s.has_value()) return std::nullopt;
  const TermId rest = maker_->Subtract(maker_->Integer(1), ratio);
  std::vector<TermId> terms = {maker_->Function(TermKind::kLn, rest)};
  for (int64_t j = 1; j < from_ + *s; ++j) {
    const TermId inverse = maker_->Rational(Rational(1, static_cast<uint64_t>(j)));
    terms.push_back(maker_->Multiply(inverse, PowerOf(ratio, j)));
  }
  const TermId c = maker_->Negate(maker_->Rational(part.numerator.coefficient(0)));
  return maker_->Multiply({c, PowerOf(ratio, -*s), maker_->Add(terms)});
}

// sum_{m>=a} p(m) r^m/m! = e^r sum_j (Delta^j p)(0) r^j/j! - what stands before a.
TermId InfiniteSeries::ExponentialFrom(const Polynomial& polynomial, TermId ratio, int64_t from) {
  const std::vector<Rational> differences = Differences(polynomial, 0);
  std::vector<TermId> terms;
  for (size_t j = 0; j < differences.size(); ++j) {
    const auto power = static_cast<int64_t>(j);
    const TermId factorial = maker_->Factorial(maker_->Integer(power));
    terms.push_back(maker_->Multiply(maker_->Rational(differences[j]),
                                     maker_->Divide(PowerOf(ratio, power), factorial)));
  }
  const TermId exponential = maker_->Function(TermKind::kExp, ratio);
  std::vector<TermId> all = {maker_->Multiply(exponential, maker_->Add(terms))};
  for (int64_t m = 0; m < from; ++m) {
    const TermId factorial = maker_->Factorial(maker_->Integer(m));
    const TermId value = maker_->Rational(polynomial.At(Rational(m)));
    const TermId power = maker_->Divide(PowerOf(ratio, m), factorial);
    all.push_back(maker_->Negate(maker_->Multiply(value, power)));
  }
  return maker_->Add(all);
}

std::optional<TermId> InfiniteSeries::Exponential(const Group& group,
                                                  const Polynomial& polynomial) {
  const auto argument = CoefficientsOf(group.gamma, symbol_, maker_);
  if (!argument.has_value() || argument->size() != 2) return std::nullopt;
  const std::optional<int64_t> slope = maker_->AsSmallInteger((*argument)[1], 2);
  const std::optional<int64_t> offset = maker_->AsSmallInteger((*argument)[0], kFactorialShiftMax);
  if (slope.value_or(0) < 1 || !offset.has_value()) return std::nullopt;
  const int64_t shift = *offset - 1;  // (slope n + shift)!.
  const int64_t first = *slope * from_ + shift;
  if (first < 0 || first > 2 * kFactorialShiftMax) return std::nullopt;
  if (*slope == 2) return EvenOrOdd(group, polynomial, shift);
  Polynomial moved;
  Polynomial step;
  fmpq_poly_set_coeff_si(step.get(), 1, 1);
  fmpq_poly_set_coeff_si(step.get(), 0, -shift);
  fmpq_poly_compose(moved.get(), polynomial.get(), step.get());
  const TermId sum = ExponentialFrom(moved, group.ratio, first);
  return maker_->Multiply({group.coefficient, PowerOf(group.ratio, -shift), sum});
}

// sum_{n>=a} r^n/(2n+k)!, by cosh z, sinh(z)/z, cos z or sin(z)/z, of z^2 = |r|.
std::optional<TermId> InfiniteSeries::EvenOrOdd(const Group& group, const Polynomial& polynomial,
                                                int64_t shift) {
  if (polynomial.degree() != 0) return std::nullopt;
  const TermPool& pool = maker_->pool();
  TermId size = group.ratio;
  std::optional<int> sign = SignOf(group.ratio, maker_);
  const bool negated = pool.kind(size) == TermKind::kMultiply && pool.args(size).size() == 2 &&
                       pool.arg(size, 0) == maker_->Integer(-1);
  if (negated) size = pool.arg(size, 1);
  TermId root = 0;
  if (sign.has_value()) {
    if (*sign == 0) return std::nullopt;
    root = maker_->SquareRoot(maker_->Multiply(maker_->Integer(*sign), group.ratio));
  } else if (pool.kind(size) == TermKind::kPower && pool.arg(size, 1) == maker_->Integer(2)) {
    root = pool.arg(size, 0);
    sign = negated ? -1 : 1;
  } else {
    return std::nullopt;
  }
  const bool odd = shift % 2 != 0;
  const int64_t moved = (shift - (odd ? 1 : 0)) / 2;
  const TermKind even_kind = *sign > 0 ? TermKind::kCosh : TermKind::kCos;
  const TermKind odd_kind = *sign > 0 ? TermKind::kSinh : TermKind::kSin;
  TermId whole = maker_->Function(odd ? odd_kind : even_kind, root);
  if (odd) whole = maker_->Divide(whole, root);
  std::vector<TermId> terms = {whole};
  for (int64_t m = 0; m < from_ + moved; ++m) {
    const TermId factorial = maker_->Factorial(maker_->Integer(2 * m + (odd ? 1 : 0)));
    terms.push_back(maker_->Negate(maker_->Divide(PowerOf(group.ratio, m), factorial)));
  }
  const TermId c = maker_->Rational(polynomial.coefficient(0));
  return maker_->Multiply({c, group.coefficient, PowerOf(group.ratio, -moved), maker_->Add(terms)});
}

}  // namespace

std::optional<TermId> InfiniteSum(TermId body, TermId symbol, int64_t from, TermMaker* maker) {
  if (std::abs(from) > kFromMax || maker->pool().traits(body).imaginary) return std::nullopt;
  return InfiniteSeries(symbol, from, maker).Of(body);
}

// The product over n >= a of (n - r)/(n - t) is Gamma(a - t)/Gamma(a - r), if the sums of roots
// agree.
std::optional<TermId> InfiniteProduct(TermId body, TermId symbol, int64_t from, TermMaker* maker) {
  const std::optional<Fraction> fraction = FractionOf(body, symbol, maker);
  if (!fraction.has_value() || std::abs(from) > kFromMax) return std::nullopt;
  const Polynomial& above = fraction->numerator;
  const Polynomial& below = fraction->denominator;
  const int64_t degree = above.degree();
  if (degree < 1 || degree != below.degree() || !maker->budget().Spend(20000)) return std::nullopt;
  if (!(above.coefficient(degree) == below.coefficient(degree))) return std::nullopt;
  if (!(above.coefficient(degree - 1) == below.coefficient(degree - 1))) return std::nullopt;
  std::vector<TermId> factors;
  for (const int64_t sign : {1, -1}) {
    for (const auto& [factor, times] : FactorsOf(sign > 0 ? below : above)) {
      const auto at = math::Add(Rational(from), factor.coefficient(0));
      if (factor.degree() != 1 || !at.has_value()) return std::nullopt;
      if (at->is_integer() && at->sign() <= 0) return std::nullopt;
      const TermId gamma = maker->Function(TermKind::kGamma, maker->Rational(*at));
      factors.push_back(maker->Power(gamma, maker->Integer(sign * times)));
    }
  }
  return maker->Multiply(factors);
}

}  // namespace whet::math
