#include "rewards/math/scalar_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace whet::math {
namespace {

bool IsBinder(Op op) {
  return op == Op::kSum || op == Op::kProduct || op == Op::kIntegral || op == Op::kLimit ||
         op == Op::kDerivative;
}

void NoteLetter(const Expression& expression, NodeId node, ReadingRules* rules) {
  if (expression.op(node) == Op::kSymbol) {
    if (expression.text(node) == "e") rules->e_is_number = false;
    if (expression.text(node) == "i") rules->i_is_number = false;
  }
  for (const NodeId child : expression.children(node)) NoteLetter(expression, child, rules);
}

}  // namespace

void NoteBoundLetters(const Expression& expression, NodeId root, ReadingRules* rules) {
  const absl::Span<const NodeId> children = expression.children(root);
  if (IsBinder(expression.op(root)) && children.size() > 1) {
    NoteLetter(expression, children[1], rules);
  }
  if (expression.op(root) == Op::kApply) NoteLetter(expression, children[0], rules);
  for (const NodeId child : children) NoteBoundLetters(expression, child, rules);
}

absl::StatusOr<TermId> ScalarReader::Read(const Expression& expression, NodeId root) {
  expression_ = &expression;
  status_ = absl::OkStatus();
  series_terms_ = 0;
  const TermId term = ReadNode(root);
  if (!status_.ok()) return status_;
  return term;
}

TermId ScalarReader::Fail(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
  return maker_->Undefined();
}

TermId ScalarReader::NotScalar(absl::string_view what) {
  return Fail(absl::InvalidArgumentError(absl::StrCat("no scalar: ", what)));
}

std::vector<TermId> ScalarReader::ReadAll(absl::Span<const NodeId> nodes) {
  std::vector<TermId> terms;
  terms.reserve(nodes.size());
  for (const NodeId node : nodes) terms.push_back(ReadNode(node));
  return terms;
}

TermId ScalarReader::ReadNode(NodeId node) {
  if (!status_.ok() || !maker_->budget().Spend(1)) return maker_->Undefined();
  switch (expression_->op(node)) {
    case Op::kNumber:
    case Op::kRepeating:
    case Op::kTruncated:
    case Op::kBased:
    case Op::kSymbol:
    case Op::kConstant:
      return ReadLeaf(node);
    case Op::kFactorial:
    case Op::kDoubleFactorial:
    case Op::kBinomial:
    case Op::kMod:
    case Op::kFloor:
    case Op::kCeil:
      return ReadIntegerOperation(node);
    case Op::kFunction:
      return ReadFunction(node);
    case Op::kApply:
    case Op::kCompose:
      return ReadApplication(node);
    case Op::kSum:
    case Op::kProduct:
      return ReadSeries(node);
    case Op::kIntegral:
      return ReadIntegral(node);
    case Op::kLimit:
      return ReadLimit(node);
    case Op::kDerivative:
      return ReadDerivative(node);
    case Op::kAccent:
      return ReadMarked(node);
    case Op::kEllipsis:
      return Fail(absl::UnimplementedError("an ellipsis in a sum or product"));
    default:
      return ReadArithmetic(node);
  }
}

TermId ScalarReader::ReadArithmetic(NodeId node) {
  const absl::Span<const NodeId> children = expression_->children(node);
  switch (expression_->op(node)) {
    case Op::kAdd:
      return ReadSum(children);
    case Op::kMultiply:
      return maker_->Multiply(ReadAll(children));
    case Op::kDivide: {
      const TermId numerator = ReadNode(children[0]);
      return maker_->Divide(numerator, ReadNode(children[1]));
    }
    case Op::kPower: {
      const TermId base = ReadNode(children[0]);
      return maker_->Power(base, ReadNode(children[1]));
    }
    case Op::kNegate:
      return maker_->Negate(ReadNode(children[0]));
    case Op::kRoot: {
      const TermId radicand = ReadNode(children[0]);
      if (children[1] == kAbsentNode) return maker_->SquareRoot(radicand);
      return maker_->Root(radicand, ReadNode(children[1]));
    }
    case Op::kPercent:
      return maker_->Multiply(ReadNode(children[0]), maker_->Rational(Rational(1, 100)));
    case Op::kDegrees:
      return ReadDegrees(node);
    case Op::kAbs:
      return maker_->Function(TermKind::kAbs, ReadNode(children[0]));
    case Op::kNorm:
      return maker_->Kernel("norm", {ReadNode(children[0])});
    case Op::kPlusMinus:
    case Op::kMinusPlus:
      return NotScalar("two values, by a sign of plus or minus");
    case Op::kQuantity:
      return NotScalar("a quantity with a unit");
    case Op::kText:
    case Op::kPhrase:
      return NotScalar("words");
    default:
      return NotScalar("a set, a list, a matrix or a statement");
  }
}

// Decimals that add up to an integer are none: 0.5 - 0.5.
TermId ScalarReader::ReadSum(absl::Span<const NodeId> children) {
  const bool has_decimal = notes_.has_decimal;
  std::optional<Rational> decimals = Rational(0);
  std::vector<TermId> terms;
  bool any = false;
  for (const NodeId child : children) {
    notes_.has_decimal = false;
    terms.push_back(ReadNode(child));
    if (!notes_.has_decimal) continue;
    any = true;
    const Rational* value = maker_->AsRational(terms.back());
    decimals = value != nullptr && decimals ? Add(*decimals, *value) : std::nullopt;
  }
  const bool cancel = decimals.has_value() && decimals->is_integer();
  notes_.has_decimal = has_decimal || (any && !cancel);
  return maker_->Add(terms);
}

TermId ScalarReader::ReadIntegerOperation(NodeId node) {
  const TermId first = ReadNode(expression_->child(node, 0));
  const auto second = [&] { return ReadNode(expression_->child(node, 1)); };
  switch (expression_->op(node)) {
    case Op::kFactorial:
      return maker_->Factorial(first);
    case Op::kDoubleFactorial:
      return maker_->DoubleFactorial(first);
    case Op::kBinomial:
      return maker_->Binomial(first, second());
    case Op::kMod:
      return maker_->Modulo(first, second());
    case Op::kFloor:
      return maker_->Floor(first);
    default:
      return maker_->Negate(maker_->Floor(maker_->Negate(first)));
  }
}

TermId ScalarReader::ReadLeaf(NodeId node) {
  switch (expression_->op(node)) {
    case Op::kSymbol:
      return ReadSymbol(expression_->text(node));
    case Op::kConstant:
      return ReadConstant(node);
    case Op::kTruncated:
      notes_.has_decimal = true;
      return ReadNode(expression_->child(node, 0));
    default:
      return ReadNumber(node);
  }
}

TermId ScalarReader::ReadNumber(NodeId node) {
  const absl::string_view text = expression_->text(node);
  std::optional<Rational> value;
  if (expression_->op(node) == Op::kBased) {
    const std::optional<int64_t> base =
        maker_->AsSmallInteger(ReadNode(expression_->child(node, 0)), 36);
    value = base.has_value() ? ParseBased(text, *base) : std::nullopt;
  } else if (expression_->op(node) == Op::kRepeating) {
    value = ParseRepeating(text);
  } else {
    value = ParseNumeral(text);
    notes_.has_decimal |= value.has_value() && !value->is_integer();
  }
  if (value.has_value()) return maker_->Rational(*value);
  return Fail(absl::UnimplementedError("a number that is too large, or no numeral in its base"));
}

TermId ScalarReader::ReadConstant(NodeId node) {
  TermPool& pool = maker_->pool();
  switch (expression_->constant(node)) {
    case Constant::kPi:
      return pool.Make(TermKind::kPi);
    case Constant::kE:
      return pool.Make(TermKind::kEuler);
    case Constant::kI:
      return pool.Make(TermKind::kImaginary);
    case Constant::kInfinity:
      return pool.Make(TermKind::kInfinity);
    default:
      return NotScalar("a set");
  }
}

std::string ScalarReader::WithBoundSubscript(absl::string_view name) const {
  const size_t subscript = name.find('_');
  if (bound_.empty() || subscript == absl::string_view::npos) return std::string(name);
  std::string result(name.substr(0, subscript));
  for (size_t i = subscript; i < name.size();) {
    size_t end = i;
    while (end < name.size() && absl::ascii_isalpha(name[end])) ++end;
    end = std::max(end, i + 1);
    absl::StrAppend(&result, NameOfBound(name.substr(i, end - i)));
    i = end;
  }
  return result;
}

// What the innermost binder of that name binds it to.
std::optional<TermId> ScalarReader::Bound(absl::string_view name) const {
  std::optional<TermId> term;
  for (const auto& [bound_name, bound_term] : bound_) {
    if (bound_name == name) term = bound_term;
  }
  return term;
}

// What stands for a letter in a subscript.
std::string ScalarReader::NameOfBound(absl::string_view letter) const {
  const std::optional<TermId> term = Bound(letter);
  if (!term.has_value()) return std::string(letter);
  const TermPool& pool = maker_->pool();
  return pool.is_rational(*term) ? pool.rational(*term).ToString() : pool.name(*term);
}

TermId ScalarReader::ReadSymbol(absl::string_view name) {
  if (const std::optional<TermId> bound = Bound(name)) return *bound;
  if (name == "e" && rules_.e_is_number) return maker_->pool().Make(TermKind::kEuler);
  if (name == "i" && rules_.i_is_number) return maker_->pool().Make(TermKind::kImaginary);
  return maker_->Symbol(WithBoundSubscript(name));
}

TermId ScalarReader::ReadDegrees(NodeId node) {
  const TermId value = ReadNode(expression_->child(node, 0));
  if (trigonometric_depth_ == 0) notes_.has_bare_degrees = true;
  if (trigonometric_depth_ == 0 && !rules_.degrees_are_radians) return value;
  const TermId degree = maker_->Rational(Rational(1, 180));
  return maker_->Multiply({value, degree, maker_->pool().Make(TermKind::kPi)});
}

// A line over what holds i, and over nothing unknown, conjugates; all other marks only tell names
// apart.
TermId ScalarReader::ReadMarked(NodeId node) {
  const TermId inner = ReadNode(expression_->child(node, 0));
  const absl::string_view mark = expression_->text(node);
  if (mark == "overline" && maker_->pool().traits(inner).constant &&
      maker_->AsRational(inner) == nullptr) {
    return maker_->Function(TermKind::kConjugate, inner);
  }
  return maker_->Kernel(absl::StrCat("mark ", mark), {inner});
}

}  // namespace whet::math
