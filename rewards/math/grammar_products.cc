#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rewards/math/grammar.h"

namespace whet::math {

using absl::string_view;
using Kind = TokenKind;

// Whether a token of this kind ends all of what stands before it, without any operator.
bool Grammar::EndsOperand(TokenKind kind) {
  switch (kind) {
    case Kind::kEnd:
    case Kind::kComma:
    case Kind::kSemicolon:
    case Kind::kColon:
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kWhere:
    case Kind::kRelation:
    case Kind::kClose:
    case Kind::kBraceClose:
    case Kind::kAmpersand:
    case Kind::kRow:
    case Kind::kEndEnvironment:
      return true;
    default:
      return false;
  }
}

// Factors side by side, added to `factors`: at least one, or the differential of an integral.
void Grammar::Product(Nodes* factors) {
  if (IsDifferential()) return TakeDifferential();
  if (TakeLetterRun(factors)) return;
  do {
    const uint32_t begin = position_;
    AddFactor(factors, Postfix(), begin);
    if (IntegralDone()) return;
    if (IsDifferential()) return TakeDifferential();
  } while (StartsFactor());
}

// A run of two to four letters that stands alone: their product, which keeps the run.
bool Grammar::TakeLetterRun(Nodes* factors) {
  constexpr size_t kLettersMax = 4;
  const size_t run = Now().run;
  const bool begins = position_ == around_.item_begin ||
                      tokens_[position_ - 1].kind == Kind::kRelation ||
                      tokens_[position_ - 1].kind == Kind::kColon;
  if (!begins || !Is(Kind::kLetter) || Now().run_before != 0 || run < 2 || run > kLettersMax ||
      WordsNow() != 0) {
    return false;
  }
  if (!EndsOperand(Ahead(run).kind)) return false;
  if (!integrals_.empty() && !integrals_.back().done) return false;
  const string_view text = SourceOf(position_, position_ + run);
  Nodes letters;
  for (size_t i = 0; i < run; ++i) {
    letters.push_back(MakeSymbol(Now().text));
    Advance();
  }
  factors->push_back(Make(Op::kMultiply, letters, text));
  return true;
}

// Beside something else, or as an argument, one thing in braces is that thing.
NodeId Grammar::Unwrapped(NodeId node) const {
  const bool single = OpOf(node) == Op::kSet && tree_.children(node).size() == 1;
  return single ? tree_.child(node, 0) : node;
}

// Adds a factor that began at the token `begin`, and what its neighbour makes of it.
void Grammar::AddFactor(Nodes* factors, NodeId factor, uint32_t begin) {
  if (failed()) return factors->push_back(kAbsentNode);
  const bool alone = factors->empty();
  if (alone) {
    if (StartsFactor()) factor = Unwrapped(factor);
    if (OpOf(factor) == Op::kText) factor = PhraseFrom(factor);
    factors->push_back(factor);
    return;
  }
  NodeId& last = factors->back();
  last = Unwrapped(last);
  factor = Unwrapped(factor);
  const Token& first = tokens_[begin];
  const bool behind_number = OpOf(last) == Op::kNumber && last != braced_ && begin > 0 &&
                             tokens_[begin - 1].kind == Kind::kNumber;
  if (first.kind == Kind::kNumber && (behind_number || OpOf(last) == Op::kPercent)) {
    MoveTo(begin);
    Fail("an operator is missing between two numbers");
  } else if (AddApplied(factors, factor, begin)) {
    return;
  } else if (first.kind == Kind::kFraction && behind_number && IsInteger(last) &&
             IsMixedWith(factor)) {
    last = Mixed(last, factor);
  } else if (factor == primed_ && (OpOf(last) == Op::kDegrees || OpOf(last) == Op::kAdd)) {
    last = Make(Op::kAdd, {last, factor});  // 30°15'20''.
  } else {
    factors->push_back(factor);
  }
}

// Whether an integer before `fraction` makes a mixed number: two integers, and maybe % or °.
bool Grammar::IsMixedWith(NodeId fraction) const {
  if (OpOf(fraction) == Op::kPercent || OpOf(fraction) == Op::kDegrees) {
    fraction = tree_.child(fraction, 0);
  }
  return OpOf(fraction) == Op::kDivide && IsInteger(tree_.child(fraction, 0)) &&
         IsInteger(tree_.child(fraction, 1));
}

NodeId Grammar::Mixed(NodeId whole, NodeId fraction) {
  const Op op = OpOf(fraction);
  if (op == Op::kDivide) return Make(Op::kAdd, {whole, fraction});
  return Make(op, {Make(Op::kAdd, {whole, tree_.child(fraction, 0)})});
}

// A symbol before brackets that hold what no factor can be applies to it: a list, a statement.
bool Grammar::AddApplied(Nodes* factors, NodeId factor, uint32_t begin) {
  const Token& open = tokens_[begin];
  const NodeId function = factors->back();
  if (!(open.kind == Kind::kOpen && open.value == Of(Bracket::kRound)) || open.space_before) {
    return false;
  }
  if (OpOf(function) == Op::kCompose) {
    factors->back() = Make(Op::kApply, {function, factor});
    return true;
  }
  if (OpOf(function) != Op::kSymbol) return false;
  Nodes children = {function};
  switch (OpOf(factor)) {
    case Op::kTuple:
    case Op::kInterval:
      for (const NodeId child : tree_.children(factor)) children.push_back(child);
      break;
    case Op::kRelation:
    case Op::kChain:
    case Op::kUnion:
    case Op::kIntersection:
      children.push_back(factor);
      break;
    default:
      return false;
  }
  factors->back() = Make(Op::kApply, children);
  return true;
}

// Words, and what stands beside them without an operator.
NodeId Grammar::PhraseFrom(NodeId first) {
  Nodes parts = {first};
  while (WordsFollow() || Is(Kind::kRoman) || StartsFactor()) {
    parts.push_back(Postfix());
  }
  return parts.size() == 1 ? first : Make(Op::kPhrase, parts);
}

// Whether a factor comes now without an operator before it.
bool Grammar::StartsFactor() const {
  switch (Now().kind) {
    case Kind::kNumber:
    case Kind::kName:
    case Kind::kConstant:
    case Kind::kCall:
    case Kind::kOperatorName:
    case Kind::kEllipsis:
    case Kind::kFraction:
    case Kind::kBinomial:
    case Kind::kRoot:
    case Kind::kBigOperator:
    case Kind::kIntegral:
    case Kind::kLimit:
    case Kind::kBegin:
    case Kind::kAccent:
    case Kind::kFigure:
    case Kind::kBraceOpen:
      return true;
    case Kind::kFunction:
    case Kind::kRoman:
      return !UnitFollows();
    case Kind::kLetter:
      return !UnitFollows() && !WordsFollow() && !IsWordIn() &&
             !(Now().text == "U" && Now().run == 1 && IsAhead(1, Kind::kOpen) &&
               Now().space_before);
    case Kind::kOpen:
      return !(Is(Kind::kOpen, Of(Bracket::kRound)) && IsAhead(1, Kind::kMod)) &&
             !IsFrenchClose() && !IsConditionGroup();
    case Kind::kBar:
      return BarOpens();
    case Kind::kDoubleBar:
      return bars_.size() == around_.bars;
    default:
      return false;
  }
}

// Whether a bar behind an operand opens, rather than closes or separates.
bool Grammar::BarOpens() const {
  if (bars_.size() == around_.bars) return Now().partner != 0 && !around_.such_that;
  // ||x||y||: what the outer bars hold so far is |x|, and they would be in vain around it alone.
  if (abs_begin_ != bars_.back() + 1 || abs_end_ != position_ || Now().partner == 0) return false;
  switch (Ahead(1).kind) {
    case Kind::kNumber:
    case Kind::kLetter:
    case Kind::kName:
    case Kind::kConstant:
    case Kind::kFunction:
    case Kind::kFraction:
    case Kind::kRoot:
    case Kind::kOpen:
    case Kind::kBraceOpen:
    case Kind::kMinus:
      return true;
    default:
      return false;
  }
}

// [0,1[: a bracket that opens to the right, and so closes.
bool Grammar::IsFrenchClose() const {
  if (!around_.interval || !Is(Kind::kOpen, Of(Bracket::kSquare))) return false;
  switch (Ahead(1).kind) {
    case Kind::kEnd:
    case Kind::kComma:
    case Kind::kSemicolon:
    case Kind::kUnion:
    case Kind::kIntersection:
    case Kind::kSetMinus:
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kClose:
    case Kind::kBraceClose:
      return true;
    default:
      return false;
  }
}

// dx, within an integral that has had none.
bool Grammar::IsDifferential() const {
  if (integrals_.empty() || integrals_.back().done || !Is(Kind::kLetter) || Now().text != "d") {
    return false;
  }
  const Token& variable = Ahead(1);
  return variable.kind == Kind::kLetter || variable.kind == Kind::kName;
}

bool Grammar::IntegralDone() const {
  return !integrals_.empty() && integrals_.back().done && integrals_.back().level == around_.level;
}

void Grammar::TakeDifferential() {
  Advance();
  NodeId variable = MakeSymbol(Now().text);
  Advance();
  if (Is(Kind::kUnderscore)) variable = Lowered(variable);
  integrals_.back().variable = variable;
  integrals_.back().done = true;
}

}  // namespace whet::math
