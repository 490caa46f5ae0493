#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rewards/math/grammar.h"
#include "rewards/math/units.h"

namespace whet::math {

using absl::string_view;
using Kind = TokenKind;

// What stands beside ∪, ∩, ∖ or behind ∈: {x} is a set there, and (a, b) an interval.
NodeId Grammar::SetOperand(NodeId node, bool braced) {
  if (braced) return Make(Op::kSet, {node});
  const bool pair = OpOf(node) == Op::kTuple && tree_.children(node).size() == 2;
  if (!pair) return node;
  return Make(Op::kInterval, {tree_.child(node, 0), tree_.child(node, 1)});
}

NodeId Grammar::Union() {
  NodeId left = Sections();
  bool braced = left == braced_;
  Nodes united;
  while (Is(Kind::kUnion) || Is(Kind::kSetMinus) || IsLetterUnion(left)) {
    const bool difference = Is(Kind::kSetMinus);
    Advance();
    left = SetOperand(WithUnit(left), braced);
    const NodeId next = Sections();
    const NodeId right = SetOperand(next, next == braced_);
    braced = false;
    if (!difference) {
      if (united.empty()) united.push_back(left);
      united.push_back(right);
      continue;
    }
    if (!united.empty()) left = Make(Op::kUnion, united);
    united.clear();
    left = Make(Op::kSetDifference, {left, right});
  }
  return united.empty() ? left : Make(Op::kUnion, united);
}

// (0,1) U (2,3): the letter between two brackets.
bool Grammar::IsLetterUnion(NodeId left) const {
  if (!Is(Kind::kLetter) || Now().text != "U" || Now().run != 1 || Now().run_before != 0) {
    return false;
  }
  return IsAhead(1, Kind::kOpen) && (IsVisiblySet(left) || OpOf(left) == Op::kTuple);
}

NodeId Grammar::Sections() {
  const NodeId first = Sum();
  const bool braced = first == braced_;
  if (!Is(Kind::kIntersection)) return first;
  Nodes sets = {SetOperand(WithUnit(first), braced)};
  while (Take(Kind::kIntersection)) {
    const NodeId next = Sum();
    sets.push_back(SetOperand(next, next == braced_));
  }
  return Make(Op::kIntersection, sets);
}

NodeId Grammar::SumOf(absl::Span<const NodeId> terms) {
  return terms.size() == 1 ? terms[0] : Make(Op::kAdd, terms);
}

bool Grammar::IsVisiblySet(NodeId node) const {
  switch (OpOf(node)) {
    case Op::kSet:
    case Op::kSetBuilder:
    case Op::kInterval:
    case Op::kUnion:
    case Op::kIntersection:
    case Op::kSetDifference:
      return true;
    case Op::kConstant:
      return tree_.constant(node) >= Constant::kEmptySet;
    default:
      return false;
  }
}

// A unit behind the last term is that of the sum, where no other term has one: it stays in unit_.
NodeId Grammar::Sum() {
  Nodes terms;
  bool measured = false;
  if (Is(Kind::kPlusMinus) || Is(Kind::kMinusPlus)) {
    const Op op = Is(Kind::kPlusMinus) ? Op::kPlusMinus : Op::kMinusPlus;
    Advance();
    terms.push_back(Make(op, {Term()}));
  } else {
    terms.push_back(Term());
  }
  while (!IntegralDone()) {
    // 3 hours 20 minutes is a sum.
    const bool compound = Is(Kind::kNumber) && IsKnownUnit(unit_);
    const Kind sign = compound ? Kind::kPlus : Now().kind;
    if (sign != Kind::kPlus && sign != Kind::kMinus && sign != Kind::kPlusMinus &&
        sign != Kind::kMinusPlus) {
      break;
    }
    if (!compound) Advance();
    if (!unit_.empty()) {
      measured = true;
      terms.back() = WithUnit(terms.back());
    }
    const NodeId term = Term();
    if (sign == Kind::kPlus) {
      terms.push_back(term);
    } else if (sign != Kind::kMinus) {
      const Op op = sign == Kind::kPlusMinus ? Op::kPlusMinus : Op::kMinusPlus;
      terms = {Make(op, {SumOf(terms), term})};
    } else if (IsVisiblySet(term) || IsVisiblySet(terms.back())) {
      terms = {Make(Op::kSetDifference, {SumOf(terms), SetOperand(term, term == braced_)})};
    } else {
      terms.push_back(Make(Op::kNegate, {term}));
    }
  }
  if (measured && !unit_.empty()) {
    const bool negative = OpOf(terms.back()) == Op::kNegate;
    const NodeId value = negative ? tree_.child(terms.back(), 0) : terms.back();
    const NodeId quantity = WithUnit(value);
    terms.back() = negative ? Make(Op::kNegate, {quantity}) : quantity;
  }
  return SumOf(terms);
}

NodeId Grammar::WholeSum() { return WithUnit(Sum()); }

NodeId Grammar::WithUnit(NodeId node) {
  if (unit_.empty()) return node;
  const std::string unit = std::exchange(unit_, "");
  return Make(Op::kQuantity, {node}, unit);
}

// Nothing but a differential is 1.
NodeId Grammar::ProductOf(absl::Span<const NodeId> factors) {
  if (factors.empty()) return MakeNumber("1");
  return factors.size() == 1 ? factors[0] : Make(Op::kMultiply, factors);
}

NodeId Grammar::Term() {
  const bool negative = Is(Kind::kMinus) && IsAhead(1, Kind::kCurrency) && Take(Kind::kMinus);
  std::string currency;
  if (Is(Kind::kCurrency)) {
    currency = std::string(Now().text);
    Take(Kind::kCurrency);
  }
  Nodes factors;
  Signed(&factors);
  while (!IntegralDone()) {
    if (Take(Kind::kTimes)) {
      Nodes next;
      Signed(&next);
      factors.insert(factors.end(), next.begin(), next.end());
    } else if (Take(Kind::kDivide)) {
      factors = {Divided(ProductOf(factors))};
    } else if (Take(Kind::kMod)) {
      factors = {Make(Op::kMod, {ProductOf(factors), SignedNode()})};
    } else if (Is(Kind::kChoose) && Now().text == "choose") {
      Take(Kind::kChoose);
      factors = {Make(Op::kBinomial, {ProductOf(factors), SignedNode()})};
    } else if (Take(Kind::kCompose)) {
      factors = {Make(Op::kCompose, {ProductOf(factors), SignedNode()})};
    } else if (StartsFactor()) {
      Product(&factors);
    } else {
      break;
    }
  }
  NodeId value = ProductOf(factors);
  if (negative) value = Make(Op::kNegate, {value});
  if (UnitFollows()) {
    value = Measured(value);
  } else if (WordsFollow()) {
    value = PhraseFrom(value);
  }
  if (!currency.empty()) {
    const string_view rest = absl::StartsWith(unit_, "/") ? string_view(unit_) : string_view();
    unit_ = absl::StrCat(CanonicalUnit(currency), rest);
  }
  return value;
}

// What `left` is divided by. Of two numerals only the second is: 1/2x is (1/2)x.
NodeId Grammar::Divided(NodeId left) {
  const NodeId value = OpOf(left) == Op::kNegate ? tree_.child(left, 0) : left;
  const bool numerals = OpOf(value) == Op::kNumber && Is(Kind::kNumber);
  return Make(Op::kDivide, {left, numerals ? Postfix() : SignedNode()});
}

NodeId Grammar::SignedNode() {
  Nodes factors;
  Signed(&factors);
  return ProductOf(factors);
}

// The factors of a product; a single one, if it has a sign.
void Grammar::Signed(Nodes* factors) {
  size_t minuses = 0;
  while (Is(Kind::kMinus) || Is(Kind::kPlus)) {
    if (Is(Kind::kMinus)) ++minuses;
    Advance();
  }
  if (minuses == 0) return Product(factors);
  Nodes own;
  Product(&own);
  NodeId product = ProductOf(own);
  for (size_t i = 0; i < minuses; ++i) product = Make(Op::kNegate, {product});
  factors->push_back(product);
}

}  // namespace whet::math
