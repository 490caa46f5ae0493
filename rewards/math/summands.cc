#include "rewards/math/summands.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rewards/math/certain.h"

namespace whet::math {
namespace {

constexpr size_t kSummandsMax = 48;
constexpr int64_t kExpandedPowerMax = 8;

class Expander {
 public:
  Expander(TermId symbol, TermMaker* maker) : symbol_(symbol), maker_(maker) {}

  using Sum = std::optional<std::vector<Summand>>;

  Sum Of(TermId term);

 private:
  Sum OfPower(TermId term);
  Sum OfRationalPower(TermId base, const Rational& exponent);
  Sum Product(const Sum& a, const Sum& b);
  Summand Product(const Summand& a, const Summand& b);
  // One summand: a factor without the symbol, a power of what has it, a power with it above.
  Sum Factor(TermId factor) { return std::vector<Summand>(1, {factor, {}, {}}); }
  Sum Single(TermId base, const Rational& exponent) {
    Sum sum = Factor(maker_->Integer(1));
    sum->front().powers.emplace_back(base, exponent);
    return sum;
  }
  Sum Exponential(TermId base, TermId exponent) {
    Sum sum = Factor(maker_->Integer(1));
    sum->front().exponentials.emplace_back(base, exponent);
    return sum;
  }
  std::vector<TermId> Args(TermId term) const {
    const absl::Span<const TermId> args = maker_->pool().args(term);
    return {args.begin(), args.end()};
  }

  const TermId symbol_;
  TermMaker* const maker_;
};

Summand Expander::Product(const Summand& a, const Summand& b) {
  Summand product = a;
  product.coefficient = maker_->Multiply(a.coefficient, b.coefficient);
  product.exponentials.insert(product.exponentials.end(), b.exponentials.begin(),
                              b.exponentials.end());
  for (const auto& [base, exponent] : b.powers) {
    const TermId same = base;
    const auto known = std::find_if(product.powers.begin(), product.powers.end(),
                                    [&](const auto& power) { return power.first == same; });
    if (known == product.powers.end()) {
      product.powers.emplace_back(base, exponent);
      continue;
    }
    known->second = math::Add(known->second, exponent).value_or(Rational(0));
    if (known->second.is_zero()) product.powers.erase(known);
  }
  return product;
}

Expander::Sum Expander::Product(const Sum& a, const Sum& b) {
  if (!a.has_value() || !b.has_value()) return std::nullopt;
  const size_t count = a->size() * b->size();
  if (count > kSummandsMax || !maker_->budget().Spend(static_cast<int64_t>(10 * count))) {
    return std::nullopt;
  }
  std::vector<Summand> product;
  for (const Summand& left : *a) {
    for (const Summand& right : *b) product.push_back(Product(left, right));
  }
  return product;
}

Expander::Sum Expander::Of(TermId term) {
  if (!maker_->budget().Spend(10)) return std::nullopt;
  if (!DependsOn(maker_->pool(), term, symbol_)) return Factor(term);
  switch (maker_->pool().kind(term)) {
    case TermKind::kAdd: {
      std::vector<Summand> sum;
      for (const TermId arg : Args(term)) {
        const Sum next = Of(arg);
        if (!next.has_value() || sum.size() + next->size() > kSummandsMax) return std::nullopt;
        sum.insert(sum.end(), next->begin(), next->end());
      }
      return sum;
    }
    case TermKind::kMultiply: {
      Sum product = Factor(maker_->Integer(1));
      for (const TermId arg : Args(term)) product = Product(product, Of(arg));
      return product;
    }
    case TermKind::kPower:
      return OfPower(term);
    case TermKind::kExp: {
      const TermId euler = maker_->pool().Make(TermKind::kEuler);
      return Exponential(euler, Args(term)[0]);
    }
    default:
      return Single(term, Rational(1));
  }
}

Expander::Sum Expander::OfPower(TermId term) {
  const std::vector<TermId> args = Args(term);
  if (const Rational* exponent = maker_->AsRational(args[1])) {
    return OfRationalPower(args[0], Rational(*exponent));
  }
  if (DependsOn(maker_->pool(), args[0], symbol_)) return Single(term, Rational(1));
  return Exponential(args[0], args[1]);
}

Expander::Sum Expander::OfRationalPower(TermId base, const Rational& exponent) {
  const TermKind kind = maker_->pool().kind(base);
  if (kind == TermKind::kExp) {  // Of reals.
    const TermId power = maker_->Multiply(maker_->Rational(exponent), Args(base)[0]);
    return Exponential(maker_->pool().Make(TermKind::kEuler), power);
  }
  if (!exponent.is_integer()) return Single(base, exponent);
  if (kind == TermKind::kMultiply) {
    Sum product = Factor(maker_->Integer(1));
    for (const TermId arg : Args(base)) {
      if (DependsOn(maker_->pool(), arg, symbol_)) {
        product = Product(product, OfRationalPower(arg, exponent));
      } else {
        const TermId power = maker_->Power(arg, maker_->Rational(exponent));
        product = Product(product, Factor(power));
      }
    }
    return product;
  }
  if (kind == TermKind::kPower) {
    const std::vector<TermId> args = Args(base);
    const Rational* inner = maker_->AsRational(args[1]);
    if (inner == nullptr) {
      if (DependsOn(maker_->pool(), args[0], symbol_)) return Single(base, exponent);
      const TermId power = maker_->Multiply(maker_->Rational(exponent), args[1]);
      return Exponential(args[0], power);
    }
    // (x^p)^n = x^(pn) of integer n.
    const auto product = math::Multiply(*inner, exponent);
    if (!product.has_value()) return std::nullopt;
    return Single(args[0], *product);
  }
  const std::optional<int64_t> times = exponent.Small(kExpandedPowerMax);
  if (kind != TermKind::kAdd || times.value_or(-1) < 0) return Single(base, exponent);
  Sum power = Factor(maker_->Integer(1));
  const Sum once = Of(base);
  for (int64_t i = 0; i < *times; ++i) power = Product(power, once);
  return power;
}

}  // namespace

std::optional<std::vector<Summand>> SummandsOf(TermId term, TermId symbol, TermMaker* maker) {
  return Expander(symbol, maker).Of(term);
}

}  // namespace whet::math
