// What binds a variable, and what is not known.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "rewards/math/certain.h"
#include "rewards/math/derivative.h"
#include "rewards/math/evaluate.h"
#include "rewards/math/integral.h"
#include "rewards/math/limit.h"
#include "rewards/math/partial_fractions.h"
#include "rewards/math/scalar_reader.h"
#include "rewards/math/series.h"
#include "rewards/math/substitute.h"

namespace whet::math {
namespace {

constexpr int64_t kIndexMax = int64_t{1} << 40;
constexpr int64_t kDerivativeOrderMax = 6;
constexpr size_t kPolynomialDegreeMax = 12;

NodeId CopySubtree(const Expression& from, NodeId node, Expression* to) {
  std::vector<NodeId> children;
  for (const NodeId child : from.children(node)) {
    children.push_back(child == kAbsentNode ? kAbsentNode : CopySubtree(from, child, to));
  }
  return to->Add(from.op(node), children, from.text(node), from.detail(node));
}

// A text for what is no scalar, as the condition below a sum.
std::string SubtreeText(const Expression& expression, NodeId node) {
  Expression copy;
  copy.SetRoot(CopySubtree(expression, node, &copy));
  return ExpressionText(copy);
}

// Whether there is 0^0 at that place: it is 1 there, and need not be near it.
bool HasZeroPower(TermId body, TermId symbol, TermId at, TermMaker* maker) {
  for (const TermId term : TermsBelow(maker->pool(), body)) {
    const TermPool& pool = maker->pool();
    if (pool.kind(term) != TermKind::kPower || pool.is_rational(pool.arg(term, 1))) continue;
    const TermId old_base = pool.arg(term, 0);
    const TermId base = Substitute(old_base, symbol, at, maker);
    const bool may_be_zero = base != old_base && SignOf(base, maker).value_or(0) == 0;
    if (may_be_zero || base == maker->Integer(0)) return true;
  }
  return false;
}

// False where a constant in it may have no value: 1/(e^0 - 1) of what is not known to be 0.
bool HasFiniteParts(TermId term, TermMaker* maker) {
  constexpr slong kPrecision = 256;
  const TermPool& pool = maker->pool();
  Generators generators(&pool, 0, &maker->budget());
  BallEvaluator evaluator(&pool, &generators, {Region::kUnit, 0}, kPrecision, &maker->budget());
  return absl::c_all_of(TermsBelow(pool, term), [&](TermId part) {
    return !pool.traits(part).constant || acb_is_finite(evaluator.Evaluate(part)) != 0;
  });
}

}  // namespace

bool ScalarReader::IsSymbol(NodeId node) const {
  return node != kAbsentNode && expression_->op(node) == Op::kSymbol;
}

// No name that is written begins so.
TermId ScalarReader::BoundSymbol() { return maker_->Symbol(absl::StrCat("#", binder_depth_)); }

TermId ScalarReader::ReadBound(NodeId body, absl::string_view variable) {
  bound_.emplace_back(std::string(variable), BoundSymbol());
  ++binder_depth_;
  const TermId term = ReadNode(body);
  --binder_depth_;
  bound_.pop_back();
  return term;
}

TermId ScalarReader::ReadApplication(NodeId node) {
  const absl::string_view head = expression_->op(node) == Op::kApply ? "apply" : "compose";
  return maker_->Kernel(head, ReadAll(expression_->children(node)));
}

TermId ScalarReader::ReadSeries(NodeId node) {
  const absl::Span<const NodeId> children = expression_->children(node);
  const bool sum = expression_->op(node) == Op::kSum;
  const absl::string_view head = sum ? "sum" : "product";
  if (!IsSymbol(children[1]) || children[2] == kAbsentNode || children[3] == kAbsentNode) {
    std::string condition = absl::StrCat(head, " over");
    for (const NodeId child : children.subspan(1)) {
      absl::StrAppend(&condition, " ", SubtreeText(*expression_, child));
    }
    return Unevaluated(condition, {ReadNode(children[0])});
  }
  const TermId from = ReadNode(children[2]);
  const TermId to = ReadNode(children[3]);
  const std::optional<int64_t> first = maker_->AsSmallInteger(from, kIndexMax);
  const std::optional<int64_t> last = maker_->AsSmallInteger(to, kIndexMax);
  if (first.has_value() && last.has_value()) {
    if (*last - *first < rules_.terms_max) return ExpandSeries(node, *first, *last);
  }
  const TermId body = ReadBound(children[0], expression_->text(children[1]));
  if (sum) {
    if (const auto closed = SumOfPolynomial(body, from, to)) return *closed;
  }
  if (first.has_value() && maker_->pool().kind(to) == TermKind::kInfinity) {
    const auto value = sum ? InfiniteSum(body, BoundSymbol(), *first, maker_)
                           : InfiniteProduct(body, BoundSymbol(), *first, maker_);
    if (value.has_value()) return *value;
  }
  return Unevaluated(head, {body, from, to});
}

// The derivatives of `body` by the variable that ReadBound() gives it, from the zeroth to the last
// that is not zero; nullopt if it is no polynomial of low degree.
std::optional<std::vector<TermId>> ScalarReader::DerivativesOfPolynomial(TermId body) {
  std::vector<TermId> derivatives = {body};
  if (!CoefficientsOf(body, BoundSymbol(), maker_).has_value()) return std::nullopt;
  while (derivatives.back() != maker_->Integer(0)) {
    const auto next = Derivative(derivatives.back(), BoundSymbol(), maker_);
    if (!next.has_value() || derivatives.size() > kPolynomialDegreeMax) return std::nullopt;
    derivatives.push_back(*next);
  }
  derivatives.pop_back();
  return derivatives;
}

// By Newton's forward differences: sum_{k=a}^{b} p(k) = sum_j (Delta^j p)(a) binom(b - a + 1, j+1).
std::optional<TermId> ScalarReader::SumOfPolynomial(TermId body, TermId from, TermId to) {
  const auto derivatives = DerivativesOfPolynomial(body);
  if (!derivatives.has_value() || IsInfinite(from) || IsInfinite(to)) return std::nullopt;
  std::vector<TermId> differences;
  for (size_t j = 0; j < derivatives->size(); ++j) {
    const TermId at = maker_->Add(from, maker_->Integer(static_cast<int64_t>(j)));
    differences.push_back(Substitute(body, BoundSymbol(), at, maker_));
  }
  const TermId count = maker_->Add(maker_->Subtract(to, from), maker_->Integer(1));
  std::vector<TermId> terms;
  for (size_t j = 0; j < derivatives->size(); ++j) {
    const TermId binomial = maker_->Binomial(count, maker_->Integer(static_cast<int64_t>(j) + 1));
    terms.push_back(maker_->Multiply(differences[0], binomial));
    for (size_t i = 0; i + 1 < differences.size(); ++i) {
      differences[i] = maker_->Subtract(differences[i + 1], differences[i]);
    }
    differences.pop_back();
  }
  return maker_->Add(terms);
}

// By Taylor's series at 0.
std::optional<TermId> ScalarReader::IntegralOfPolynomial(TermId body, TermId from, TermId to) {
  const auto derivatives = DerivativesOfPolynomial(body);
  if (!derivatives.has_value() || IsInfinite(from) || IsInfinite(to)) return std::nullopt;
  std::vector<TermId> terms;
  for (size_t j = 0; j < derivatives->size(); ++j) {
    const TermId next = maker_->Integer(static_cast<int64_t>(j) + 1);
    const TermId value = Substitute((*derivatives)[j], BoundSymbol(), maker_->Integer(0), maker_);
    const TermId powers = maker_->Subtract(maker_->Power(to, next), maker_->Power(from, next));
    terms.push_back(maker_->Divide(maker_->Multiply(value, powers), maker_->Factorial(next)));
  }
  return maker_->Add(terms);
}

bool ScalarReader::IsInfinite(TermId term) const { return math::IsInfinite(maker_->pool(), term); }

TermId ScalarReader::Unevaluated(absl::string_view head, absl::Span<const TermId> args) {
  notes_.has_unevaluated = true;
  return maker_->Kernel(head, args);
}

TermId ScalarReader::ExpandSeries(NodeId node, int64_t from, int64_t to) {
  const absl::Span<const NodeId> children = expression_->children(node);
  std::vector<TermId> terms;
  for (int64_t index = from; index <= to && status_.ok(); ++index) {
    if (++series_terms_ > rules_.terms_max || maker_->budget().spent()) {
      return Fail(absl::UnimplementedError("sums or products of too many terms"));
    }
    bound_.emplace_back(std::string(expression_->text(children[1])), maker_->Integer(index));
    terms.push_back(ReadNode(children[0]));
    bound_.pop_back();
  }
  return expression_->op(node) == Op::kSum ? maker_->Add(terms) : maker_->Multiply(terms);
}

TermId ScalarReader::ReadIntegral(NodeId node) {
  const absl::Span<const NodeId> children = expression_->children(node);
  if (!IsSymbol(children[1])) {
    return Fail(absl::UnimplementedError("an integral without a variable"));
  }
  if (children[2] == kAbsentNode) {
    return Unevaluated("antiderivative", {ReadNode(children[0]), ReadNode(children[1])});
  }
  const TermId body = ReadBound(children[0], expression_->text(children[1]));
  if (children[3] == kAbsentNode) {
    const std::string region = SubtreeText(*expression_, children[2]);
    return Unevaluated(absl::StrCat("integral over ", region), {body});
  }
  const TermId from = ReadNode(children[2]);
  const TermId to = ReadNode(children[3]);
  if (const auto closed = IntegralOfPolynomial(body, from, to)) return *closed;
  if (const auto value = DefiniteIntegral(body, BoundSymbol(), from, to, maker_)) return *value;
  return Unevaluated("integral", {body, from, to});
}

TermId ScalarReader::ReadLimit(NodeId node) {
  const absl::Span<const NodeId> children = expression_->children(node);
  if (!IsSymbol(children[1])) return Fail(absl::UnimplementedError("a limit without a variable"));
  const TermId body = ReadBound(children[0], expression_->text(children[1]));
  const Direction direction = expression_->direction(node);
  const TermId to = ReadNode(children[2]);
  if (!IsInfinite(to) && IsContinuous(maker_->pool(), body) &&
      !HasZeroPower(body, BoundSymbol(), to, maker_)) {
    const TermId value = Substitute(body, BoundSymbol(), to, maker_);
    if (maker_->pool().kind(value) != TermKind::kUndefined && HasFiniteParts(value, maker_)) {
      return value;
    }
  }
  if (const auto value = Limit(body, BoundSymbol(), to, direction, maker_)) return *value;
  const int side = static_cast<int>(direction);
  return Unevaluated(absl::StrCat("limit ", side), {body, to});
}

TermId ScalarReader::ReadDerivative(NodeId node) {
  const absl::Span<const NodeId> children = expression_->children(node);
  const TermId body = ReadNode(children[0]);
  const TermId variable = ReadNode(children[1]);
  const TermId order = children[2] == kAbsentNode ? maker_->Integer(1) : ReadNode(children[2]);
  const std::optional<int64_t> times = maker_->AsSmallInteger(order, kDerivativeOrderMax);
  const TermPool& pool = maker_->pool();
  // dy/dx and ∂f/∂x: f may depend on x; what is made of other letters is constant in partial
  // derivatives alone.
  const bool partial = expression_->text(node) == "partial" && pool.kind(body) != TermKind::kSymbol;
  if (times.value_or(0) > 0 && !partial && !pool.traits(body).constant &&
      !DependsOn(pool, body, variable)) {
    return maker_->Kernel("derivative", {body, variable, order});
  }
  std::optional<TermId> derivative = body;
  if (!times.has_value() || pool.kind(variable) != TermKind::kSymbol) {
    derivative = std::nullopt;
  }
  for (int64_t i = 0; derivative.has_value() && i < times.value_or(0); ++i) {
    derivative = Derivative(*derivative, variable, maker_);
  }
  if (derivative.has_value()) return *derivative;
  return Unevaluated("derivative", {body, variable, order});
}

}  // namespace whet::math
