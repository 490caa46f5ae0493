#include "rewards/math/derivative.h"

#include <optional>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"

namespace whet::math {
namespace {

class Differentiator {
 public:
  Differentiator(TermId symbol, TermMaker* maker) : symbol_(symbol), maker_(maker) {}

  std::optional<TermId> Of(TermId term);

 private:
  bool Depends(TermId term);
  std::optional<TermId> Compute(TermId term);
  std::optional<TermId> OfSum(TermId term);
  std::optional<TermId> OfProduct(TermId term);
  std::optional<TermId> OfPower(TermId base, TermId exponent);
  std::optional<TermId> Outer(TermKind kind, TermId x);
  TermId Apply(TermKind kind, TermId argument) { return maker_->Function(kind, argument); }
  TermId Integer(int64_t value) { return maker_->Integer(value); }
  TermId Inverse(TermId a) { return maker_->Power(a, Integer(-1)); }
  // 1 + sign x^2.
  TermId OnePlusSquare(int sign, TermId x) {
    const TermId square = maker_->Power(x, Integer(2));
    return maker_->Add(Integer(1), maker_->Multiply(Integer(sign), square));
  }
  std::vector<TermId> Args(TermId term) const {
    const absl::Span<const TermId> args = maker_->pool().args(term);
    return {args.begin(), args.end()};
  }

  const TermId symbol_;
  TermMaker* const maker_;
  absl::flat_hash_map<TermId, bool> depends_;
  absl::flat_hash_map<TermId, std::optional<TermId>> done_;
};

bool Differentiator::Depends(TermId term) {
  if (term == symbol_) return true;
  if (const auto known = depends_.find(term); known != depends_.end()) return known->second;
  const bool depends = absl::c_any_of(Args(term), [this](TermId arg) { return Depends(arg); });
  depends_[term] = depends;
  return depends;
}

std::optional<TermId> Differentiator::Of(TermId term) {
  if (!maker_->budget().Spend(5)) return std::nullopt;
  if (term == symbol_) return Integer(1);
  if (!Depends(term)) return Integer(0);
  if (const auto known = done_.find(term); known != done_.end()) return known->second;
  const std::optional<TermId> derivative = Compute(term);
  done_[term] = derivative;
  return derivative;
}

std::optional<TermId> Differentiator::Compute(TermId term) {
  const std::vector<TermId> args = Args(term);
  const TermKind kind = maker_->pool().kind(term);
  if (kind == TermKind::kAdd) return OfSum(term);
  if (kind == TermKind::kMultiply) return OfProduct(term);
  if (kind == TermKind::kPower) return OfPower(args[0], args[1]);
  if (args.size() != 1) return std::nullopt;
  const std::optional<TermId> outer = Outer(kind, args[0]);
  const std::optional<TermId> inner = outer ? Of(args[0]) : std::nullopt;
  if (!inner.has_value()) return std::nullopt;
  return maker_->Multiply(*outer, *inner);
}

std::optional<TermId> Differentiator::OfSum(TermId term) {
  std::vector<TermId> terms;
  for (const TermId arg : Args(term)) {
    const std::optional<TermId> derivative = Of(arg);
    if (!derivative.has_value()) return std::nullopt;
    terms.push_back(*derivative);
  }
  return maker_->Add(terms);
}

std::optional<TermId> Differentiator::OfProduct(TermId term) {
  const std::vector<TermId> factors = Args(term);
  std::vector<TermId> terms;
  for (size_t i = 0; i < factors.size(); ++i) {
    if (!Depends(factors[i])) continue;
    const std::optional<TermId> derivative = Of(factors[i]);
    if (!derivative.has_value()) return std::nullopt;
    std::vector<TermId> product = factors;
    product[i] = *derivative;
    terms.push_back(maker_->Multiply(product));
  }
  return maker_->Add(terms);
}

// (f^g)' = g f^(g-1) f' + f^g ln(f) g'.
std::optional<TermId> Differentiator::OfPower(TermId base, TermId exponent) {
  const std::optional<TermId> base_derivative = Of(base);
  const std::optional<TermId> exponent_derivative = Of(exponent);
  if (!base_derivative.has_value() || !exponent_derivative.has_value()) return std::nullopt;
  std::vector<TermId> terms;
  if (Depends(base)) {
    const TermId lower = maker_->Power(base, maker_->Subtract(exponent, Integer(1)));
    terms.push_back(maker_->Multiply({exponent, lower, *base_derivative}));
  }
  if (Depends(exponent)) {
    const TermId power = maker_->Power(base, exponent);
    terms.push_back(maker_->Multiply({power, Apply(TermKind::kLn, base), *exponent_derivative}));
  }
  return maker_->Add(terms);
}

// The derivative of the function itself, at its argument.
std::optional<TermId> Differentiator::Outer(TermKind kind, TermId x) {
  switch (kind) {
    case TermKind::kExp:
      return Apply(TermKind::kExp, x);
    case TermKind::kLn:
      return Inverse(x);
    case TermKind::kSin:
      return Apply(TermKind::kCos, x);
    case TermKind::kCos:
      return maker_->Negate(Apply(TermKind::kSin, x));
    case TermKind::kTan:
      return maker_->Power(Apply(TermKind::kCos, x), Integer(-2));
    case TermKind::kSinh:
      return Apply(TermKind::kCosh, x);
    case TermKind::kCosh:
      return Apply(TermKind::kSinh, x);
    case TermKind::kTanh:
      return maker_->Power(Apply(TermKind::kCosh, x), Integer(-2));
    case TermKind::kArcsin:
      return Inverse(maker_->SquareRoot(OnePlusSquare(-1, x)));
    case TermKind::kArccos:
      return maker_->Negate(Inverse(maker_->SquareRoot(OnePlusSquare(-1, x))));
    case TermKind::kArctan:
      return Inverse(OnePlusSquare(1, x));
    case TermKind::kArsinh:
      return Inverse(maker_->SquareRoot(OnePlusSquare(1, x)));
    case TermKind::kArtanh:
      return Inverse(OnePlusSquare(-1, x));
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<TermId> Derivative(TermId term, TermId symbol, TermMaker* maker) {
  return Differentiator(symbol, maker).Of(term);
}

}  // namespace whet::math
