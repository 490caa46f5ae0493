#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rewards/math/grammar.h"

namespace whet::math {

using Kind = TokenKind;

NodeId Grammar::Group() {
  const auto bracket = static_cast<Bracket>(Now().value);
  switch (bracket) {
    case Bracket::kRound:
    case Bracket::kSquare:
    case Bracket::kReversedSquare:
      return RoundOrSquare(bracket);
    case Bracket::kCurly:
      return Curly();
    case Bracket::kAngle:
      return Angle();
    case Bracket::kFloor:
      return Enclosed(bracket, Op::kFloor);
    case Bracket::kCeil:
      return Enclosed(bracket, Op::kCeil);
    case Bracket::kAbs:
      return AbsOf(Enclosed(bracket, Op::kAbs));
    case Bracket::kNorm:
      return Enclosed(bracket, Op::kNorm);
    case Bracket::kNothing:
      break;
  }
  Take(Kind::kOpen);
  const Inside inside(this);
  const NodeId content = Statement();
  if (!Take(Kind::kClose, Of(Bracket::kNothing))) return Fail("\\right. is expected");
  return content;
}

// ⌊x⌋, ⌈x⌉, \left| x \right|: one thing, and the bracket that fits.
NodeId Grammar::Enclosed(Bracket bracket, Op op) {
  Take(Kind::kOpen);
  NodeId content;
  {
    const Inside inside(this);
    content = WithUnit(Union());
    if (!Take(Kind::kClose, Of(bracket))) Fail("the closing bracket is missing or another one");
  }
  return Make(op, {content});
}

// The bars around a matrix are its determinant.
NodeId Grammar::AbsOf(NodeId abs) {
  if (failed() || OpOf(tree_.child(abs, 0)) != Op::kMatrix) return abs;
  return Make(Op::kFunction, {tree_.child(abs, 0)}, {}, Of(Function::kDet));
}

// The bracket at the end of round or square ones; whether it is one that includes.
bool Grammar::TakeCloseOfInterval(bool* square) {
  *square = Is(Kind::kClose, Of(Bracket::kSquare));
  if (Take(Kind::kClose, Of(Bracket::kSquare)) || Take(Kind::kClose, Of(Bracket::kRound)) ||
      Take(Kind::kClose, Of(Bracket::kReversedSquare))) {
    return true;
  }
  return Take(Kind::kOpen, Of(Bracket::kSquare));  // [0,1[.
}

NodeId Grammar::RoundOrSquare(Bracket bracket) {
  Advance();
  Items items;
  bool right_square = false;
  bool fits = false;
  {
    const Inside inside(this);
    around_.interval = true;
    TakeItems(&items);
    const bool round_close = Is(Kind::kClose, Of(Bracket::kRound));
    const bool square_close = Is(Kind::kClose, Of(Bracket::kSquare));
    fits = bracket == Bracket::kRound ? round_close : square_close;
    if (!TakeCloseOfInterval(&right_square)) return Fail("a closing bracket is expected");
  }
  if (failed()) return kAbsentNode;
  if (items.nodes.size() == 1) {
    if (!fits || bracket == Bracket::kReversedSquare) {
      return Fail("brackets of two kinds around one thing");
    }
    if (bracket == Bracket::kRound) grouped_ = items.nodes[0];
    return items.nodes[0];
  }
  if (items.nodes.size() > 2 && !fits) return Fail("an interval has two ends");
  const bool round = fits && bracket == Bracket::kRound;
  const int ends = (bracket == Bracket::kSquare ? Expression::kLeftClosed : 0) |
                   (right_square ? Expression::kRightClosed : 0);
  return BracketsOf(items, round, static_cast<uint16_t>(ends));
}

// Several items between brackets. Semicolons separate as commas do; "and" and "or" make a list.
NodeId Grammar::BracketsOf(const Items& items, bool round, uint16_t ends) {
  const bool words = std::any_of(items.separators.begin(), items.separators.end(), [](auto s) {
    return s == Separator::kAnd || s == Separator::kOr;
  });
  if (words) return Assemble(items);
  bool commas = false;
  bool semicolons = false;
  for (const Separator separator : items.separators) {
    (separator == Separator::kComma ? commas : semicolons) = true;
  }
  if (commas && semicolons) {
    const auto rows = tree_.children(Assemble(items));
    return Make(Op::kTuple, Nodes(rows.begin(), rows.end()));
  }
  const Nodes& nodes = items.nodes;
  const bool infinite = IsInfinite(nodes[0]) || IsInfinite(nodes.back());
  const bool interval = nodes.size() == 2 && (!round || infinite);
  return Make(interval ? Op::kInterval : Op::kTuple, nodes, {}, ends);
}

NodeId Grammar::SetOf(Items* items) {
  for (size_t i = 0; i < items->nodes.size(); ++i) {
    if (items->braced[i]) items->nodes[i] = Make(Op::kSet, {items->nodes[i]});
  }
  bool commas = false;
  bool semicolons = false;
  for (const Separator separator : items->separators) {
    (separator == Separator::kSemicolon ? semicolons : commas) = true;
  }
  if (!(commas && semicolons)) return Make(Op::kSet, items->nodes);
  const NodeId parts = Assemble(*items);
  const auto children = tree_.children(parts);
  return Make(Op::kSet, Nodes(children.begin(), children.end()));
}

// The rest of { x | condition }.
NodeId Grammar::SuchThat(const Items& items) {
  Advance();
  around_.such_that = false;
  const NodeId element = Assemble(items);
  return Make(Op::kSetBuilder, {element, Statement()});
}

// \{…\}: a set. \left\{ … \right. is a system.
NodeId Grammar::Curly() {
  Take(Kind::kOpen);
  if (Take(Kind::kClose, Of(Bracket::kCurly))) return MakeConstant(Constant::kEmptySet);
  Items items;
  NodeId built = kAbsentNode;
  const Inside inside(this);
  around_.such_that = true;
  TakeItems(&items);
  const bool separates =
      Is(Kind::kBar) || Is(Kind::kColon) || Is(Kind::kRelation, Of(Relation::kMid));
  if (separates) built = SuchThat(items);
  if (Take(Kind::kClose, Of(Bracket::kNothing))) return Assemble(items);
  if (!Take(Kind::kClose, Of(Bracket::kCurly))) return Fail("a closing \\} is expected");
  return separates ? built : SetOf(&items);
}

// {…} without backslashes: a group, or a set of several.
NodeId Grammar::Braces() {
  Take(Kind::kBraceOpen);
  if (Take(Kind::kBraceClose)) {
    if (Is(Kind::kCaret) || Is(Kind::kUnderscore)) return Prescript();
    return Fail("nothing is in the braces");
  }
  Items items;
  NodeId node = kAbsentNode;
  {
    const Inside inside(this);
    around_.such_that = true;
    TakeItems(&items);
    if (Is(Kind::kBar) || Is(Kind::kColon) || Is(Kind::kRelation, Of(Relation::kMid))) {
      node = SuchThat(items);
    } else if (items.nodes.size() > 1) {
      node = SetOf(&items);
    } else {
      node = items.nodes[0];
      braced_ = node;
      if (Take(Kind::kOver)) node = Make(Op::kDivide, {node, Statement()});
      if (Take(Kind::kChoose)) node = Make(Op::kBinomial, {node, Statement()});
    }
    Expect(Kind::kBraceClose, "a closing }");
  }
  if (node != braced_) braced_ = kAbsentNode;
  return node;
}

NodeId Grammar::Bars() {
  const Kind kind = Now().kind;
  const uint32_t begin = position_;
  Advance();
  bars_.push_back(begin);
  const NodeId content = WithUnit(Union());
  if (!Take(kind)) return Fail("a closing bar is missing");
  bars_.pop_back();
  if (kind == Kind::kDoubleBar) return Make(Op::kNorm, {content});
  // ||x||, without spaces between the bars.
  const bool twice = OpOf(content) == Op::kAbs && abs_begin_ == begin + 1 &&
                     abs_end_ + 1 == position_ && !tokens_[begin + 1].space_before &&
                     !tokens_[position_ - 1].space_before;
  abs_begin_ = begin;
  abs_end_ = position_;
  if (twice) return Make(Op::kNorm, {tree_.child(content, 0)});
  return AbsOf(Make(Op::kAbs, {content}));
}

// \langle 1, 2 \rangle and <1, 2>.
NodeId Grammar::Angle() {
  const bool plain = Is(Kind::kRelation);
  Advance();
  const Inside inside(this);
  around_.angle = plain;
  Items items;
  TakeItems(&items);
  const bool closed = plain
                          ? items.nodes.size() > 1 && Take(Kind::kRelation, Of(Relation::kGreater))
                          : Take(Kind::kClose, Of(Bracket::kAngle));
  if (!closed) return Fail(plain ? "an operand is missing" : "a closing bracket is missing");
  return Make(Op::kVector, items.nodes);
}

// The argument of a command: in braces, or the one thing that comes.
NodeId Grammar::Argument() {
  if (!Is(Kind::kBraceOpen)) return Is(Kind::kNumber) ? Literal() : Unwrapped(Primary());
  Take(Kind::kBraceOpen);
  const Inside inside(this);
  const NodeId content = BraceContent();
  Expect(Kind::kBraceClose, "a closing }");
  return content;
}

NodeId Grammar::BraceContent() {
  NodeId content = Statement();
  if (Take(Kind::kOver)) content = Make(Op::kDivide, {content, Statement()});
  if (Take(Kind::kChoose)) content = Make(Op::kBinomial, {content, Statement()});
  if (OpOf(content) == Op::kList) return Fail("one expression is expected, not several");
  return Unwrapped(content);
}

}  // namespace whet::math
