#include "rewards/math/change_of_variable.h"

#include <optional>
#include <vector>

#include "rewards/math/certain.h"
#include "rewards/math/partial_fractions.h"
#include "rewards/math/substitute.h"
#include "rewards/math/summands.h"

namespace whet::math {
namespace {

constexpr int64_t kExponentMax = 100;

// Terms in a placeholder for the new variable.
class Rewriter {
 public:
  Rewriter(TermId symbol, TermMaker* maker)
      : symbol_(symbol), placeholder_(maker->Symbol("#u")), maker_(maker) {}

  // x^n becomes u^(n/power); nullopt if n/power is no integer.
  std::optional<TermId> InPower(TermId term, const Rational& power);
  // e^(nx + b) becomes u^n e^b.
  std::optional<TermId> InExponential(TermId term);
  TermId u() const { return placeholder_; }
  // The placeholder takes the name of the symbol.
  TermId Renamed(TermId term) { return Substitute(term, placeholder_, symbol_, maker_); }

 private:
  // nullopt where a power of x, or x, is left.
  std::optional<TermId> Rewrite(TermId term, const std::vector<TermId>& old_parts,
                                const std::vector<TermId>& new_parts);

  const TermId symbol_;
  const TermId placeholder_;
  TermMaker* const maker_;
};

std::optional<TermId> Rewriter::Rewrite(TermId term, const std::vector<TermId>& old_parts,
                                        const std::vector<TermId>& new_parts) {
  TermId result = term;
  for (size_t i = 0; i < old_parts.size(); ++i) {
    result = Substitute(result, old_parts[i], new_parts[i], maker_);
  }
  if (DependsOn(maker_->pool(), result, symbol_)) return std::nullopt;
  return result;
}

std::optional<TermId> Rewriter::InPower(TermId term, const Rational& power) {
  const TermPool& pool = maker_->pool();
  const std::optional<Rational> inverse = Inverse(power);
  std::vector<TermId> old_parts;
  std::vector<TermId> new_parts;
  for (const TermId below : TermsBelow(pool, term)) {
    const bool is_power = pool.kind(below) == TermKind::kPower && pool.arg(below, 0) == symbol_ &&
                          pool.is_rational(pool.arg(below, 1));
    if (!is_power) continue;
    const auto exponent = math::Multiply(pool.rational(pool.arg(below, 1)), *inverse);
    if (!exponent.has_value() || !exponent->is_integer()) return std::nullopt;
    old_parts.push_back(below);
    new_parts.push_back(maker_->Power(placeholder_, maker_->Rational(*exponent)));
  }
  if (inverse->is_integer()) {  // x itself, behind its powers.
    old_parts.push_back(symbol_);
    new_parts.push_back(maker_->Power(placeholder_, maker_->Rational(*inverse)));
  }
  return Rewrite(term, old_parts, new_parts);
}

std::optional<TermId> Rewriter::InExponential(TermId term) {
  const TermPool& pool = maker_->pool();
  std::vector<TermId> old_parts;
  std::vector<TermId> new_parts;
  for (const TermId below : TermsBelow(pool, term)) {
    if (pool.kind(below) != TermKind::kExp || !DependsOn(pool, below, symbol_)) continue;
    const auto exponent = CoefficientsOf(pool.arg(below, 0), symbol_, maker_);
    if (!exponent.has_value() || exponent->size() != 2) return std::nullopt;
    if (!maker_->AsSmallInteger((*exponent)[1], kExponentMax).has_value()) return std::nullopt;
    const TermId rest = maker_->Function(TermKind::kExp, (*exponent)[0]);
    old_parts.push_back(below);
    new_parts.push_back(maker_->Multiply(rest, maker_->Power(placeholder_, (*exponent)[1])));
  }
  return Rewrite(term, old_parts, new_parts);
}

// coefficient x^e f(x^k) dx = coefficient u^((e + 1 - k)/k) f(u) du / k.
std::optional<TermId> SummandInPower(const Summand& summand, TermId symbol, const Rational& power,
                                     TermMaker* maker) {
  Rewriter rewriter(symbol, maker);
  const std::optional<Rational> inverse = Inverse(power);
  Rational exponent(1);
  std::vector<TermId> factors = {summand.coefficient, maker->Rational(*inverse)};
  for (const auto& [base, times] : summand.powers) {
    if (base == symbol) {
      exponent = math::Add(exponent, times).value_or(Rational(0));
      continue;
    }
    const auto rewritten = rewriter.InPower(base, power);
    if (!rewritten.has_value()) return std::nullopt;
    factors.push_back(maker->Power(*rewritten, maker->Rational(times)));
  }
  for (const auto& [base, above] : summand.exponentials) {
    const auto rewritten = rewriter.InPower(above, power);
    if (!rewritten.has_value()) return std::nullopt;
    factors.push_back(maker->Power(base, *rewritten));
  }
  const auto scaled = math::Multiply(exponent, *inverse);
  const auto of_u = scaled ? math::Add(*scaled, Rational(-1)) : scaled;
  if (!of_u.has_value()) return std::nullopt;
  factors.push_back(maker->Power(rewriter.u(), maker->Rational(*of_u)));
  return rewriter.Renamed(maker->Multiply(factors));
}

}  // namespace

std::optional<Integral> InPowerOf(const Integral& integral, TermId symbol, const Rational& power,
                                  TermMaker* maker) {
  const TermPool& pool = maker->pool();
  std::vector<TermId> ends;
  for (const TermId end : {integral.from, integral.to}) {
    if (SignOf(end, maker).value_or(-1) < 0) return std::nullopt;
    ends.push_back(IsInfinite(pool, end) ? end : maker->Power(end, maker->Rational(power)));
  }
  const auto summands = SummandsOf(integral.body, symbol, maker);
  if (!summands.has_value()) return std::nullopt;
  std::vector<TermId> terms;
  for (const Summand& summand : *summands) {
    const auto term = SummandInPower(summand, symbol, power, maker);
    if (!term.has_value()) return std::nullopt;
    terms.push_back(*term);
  }
  return Integral{maker->Add(terms), ends[0], ends[1]};
}

std::optional<Integral> InExponential(const Integral& integral, TermId symbol, TermMaker* maker) {
  const TermPool& pool = maker->pool();
  std::vector<TermId> ends;
  for (const TermId end : {integral.from, integral.to}) {
    if (!SignOf(end, maker).has_value()) return std::nullopt;
    if (pool.kind(end) == TermKind::kMinusInfinity) {
      ends.push_back(maker->Integer(0));
    } else {
      ends.push_back(IsInfinite(pool, end) ? end : maker->Function(TermKind::kExp, end));
    }
  }
  Rewriter rewriter(symbol, maker);
  const auto body = rewriter.InExponential(integral.body);
  if (!body.has_value()) return std::nullopt;
  const TermId in_u = maker->Divide(*body, rewriter.u());
  return Integral{rewriter.Renamed(in_u), ends[0], ends[1]};
}

namespace {

// Whether no multiple of pi is inside the interval, that of x + shift pi.
bool IsWithinHalfTurn(const Integral& integral, const Rational& shift, TermMaker* maker) {
  const auto from = maker->MultipleOf(TermKind::kPi, integral.from);
  const auto to = maker->MultipleOf(TermKind::kPi, integral.to);
  if (!from.has_value() || !to.has_value() || !(*from < *to)) return false;
  const auto low = Add(*from, shift);
  const auto high = Add(*to, shift);
  const auto next = low ? Add(Floor(*low), Rational(1)) : low;
  return high.has_value() && next.has_value() && !(*next < *high);
}

bool IsMonotone(const Integral& integral, TermKind kind, TermMaker* maker) {
  if (kind != TermKind::kLn) {
    return IsWithinHalfTurn(integral, Rational(kind == TermKind::kSin ? 1 : 0, 2), maker);
  }
  return SignOf(integral.from, maker).value_or(-1) >= 0 &&
         SignOf(integral.to, maker).value_or(-1) >= 0;
}

TermId EndInFunction(TermId end, TermKind kind, TermMaker* maker) {
  if (IsInfinite(maker->pool(), end)) return end;  // Of the logarithm.
  const bool at_zero = kind == TermKind::kLn && end == maker->Integer(0);
  return at_zero ? maker->pool().Make(TermKind::kMinusInfinity) : maker->Function(kind, end);
}

}  // namespace

std::optional<Integral> InFunction(const Integral& integral, TermId symbol, TermKind kind,
                                   TermMaker* maker) {
  const auto summands = SummandsOf(integral.body, symbol, maker);
  if (!summands.has_value() || !IsMonotone(integral, kind, maker)) return std::nullopt;
  const TermId inner = maker->Function(kind, symbol);
  const TermKind other_kind = kind == TermKind::kSin ? TermKind::kCos : TermKind::kSin;
  const bool of_ln = kind == TermKind::kLn;
  const TermId factor = of_ln ? symbol : maker->Function(other_kind, symbol);
  const TermId sign = maker->Integer(kind == TermKind::kCos ? -1 : 1);
  const TermId placeholder = maker->Symbol("#u");
  std::vector<TermId> terms;
  for (const Summand& summand : *summands) {
    Rational left(of_ln ? 1 : -1);  // The exponent of what du takes with it.
    std::vector<TermId> factors = {summand.coefficient, sign};
    for (const auto& [base, exponent] : summand.powers) {
      if (base == factor) {
        left = Add(left, exponent).value_or(Rational(1));
      } else {
        const TermId in_u = Substitute(base, inner, placeholder, maker);
        factors.push_back(maker->Power(in_u, maker->Rational(exponent)));
      }
    }
    for (const auto& [base, exponent] : summand.exponentials) {
      factors.push_back(maker->Power(base, Substitute(exponent, inner, placeholder, maker)));
    }
    terms.push_back(maker->Multiply(factors));
    if (!left.is_zero() || DependsOn(maker->pool(), terms.back(), symbol)) return std::nullopt;
  }
  const TermId body = Substitute(maker->Add(terms), placeholder, symbol, maker);
  return Integral{body, EndInFunction(integral.from, kind, maker),
                  EndInFunction(integral.to, kind, maker)};
}

}  // namespace whet::math
