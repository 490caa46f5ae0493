#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rewards/math/grammar.h"

namespace whet::math {

using Kind = TokenKind;

// Whether the d or ∂ of a derivative is the token at `position`.
bool Grammar::IsDAt(size_t position) const {
  const Token& token = tokens_[std::min(position, tokens_.size() - 1)];
  return (token.kind == Kind::kLetter && token.text == "d") ||
         (token.kind == Kind::kName && token.text == "partial");
}

// \frac{d …}{d x …}: both parts begin with d, and the lower one is d and a name, again and again,
// each maybe with an exponent of one token.
bool Grammar::DerivativeAhead() const {
  if (!IsAhead(1, Kind::kBraceOpen) || !IsDAt(position_ + 2)) return false;
  const size_t upper_end = Ahead(1).partner;
  if (upper_end == 0 || tokens_[upper_end + 1].kind != Kind::kBraceOpen) return false;
  const size_t end = tokens_[upper_end + 1].partner;
  size_t at = upper_end + 2;
  constexpr size_t kTokensMax = 24;
  if (end == 0 || at >= end || end - at > kTokensMax) return false;
  while (at < end) {
    if (!IsDAt(at)) return false;
    const Kind name = tokens_[at + 1].kind;
    if (at + 1 >= end || (name != Kind::kLetter && name != Kind::kName)) return false;
    at += 2;
    if (tokens_[at].kind != Kind::kCaret) continue;
    at = tokens_[at + 1].partner != 0 ? tokens_[at + 1].partner + 1 : at + 2;
  }
  return at == end;
}

NodeId Grammar::Derivative() {
  Take(Kind::kFraction);
  Take(Kind::kBraceOpen);
  NodeId body = kAbsentNode;
  const bool partial = Is(Kind::kName);
  {
    const Inside inside(this);
    Advance();  // d
    if (Take(Kind::kCaret)) Exponent();
    if (!Is(Kind::kBraceClose)) body = WholeSum();
    Expect(Kind::kBraceClose, "a closing }");
  }
  Take(Kind::kBraceOpen);
  absl::InlinedVector<std::pair<NodeId, NodeId>, 2> variables;  // And their orders.
  while (IsDAt(position_)) {
    Advance();
    const NodeId variable = MakeSymbol(Now().text);
    Advance();
    const NodeId order = Take(Kind::kCaret) ? Exponent() : MakeNumber("1");
    variables.emplace_back(variable, order);
  }
  Expect(Kind::kBraceClose, "a closing }");
  if (body == kAbsentNode) {
    Nodes factors;
    Product(&factors);
    body = ProductOf(factors);
  }
  for (size_t i = variables.size(); i-- > 0;) {
    body = Make(Op::kDerivative, {body, variables[i].first, variables[i].second},
                partial ? "partial" : "");
  }
  return body;
}

// dy/dx in plain letters.
bool Grammar::IsPlainDerivative() const {
  const auto is_d_run = [this](size_t at) {
    return Ahead(at).kind == Kind::kLetter && Ahead(at).text == "d" && Ahead(at).run == 2 &&
           Ahead(at).run_before == 0;
  };
  return integrals_.empty() && is_d_run(0) && IsAhead(2, Kind::kDivide) && is_d_run(3);
}

NodeId Grammar::PlainDerivative() {
  const NodeId body = MakeSymbol(Ahead(1).text);
  const NodeId variable = MakeSymbol(Ahead(4).text);
  Advance(5);
  return Make(Op::kDerivative, {body, variable, MakeNumber("1")});
}

// _… and ^… behind a sign, in any order. Empty braces are as if they were not there.
Grammar::Scripts Grammar::TakeScripts() {
  Scripts scripts;
  while (Is(Kind::kUnderscore) || Is(Kind::kCaret)) {
    NodeId& script = Is(Kind::kUnderscore) ? scripts.below : scripts.above;
    if (script != kAbsentNode) {
      Fail("a second subscript or superscript");
      return scripts;
    }
    Advance();
    if (Is(Kind::kBraceOpen) && IsAhead(1, Kind::kBraceClose)) {
      Advance(2);
      continue;
    }
    const bool negative = Take(Kind::kMinus);
    script = Is(Kind::kLetter) ? FractionArgument() : Argument();
    if (negative) script = Make(Op::kNegate, {script});
  }
  return scripts;
}

// \iint is an integral of an integral, of which the inner one has what is written below.
NodeId Grammar::Integral() {
  Token& sign = tokens_[position_];
  const bool last = sign.value == 1;
  if (last) Advance();
  Scripts scripts;
  if (last) {
    scripts = TakeScripts();
  } else {
    // The scripts stand behind the one token of all signs; the innermost reads them.
    --sign.value;
  }
  integrals_.push_back({around_.level, kAbsentNode, false});
  NodeId body = kAbsentNode;
  if (last) {
    body = Unwrapped(WholeSum());
  } else {
    body = Integral();
    if (IsDifferential()) TakeDifferential();
  }
  const NodeId variable = integrals_.back().variable;
  integrals_.pop_back();
  return Make(Op::kIntegral, {body, variable, scripts.below, scripts.above});
}

NodeId Grammar::BigOperator() {
  const Op op = static_cast<Op>(Now().value);
  Take(Kind::kBigOperator);
  const Scripts scripts = TakeScripts();
  NodeId body = WithUnit(Term());
  if (failed()) return kAbsentNode;
  if (op == Op::kBigUnion || op == Op::kBigIntersection) body = SetOperand(body, body == braced_);
  NodeId variable = scripts.below;
  NodeId from = kAbsentNode;
  if (OpOf(variable) == Op::kRelation && tree_.relation(variable) == Relation::kEqual &&
      OpOf(tree_.child(variable, 0)) == Op::kSymbol) {
    from = tree_.child(variable, 1);
    variable = tree_.child(variable, 0);
  }
  // Children come before their parents: the body was made last.
  return Make(op, {body, variable, from, scripts.above});
}

NodeId Grammar::Limit() {
  Take(Kind::kLimit);
  if (!Take(Kind::kUnderscore)) return Fail("what the limit is taken at is missing");
  const bool braces = Take(Kind::kBraceOpen);
  NodeId variable;
  NodeId target;
  Direction direction = Direction::kBoth;
  {
    const Inside inside(this);
    variable = Primary();
    if (Is(Kind::kUnderscore)) variable = Lowered(variable);
    if (!Take(Kind::kRelation, Of(Relation::kTo))) return Fail("\\to is expected");
    target = LimitTarget(&direction);
    if (braces) Expect(Kind::kBraceClose, "a closing }");
  }
  const NodeId body = WithUnit(Term());
  return Make(Op::kLimit, {body, variable, target}, {}, Of(direction));
}

// a, a^+, a^-, and plain a+, a-.
NodeId Grammar::LimitTarget(Direction* direction) {
  const bool outer = std::exchange(in_limit_, true);
  const bool negative = Take(Kind::kMinus);
  Take(Kind::kPlus);
  Nodes factors;
  Product(&factors);
  NodeId target = ProductOf(factors);
  if (Take(Kind::kDivide)) target = Make(Op::kDivide, {target, SignedNode()});
  if (negative) target = Make(Op::kNegate, {target});
  if ((Is(Kind::kPlus) || Is(Kind::kMinus)) && IsAhead(1, Kind::kBraceClose)) {
    direction_ = Is(Kind::kPlus) ? Direction::kAbove : Direction::kBelow;
    Advance();
  }
  *direction = std::exchange(direction_, Direction::kBoth);
  in_limit_ = outer;
  return target;
}

}  // namespace whet::math
