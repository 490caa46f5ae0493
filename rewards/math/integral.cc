#include "rewards/math/integral.h"

#include <optional>
#include <utility>
#include <vector>

#include "rewards/math/antiderivative.h"
#include "rewards/math/certain.h"
#include "rewards/math/change_of_variable.h"
#include "rewards/math/limit.h"
#include "rewards/math/partial_fractions.h"
#include "rewards/math/piecewise.h"
#include "rewards/math/substitute.h"
#include "rewards/math/summands.h"

namespace whet::math {
namespace {

constexpr int64_t kHalvesMax = 200;

// Integrals over the reals and over the positive reals that have no elementary antiderivative.
class InfiniteRange {
 public:
  InfiniteRange(TermId symbol, bool both, TermMaker* maker)
      : symbol_(symbol), both_(both), maker_(maker) {}

  std::optional<TermId> Of(TermId body);

 private:
  std::optional<TermId> OfSummand(const Summand& summand);
  std::optional<TermId> OfPowerTimesExp(const Rational& power, const std::vector<TermId>& exponent);
  std::optional<TermId> OfSinc(const Summand& summand);
  TermId Gamma(const Rational& x);
  TermId Pi() { return maker_->pool().Make(TermKind::kPi); }

  const TermId symbol_;
  const bool both_;
  TermMaker* const maker_;
};

std::optional<TermId> InfiniteRange::Of(TermId body) {
  const auto summands = SummandsOf(body, symbol_, maker_);
  if (!summands.has_value()) return std::nullopt;
  std::vector<TermId> terms;
  for (const Summand& summand : *summands) {
    const std::optional<TermId> value = OfSummand(summand);
    if (!value.has_value()) return std::nullopt;
    terms.push_back(maker_->Multiply(summand.coefficient, *value));
  }
  return maker_->Add(terms);
}

std::optional<TermId> InfiniteRange::OfSummand(const Summand& summand) {
  if (summand.exponentials.empty()) return OfSinc(summand);
  TermId exponent = maker_->Integer(0);
  for (const auto& [base, power] : summand.exponentials) {
    if (maker_->pool().kind(base) != TermKind::kEuler) return std::nullopt;
    exponent = maker_->Add(exponent, power);
  }
  Rational power;
  for (const auto& [base, times] : summand.powers) {
    if (base != symbol_) return std::nullopt;
    power = times;
  }
  const auto coefficients = CoefficientsOf(exponent, symbol_, maker_);
  if (!coefficients.has_value() || coefficients->size() < 2) return std::nullopt;
  return OfPowerTimesExp(power, *coefficients);
}

// sin(ax)/x.
std::optional<TermId> InfiniteRange::OfSinc(const Summand& summand) {
  if (summand.powers.size() != 2) return std::nullopt;
  std::optional<int> sign;
  bool over_x = false;
  for (const auto& [base, power] : summand.powers) {
    if (base == symbol_ && power == Rational(-1)) over_x = true;
    if (maker_->pool().kind(base) != TermKind::kSin || !power.is_one()) continue;
    const auto angle = CoefficientsOf(maker_->pool().arg(base, 0), symbol_, maker_);
    if (!angle.has_value() || angle->size() != 2 || (*angle)[0] != maker_->Integer(0)) continue;
    sign = SignOf((*angle)[1], maker_);
  }
  if (!over_x || !sign.has_value()) return std::nullopt;
  return maker_->Multiply(maker_->Rational(Rational(*sign, both_ ? 1 : 2)), Pi());
}

// Of a multiple of 1/2 in closed form.
TermId InfiniteRange::Gamma(const Rational& x) {
  Rational product(1);
  Rational at = x;
  const bool half = fmpz_equal_si(x.denominator(), 2) != 0 && x.bits() < 10;
  if (!half) return maker_->Function(TermKind::kGamma, maker_->Rational(x));
  for (int i = 0; i < kHalvesMax && Rational(1) < at; ++i) {
    at = *math::Add(at, Rational(-1));
    product = math::Multiply(product, at).value_or(Rational(0));
  }
  return maker_->Multiply(maker_->Rational(product), maker_->SquareRoot(Pi()));
}

// Of x^p e^(c - a x^q): Gamma((p+1)/q) / (q a^((p+1)/q)) e^c. Over the reals, twice that or 0.
std::optional<TermId> InfiniteRange::OfPowerTimesExp(const Rational& power,
                                                     const std::vector<TermId>& exponent) {
  const auto q = static_cast<int64_t>(exponent.size()) - 1;
  const TermId a = maker_->Negate(exponent.back());
  if (SignOf(a, maker_) != 1 || !(Rational(-1) < power)) return std::nullopt;
  const TermId zero = maker_->Integer(0);
  bool single = true;
  for (int64_t k = 1; k < q; ++k) single &= exponent[k] == zero;
  if (!single) {
    if (!both_ || q != 2 || !power.is_zero()) return std::nullopt;
    // e^(-a x^2 + b x + c): sqrt(pi/a) e^(c + b^2/(4a)).
    const TermId square = maker_->Power(exponent[1], maker_->Integer(2));
    const TermId shift = maker_->Divide(square, maker_->Multiply(maker_->Integer(4), a));
    const TermId top = maker_->Function(TermKind::kExp, maker_->Add(exponent[0], shift));
    return maker_->Multiply(top, maker_->SquareRoot(maker_->Divide(Pi(), a)));
  }
  if (both_ && (q % 2 != 0 || !power.is_integer())) return std::nullopt;
  if (both_ && fmpz_is_odd(power.numerator()) != 0) return zero;
  const auto next = math::Add(power, Rational(1));
  const auto ratio =
      next ? math::Multiply(*next, Rational(1, static_cast<uint64_t>(q))) : std::nullopt;
  if (!ratio.has_value()) return std::nullopt;
  const auto minus_ratio = math::Multiply(*ratio, Rational(-1));
  const TermId scale = maker_->Rational(Rational(both_ ? 2 : 1, static_cast<uint64_t>(q)));
  const TermId top = maker_->Function(TermKind::kExp, exponent[0]);
  const TermId below = maker_->Power(a, maker_->Rational(*minus_ratio));
  return maker_->Multiply({scale, top, Gamma(*ratio), below});
}

std::optional<TermId> OverInfiniteRange(TermId body, TermId symbol, TermId from, TermId to,
                                        TermMaker* maker) {
  const TermPool& pool = maker->pool();
  const TermId zero = maker->Integer(0);
  const bool from_below = pool.kind(from) == TermKind::kMinusInfinity;
  const bool to_above = pool.kind(to) == TermKind::kInfinity;
  if (to_above && from_below) return InfiniteRange(symbol, true, maker).Of(body);
  if (to_above && from == zero) return InfiniteRange(symbol, false, maker).Of(body);
  if (!from_below || to != zero) return std::nullopt;
  const TermId mirrored = Substitute(body, symbol, maker->Negate(symbol), maker);
  return InfiniteRange(symbol, false, maker).Of(mirrored);
}

// An end of an interval, and from where it is come to if the antiderivative has no value there.
struct End {
  TermId at;
  bool open;
  Direction from;
};

std::optional<TermId> ValueAtEnd(TermId primitive, TermId symbol, const End& end,
                                 TermMaker* maker) {
  if (!end.open) return Substitute(primitive, symbol, end.at, maker);
  return Limit(primitive, symbol, end.at, end.from, maker);
}

// b - a, where they may be infinite.
std::optional<TermId> Difference(TermId b, TermId a, TermMaker* maker) {
  const TermPool& pool = maker->pool();
  const bool b_infinite = IsInfinite(pool, b);
  const bool a_infinite = IsInfinite(pool, a);
  if (pool.kind(b) == TermKind::kUndefined || pool.kind(a) == TermKind::kUndefined) {
    return std::nullopt;
  }
  if (!b_infinite && !a_infinite) return maker->Subtract(b, a);
  if (b_infinite && a == b) return std::nullopt;
  return b_infinite ? b : maker->Negate(a);
}

// By an antiderivative.
std::optional<TermId> ByPrimitive(const Integral& integral, TermId symbol, TermMaker* maker) {
  const TermId from = integral.from;
  const TermId to = integral.to;
  Antiderivative antiderivative(symbol, {from, to}, maker);
  const std::optional<TermId> primitive = antiderivative.Of(integral.body);
  if (!primitive.has_value() || maker->budget().spent()) return std::nullopt;
  End first = {from, antiderivative.is_open_from(), Direction::kAbove};
  End last = {to, antiderivative.is_open_to(), Direction::kBelow};
  if (first.open || last.open) {
    const std::optional<int> order = SignOfDifference(to, from, maker);
    if (!order.has_value() || *order == 0) return std::nullopt;
    if (*order < 0) std::swap(first.from, last.from);
  }
  const auto lower = ValueAtEnd(*primitive, symbol, first, maker);
  const auto upper = lower ? ValueAtEnd(*primitive, symbol, last, maker) : std::nullopt;
  return upper.has_value() ? Difference(*upper, *lower, maker) : std::nullopt;
}

std::optional<TermId> ByChangeOfVariable(const Integral& integral, TermId symbol,
                                         TermMaker* maker) {
  for (const Rational& power : {Rational(2), Rational(1, 2), Rational(3), Rational(4)}) {
    const auto changed = InPowerOf(integral, symbol, power, maker);
    const auto value = changed ? ByPrimitive(*changed, symbol, maker) : std::nullopt;
    if (value.has_value()) return value;
  }
  for (const TermKind kind : {TermKind::kLn, TermKind::kSin, TermKind::kCos}) {
    const auto changed = InFunction(integral, symbol, kind, maker);
    const auto value = changed ? ByPrimitive(*changed, symbol, maker) : std::nullopt;
    if (value.has_value()) return value;
  }
  const auto changed = InExponential(integral, symbol, maker);
  return changed ? ByPrimitive(*changed, symbol, maker) : std::nullopt;
}

std::optional<TermId> SumOfPieces(const std::vector<Integral>& pieces, TermId symbol,
                                  TermMaker* maker) {
  std::vector<TermId> terms;
  for (const Integral& piece : pieces) {
    const auto value = ByPrimitive(piece, symbol, maker);
    if (!value.has_value() || IsInfinite(maker->pool(), *value)) return std::nullopt;
    terms.push_back(*value);
  }
  return maker->Add(terms);
}

}  // namespace

std::optional<TermId> DefiniteIntegral(TermId body, TermId symbol, TermId from, TermId to,
                                       TermMaker* maker) {
  const TermPool& pool = maker->pool();
  for (const TermId end : {from, to}) {
    if (pool.kind(end) == TermKind::kUndefined || pool.traits(end).imaginary) return std::nullopt;
    const bool constant = pool.traits(end).constant;
    if (constant && !SignOf(end, maker).has_value()) return std::nullopt;
  }
  if (pool.traits(body).imaginary) return std::nullopt;
  if (const auto value = OverInfiniteRange(body, symbol, from, to, maker)) return value;
  const Integral integral = {body, from, to};
  if (const auto value = ByPrimitive(integral, symbol, maker)) return value;
  if (const auto pieces = PiecesOf(integral, symbol, maker)) {
    return SumOfPieces(*pieces, symbol, maker);
  }
  return ByChangeOfVariable(integral, symbol, maker);
}

}  // namespace whet::math
