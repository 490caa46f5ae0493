#include "rewards/math/germ.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "rewards/math/certain.h"

namespace whet::math {
namespace {

constexpr int64_t kMultipliedPowerMax = 12;

}  // namespace

Germ GermMaker::Fail() {
  failed_ = true;
  return {};
}

std::optional<int> GermMaker::Sign(TermId coefficient) {
  if (const auto known = signs_.find(coefficient); known != signs_.end()) return known->second;
  const std::optional<int> sign = SignOf(coefficient, maker_);
  signs_[coefficient] = sign;
  return sign;
}

Rational GermMaker::Checked(std::optional<Rational> value) {
  constexpr int64_t kBitsMax = 512;
  if (value.has_value() && value->bits() <= kBitsMax) return *std::move(value);
  failed_ = true;
  return {};
}

Germ GermMaker::PowerOfT(int64_t power, TermId coefficient) {
  return {{{{Rational(power), 0, {}}, coefficient}}, std::nullopt};
}

// a + factor b.
std::vector<GrowthTerm> GermMaker::Sum(std::vector<GrowthTerm> a, const std::vector<GrowthTerm>& b,
                                       const Rational& factor) {
  const TermId scale = maker_->Rational(factor);
  for (const GrowthTerm& term : b) {
    const TermId scaled = maker_->Multiply(scale, term.coefficient);
    const auto place = std::find_if(a.begin(), a.end(), [&](const GrowthTerm& other) {
      if (other.power == term.power) return other.log <= term.log;
      return other.power < term.power;
    });
    if (place == a.end() || !(place->power == term.power) || place->log != term.log) {
      a.insert(place, {term.power, term.log, scaled});
      continue;
    }
    place->coefficient = maker_->Add(place->coefficient, scaled);
    const std::optional<int> sign = Sign(place->coefficient);
    failed_ |= !sign.has_value();
    if (sign == 0) a.erase(place);
  }
  return a;
}

int GermMaker::Compare(const Monomial& a, const Monomial& b) {
  if (!a.growth.empty() || !b.growth.empty()) {
    const std::vector<GrowthTerm> difference = Sum(a.growth, b.growth, Rational(-1));
    if (!difference.empty()) {
      const std::optional<int> sign = Sign(difference.front().coefficient);
      failed_ |= !sign.has_value() || sign == 0;
      return sign.value_or(0);
    }
  }
  if (!(a.power == b.power)) return a.power < b.power ? 1 : -1;
  return a.log == b.log ? 0 : (a.log > b.log ? 1 : -1);
}

Monomial GermMaker::Product(const Monomial& a, const Monomial& b) {
  return {Checked(math::Add(a.power, b.power)), a.log + b.log,
          Sum(a.growth, b.growth, Rational(1))};
}

std::optional<Monomial> GermMaker::MonomialPower(const Monomial& a, const Rational& exponent) {
  Monomial result;
  result.power = Checked(math::Multiply(a.power, exponent));
  const Rational log = Checked(math::Multiply(Rational(a.log), exponent));
  const std::optional<int64_t> small_log = log.Small(1000);
  if (!small_log.has_value()) return std::nullopt;
  result.log = *small_log;
  result.growth = Sum({}, a.growth, exponent);
  return result;
}

std::optional<Monomial> GermMaker::Larger(std::optional<Monomial> a, std::optional<Monomial> b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() ? a : b;
  return Compare(*a, *b) >= 0 ? a : b;
}

std::optional<Monomial> GermMaker::Bound(const Germ& germ) const {
  return germ.terms.empty() ? germ.error : germ.terms.front().monomial;
}

Germ GermMaker::Normal(Germ germ) {
  Germ result;
  result.error = std::move(germ.error);
  for (GermTerm& term : germ.terms) {
    if (maker_->pool().kind(term.coefficient) == TermKind::kUndefined) failed_ = true;
    if (failed()) return Fail();
    if (term.coefficient == maker_->Integer(0)) continue;
    if (result.error.has_value() && Compare(term.monomial, *result.error) <= 0) continue;
    size_t place = 0;
    int order = -1;
    while (place < result.terms.size()) {
      order = Compare(result.terms[place].monomial, term.monomial);
      if (order <= 0) break;
      ++place;
    }
    const auto position = result.terms.begin() + static_cast<ptrdiff_t>(place);
    if (place == result.terms.size() || order < 0) {
      result.terms.insert(position, std::move(term));
      continue;
    }
    position->coefficient = maker_->Add(position->coefficient, term.coefficient);
    if (position->coefficient == maker_->Integer(0)) result.terms.erase(position);
  }
  const auto terms_max = 2 * static_cast<size_t>(order_) + 4;
  if (result.terms.size() > terms_max) {
    result.error = result.terms[terms_max].monomial;  // Larger than the error, as all terms are.
    result.terms.resize(terms_max);
  }
  return result;
}

Germ GermMaker::Add(const Germ& a, const Germ& b) {
  if (failed()) return Fail();
  Germ sum = a;
  sum.terms.insert(sum.terms.end(), b.terms.begin(), b.terms.end());
  sum.error = Larger(a.error, b.error);
  return Normal(std::move(sum));
}

// a a is a^2, so that equal coefficients are equal terms.
TermId GermMaker::ProductOf(TermId a, TermId b) {
  const TermPool& pool = maker_->pool();
  const TermId plain = maker_->Multiply(a, b);
  if (pool.traits(plain).constant || pool.kind(plain) != TermKind::kMultiply) return plain;
  const absl::Span<const TermId> span = pool.args(plain);
  const std::vector<TermId> all(span.begin(), span.end());
  std::vector<TermId> factors;
  std::vector<std::pair<TermId, Rational>> powers;
  for (const TermId factor : all) {
    const bool is_power = pool.kind(factor) == TermKind::kPower;
    const TermId base = is_power ? pool.arg(factor, 0) : factor;
    const TermId above = is_power ? pool.arg(factor, 1) : maker_->Integer(1);
    if (!pool.traits(factor).total || !pool.is_rational(above) || pool.is_rational(factor)) {
      factors.push_back(factor);
      continue;
    }
    const Rational exponent = pool.rational(above);
    const auto same = std::find_if(powers.begin(), powers.end(),
                                   [&](const auto& power) { return power.first == base; });
    if (same == powers.end()) {
      powers.emplace_back(base, exponent);
    } else {
      same->second = Checked(math::Add(same->second, exponent));
    }
  }
  for (const auto& [base, exponent] : powers) {
    factors.push_back(maker_->Power(base, maker_->Rational(exponent)));
  }
  return maker_->Multiply(factors);
}

Germ GermMaker::Multiply(const Germ& a, const Germ& b) {
  const auto count = static_cast<int64_t>(a.terms.size() * b.terms.size());
  if (failed() || !maker_->budget().Spend(10 + 4 * count)) return Fail();
  const std::optional<Monomial> a_bound = Bound(a);
  const std::optional<Monomial> b_bound = Bound(b);
  if (!a_bound.has_value() || !b_bound.has_value()) return Zero();
  Germ product;
  if (a.error.has_value()) product.error = Product(*a.error, *b_bound);
  if (b.error.has_value()) product.error = Larger(product.error, Product(*a_bound, *b.error));
  for (const GermTerm& left : a.terms) {
    for (const GermTerm& right : b.terms) {
      if (failed()) return Fail();
      product.terms.push_back(
          {Product(left.monomial, right.monomial), ProductOf(left.coefficient, right.coefficient)});
    }
  }
  return Normal(std::move(product));
}

Germ GermMaker::Scale(const Germ& a, TermId factor) { return Multiply(a, Constant(factor)); }

Germ GermMaker::ScaleBy(const Germ& a, int64_t numerator, uint64_t denominator) {
  return Scale(a, maker_->Rational(Rational(numerator, denominator)));
}

std::optional<int> GermMaker::Lead(Germ* germ) {
  while (!germ->terms.empty()) {
    const std::optional<int> sign = Sign(germ->terms.front().coefficient);
    if (sign != 0) return sign;
    germ->terms.erase(germ->terms.begin());
  }
  return std::nullopt;
}

Germ GermMaker::Relative(const Germ& x) {
  if (x.terms.empty()) return Fail();
  const GermTerm& first = x.terms.front();
  const std::optional<Monomial> inverse = MonomialPower(first.monomial, Rational(-1));
  if (!inverse.has_value()) return Fail();
  Germ rest = x;
  rest.terms.erase(rest.terms.begin());
  const TermId coefficient = maker_->Power(first.coefficient, maker_->Integer(-1));
  return Multiply(rest, {{{*inverse, coefficient}}, std::nullopt});
}

Germ GermMaker::Compose(const std::vector<Rational>& coefficients, const Germ& x) {
  const std::optional<Monomial> bound = Bound(x);
  Germ result = Zero();
  for (size_t k = coefficients.size(); k-- > 0;) {
    if (failed()) return Fail();
    result = Add(Multiply(result, x), Constant(maker_->Rational(coefficients[k])));
  }
  if (!bound.has_value()) return result;
  if (!IsSmall(*bound)) return Fail();
  Germ error;
  error.error = MonomialPower(*bound, Rational(static_cast<int64_t>(coefficients.size())));
  return error.error.has_value() ? Add(result, error) : Fail();
}

Germ GermMaker::SmallPower(const Germ& base, int64_t exponent) {
  Germ result = Integer(1);
  for (int64_t i = 0; i < exponent; ++i) result = Multiply(result, base);
  return result;
}

// (c m (1 + s))^p = c^p m^p (1 + p s + …).
Germ GermMaker::RationalPower(const Germ& base, const Rational& exponent) {
  if (failed()) return Fail();
  if (exponent.is_integer() && exponent.sign() >= 0) {
    const std::optional<int64_t> times = exponent.Small(kMultipliedPowerMax);
    if (times.has_value()) return SmallPower(base, *times);
  }
  Germ x = base;
  const std::optional<int> sign = Lead(&x);
  const bool exact = x.terms.size() == 1 && !x.error.has_value();
  const bool allowed = exponent.is_integer() ? (exact || sign.has_value()) : sign == 1;
  if (x.terms.empty() || !allowed) return Fail();
  const auto monomial = MonomialPower(x.terms.front().monomial, exponent);
  if (!monomial.has_value()) return Fail();
  const TermId power = maker_->Power(x.terms.front().coefficient, maker_->Rational(exponent));
  Germ first = {{{*monomial, power}}, std::nullopt};
  if (exact) return first;
  std::vector<Rational> binomials = {Rational(1)};
  for (int64_t k = 1; k <= order_; ++k) {
    const Rational factor = Checked(math::Add(exponent, Rational(1 - k)));
    const Rational next = Checked(math::Multiply(binomials.back(), factor));
    binomials.push_back(Checked(math::Multiply(next, Rational(1, static_cast<uint64_t>(k)))));
  }
  return Multiply(first, Compose(binomials, Relative(x)));
}

Germ GermMaker::RealRoot(const Germ& base, TermId index) {
  Germ x = base;
  const std::optional<int> sign = Lead(&x);
  const Rational* degree = maker_->AsRational(index);
  if (!sign.has_value() || degree == nullptr) return Fail();
  const Rational exponent = Checked(math::Inverse(*degree));
  if (sign == 1) return RationalPower(x, exponent);
  return ScaleBy(RationalPower(ScaleBy(x, -1), exponent), -1);
}

Germ GermMaker::PowerOfGerm(const Germ& base, const Germ& exponent) {
  const bool exact = exponent.terms.size() == 1 && !exponent.error.has_value();
  if (exact && Compare(exponent.terms[0].monomial, {}) == 0) {
    const Rational* value = maker_->AsRational(exponent.terms[0].coefficient);
    if (value != nullptr) return RationalPower(base, Rational(*value));
  }
  if (exponent.terms.empty() && !exponent.error.has_value()) return Integer(1);
  Germ x = base;
  const std::optional<int> sign = Lead(&x);
  if (sign == 1) return Exp(Multiply(exponent, Ln(x)));
  const bool constant =
      x.terms.size() == 1 && !x.error.has_value() && Compare(x.terms[0].monomial, {}) == 0;
  if (sign != -1 || !constant) return Fail();
  // |(-r)^x| = r^x of real x.
  Germ bound;
  bound.error = Bound(Exp(Multiply(exponent, Ln(ScaleBy(x, -1)))));
  may_be_complex_ = true;
  return bound;
}

Germ GermMaker::Of(TermId term, TermId symbol, const Germ& at) {
  symbol_ = symbol;
  done_.clear();
  done_[symbol] = at;
  return Compute(term);
}

Germ GermMaker::OfMany(const std::vector<TermId>& args, bool add) {
  Germ result = add ? Zero() : Integer(1);
  for (const TermId arg : args) {
    const Germ next = Compute(arg);
    result = add ? Add(result, next) : Multiply(result, next);
  }
  return result;
}

Germ GermMaker::OfLeaf(TermId term) {
  const TermPool& pool = maker_->pool();
  if (term == maker_->Integer(0)) return Zero();
  if (pool.traits(term).imaginary) return Fail();
  // Constants must be real.
  if (pool.traits(term).constant && !Sign(term).has_value()) return Fail();
  return Constant(term);
}

Germ GermMaker::OfPair(TermKind kind, const Germ& a, const Germ& b) {
  if (kind == TermKind::kPower) return PowerOfGerm(a, b);
  Germ difference = Add(a, ScaleBy(b, -1));
  const std::optional<int> sign = Lead(&difference);
  if (!sign.has_value() || may_be_complex_) return Fail();
  return (*sign > 0) == (kind == TermKind::kMax) ? a : b;
}

Germ GermMaker::OfArgs(TermId term) {
  const absl::Span<const TermId> span = maker_->pool().args(term);
  const std::vector<TermId> args(span.begin(), span.end());
  switch (const TermKind kind = maker_->pool().kind(term)) {
    case TermKind::kKernel:
      return Fail();
    case TermKind::kAdd:
    case TermKind::kMultiply:
      return OfMany(args, kind == TermKind::kAdd);
    case TermKind::kPower:
    case TermKind::kMin:
    case TermKind::kMax: {
      const Germ first = Compute(args[0]);
      return OfPair(kind, first, Compute(args[1]));
    }
    case TermKind::kRealRoot:
      return RealRoot(Compute(args[0]), args[1]);
    default:
      return OfFunction(kind, Compute(args[0]));
  }
}

Germ GermMaker::Compute(TermId term) {
  if (failed() || !maker_->budget().Spend(10)) return Fail();
  if (const auto known = done_.find(term); known != done_.end()) return known->second;
  Germ result = DependsOn(maker_->pool(), term, symbol_) ? OfArgs(term) : OfLeaf(term);
  if (failed()) return Fail();
  done_[term] = result;
  return result;
}

std::optional<TermId> GermMaker::LimitOf(Germ germ) {
  if (failed()) return std::nullopt;
  while (!germ.terms.empty()) {
    const GermTerm first = germ.terms.front();
    const int order = Compare(first.monomial, {});
    if (failed()) return std::nullopt;
    if (order < 0) break;
    if (order == 0) return first.coefficient;
    const std::optional<int> sign = Sign(first.coefficient);
    if (!sign.has_value()) return std::nullopt;
    if (*sign > 0) return maker_->pool().Make(TermKind::kInfinity);
    if (*sign < 0) return maker_->pool().Make(TermKind::kMinusInfinity);
    germ.terms.erase(germ.terms.begin());
  }
  if (germ.terms.empty() && germ.error.has_value() && !IsSmall(*germ.error)) return std::nullopt;
  return failed() ? std::nullopt : std::optional<TermId>(maker_->Integer(0));
}

}  // namespace whet::math
