#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "rewards/math/grammar.h"

namespace whet::math {

using absl::string_view;
using Kind = TokenKind;

namespace {

// Whether such a token alone can be a subscript.
bool IsSubscript(TokenKind kind) {
  switch (kind) {
    case Kind::kNumber:
    case Kind::kLetter:
    case Kind::kName:
    case Kind::kRoman:
    case Kind::kText:
    case Kind::kForeign:
    case Kind::kConstant:
    case Kind::kFunction:
    case Kind::kOperatorName:
    case Kind::kPlus:
    case Kind::kMinus:
    case Kind::kTimes:
      return true;
    default:
      return false;
  }
}

}  // namespace

NodeId Grammar::Postfix() {
  NodeId node = Primary();
  while (!failed()) {
    switch (Now().kind) {
      case Kind::kCaret:
        node = Raised(node);
        break;
      case Kind::kUnderscore:
        node = Lowered(node);
        break;
      case Kind::kBang:
        node = WithFactorials(node);
        break;
      case Kind::kPrime:
        node = WithPrimes(node);
        break;
      case Kind::kPercent:
        node = WithPercent(node);
        break;
      case Kind::kDegree:
        Take(Kind::kDegree);
        node = Make(Op::kDegrees, {node});
        break;
      case Kind::kOpen:
        if (!AppliesNow(node)) return node;
        node = Applied(node);
        break;
      default:
        return node;
    }
  }
  return kAbsentNode;
}

NodeId Grammar::Raised(NodeId base) {
  Take(Kind::kCaret);
  const bool braces = Is(Kind::kBraceOpen);
  const Token& mark = Ahead(braces ? 1 : 0);
  const bool single = !braces || IsAhead(2, Kind::kBraceClose);
  const auto take_mark = [&] { Advance(braces ? 3 : 1); };
  if (mark.kind == Kind::kPrime) {
    if (braces) Take(Kind::kBraceOpen);
    base = WithPrimes(base);
    if (braces) Expect(Kind::kBraceClose, "a closing }");
    return base;
  }
  if (single && (mark.kind == Kind::kCompose || mark.kind == Kind::kDegree)) {
    take_mark();
    return Make(Op::kDegrees, {base});
  }
  if (single &&
      (mark.kind == Kind::kTranspose || (mark.kind == Kind::kRoman && mark.text == "T"))) {
    take_mark();
    return Make(Op::kTranspose, {base});
  }
  if (single &&
      (mark.kind == Kind::kPlus || mark.kind == Kind::kMinus || mark.kind == Kind::kTimes)) {
    const NodeId signed_base = RaisedBySign(base);
    if (signed_base != kAbsentNode) return signed_base;
  }
  return PowerOf(base, Exponent());
}

// R^+, 0^-, x^*: a mark, not an exponent. The absent node if it is an exponent.
NodeId Grammar::RaisedBySign(NodeId base) {
  const bool braces = Is(Kind::kBraceOpen);
  const Token& mark = Ahead(braces ? 1 : 0);
  const auto take_mark = [&] { Advance(braces ? 3 : 1); };
  if (OpOf(base) == Op::kConstant && tree_.constant(base) >= Constant::kNaturals) {
    take_mark();
    return MakeConstant(tree_.constant(base), absl::StrCat(tree_.text(base), mark.text));
  }
  if (mark.kind == Kind::kTimes && OpOf(base) == Op::kSymbol) {
    take_mark();
    return MakeSymbol(absl::StrCat(tree_.text(base), "^*"));
  }
  if (in_limit_ && mark.kind != Kind::kTimes) {
    direction_ = mark.kind == Kind::kPlus ? Direction::kAbove : Direction::kBelow;
    take_mark();
    return base;
  }
  return kAbsentNode;
}

NodeId Grammar::PowerOf(NodeId base, NodeId exponent) {
  const bool matrix =
      OpOf(base) == Op::kMatrix || OpOf(base) == Op::kVector || OpOf(base) == Op::kTuple;
  if (matrix && OpOf(exponent) == Op::kSymbol && tree_.text(exponent) == "T") {
    return Make(Op::kTranspose, {base});
  }
  const NodeId chosen = Chosen(base, exponent);
  return chosen != kAbsentNode ? chosen : Make(Op::kPower, {base, exponent});
}

// C_5^2, A_5^2 and P_5^2: how many choices or arrangements of 2 of 5 there are. The absent node
// unless both are integers, and 5 is at least 2 and at least as much as what is above.
NodeId Grammar::Chosen(NodeId base, NodeId exponent) {
  if ((OpOf(base) != Op::kSymbol && OpOf(base) != Op::kText) || !IsInteger(exponent)) {
    return kAbsentNode;
  }
  const string_view name = tree_.text(base);
  const bool named = name.size() > 2 && name[1] == '_' && absl::StrContains("CAP", name[0]);
  int all = 0;
  int taken = 0;
  if (!named || !absl::SimpleAtoi(name.substr(2), &all) ||
      !absl::SimpleAtoi(tree_.text(exponent), &taken) || all < 2 || taken > all) {
    return kAbsentNode;
  }
  const bool choices = name[0] == 'C';
  const NodeId number = MakeNumber(absl::StrCat(all));
  if (choices) return Make(Op::kBinomial, {number, exponent});
  return Make(Op::kFunction, {number, exponent}, {}, Of(Function::kPermutations));
}

// What stands behind ^. Without braces it is one thing, and what is raised further goes first.
NodeId Grammar::Exponent() {
  const Deeper deeper(this);
  if (Is(Kind::kBraceOpen)) {
    const NodeId exponent = Argument();
    return Take(Kind::kCaret) ? PowerOf(exponent, Exponent()) : exponent;
  }
  if (Take(Kind::kMinus)) return Make(Op::kNegate, {Exponent()});
  Take(Kind::kPlus);
  NodeId exponent;
  if (Is(Kind::kLetter)) {
    exponent = MakeSymbol(Now().text);
    Take(Kind::kLetter);
  } else {
    exponent = Is(Kind::kNumber) ? Literal() : Primary();
  }
  exponent = Unwrapped(exponent);
  return Take(Kind::kCaret) ? PowerOf(exponent, Exponent()) : exponent;
}

NodeId Grammar::Lowered(NodeId base) {
  const Deeper deeper(this);
  Take(Kind::kUnderscore);
  if (OpOf(base) == Op::kNumber || base == grouped_) {
    const bool digits = OpOf(base) == Op::kNumber;
    const std::string text(tree_.text(base));
    const NodeId lower = Argument();
    return digits ? Make(Op::kBased, {lower}, text)
                  : Make(Op::kFunction, {base, lower}, {}, Of(Function::kFallingFactorial));
  }
  const std::string name = SubscriptName();
  if (failed() || name.empty()) return base;
  const std::string subscript =
      name.size() == 1 || std::all_of(name.begin(), name.end(), absl::ascii_isalnum)
          ? absl::StrCat("_", name)
          : absl::StrCat("_{", name, "}");
  switch (OpOf(base)) {
    case Op::kSymbol:
    case Op::kText:
      if (absl::StrContains(tree_.text(base), "_")) return Fail("a second subscript");
      return Make(OpOf(base), {}, absl::StrCat(tree_.text(base), subscript));
    case Op::kPower:  // x^2_1.
      if (OpOf(tree_.child(base, 0)) != Op::kSymbol) break;
      return PowerOf(MakeSymbol(absl::StrCat(tree_.text(tree_.child(base, 0)), subscript)),
                     tree_.child(base, 1));
    case Op::kAccent:
      if (OpOf(tree_.child(base, 0)) != Op::kSymbol) break;
      return MakeSymbol(
          absl::StrCat(tree_.text(base), "(", tree_.text(tree_.child(base, 0)), ")", subscript));
    case Op::kConstant:
      return LoweredConstant(base, name, subscript);
    default:
      break;
  }
  return Fail("nothing that has a subscript");
}

// Z_+, R_{>0} and N_0 are parts of number sets; other constants with a subscript are names.
NodeId Grammar::LoweredConstant(NodeId base, string_view name, string_view subscript) {
  const Constant constant = tree_.constant(base);
  if (constant < Constant::kNaturals) {
    return MakeSymbol(absl::StrCat(NameOf(constant), subscript));
  }
  for (const string_view part : {"+", "-", "*", ">0", "<0", ">=0", "<=0", "0", "!=0"}) {
    if (name == part) return MakeConstant(constant, absl::StrCat(tree_.text(base), part));
  }
  return MakeSymbol(absl::StrCat(NameOf(constant), subscript));
}

// The text of a subscript, without what only changes how it looks.
std::string Grammar::SubscriptName() {
  std::string name;
  if (!Is(Kind::kBraceOpen)) {
    if (!IsSubscript(Now().kind)) {
      Fail("a subscript is missing");
      return name;
    }
    AppendName(position_, position_ + 1, &name);
    Advance();
    return name;
  }
  const uint32_t end = Now().partner;
  if (end == 0) {
    Fail("a closing } is missing");
    return name;
  }
  AppendName(position_ + 1, end, &name);
  MoveTo(end + 1);
  return name;
}

// Adds the tokens [begin, end), each as its name or as it is written, without spaces. Braces around
// one token are left out.
void Grammar::AppendName(size_t begin, size_t end, std::string* name) const {
  for (size_t i = begin; i < end; ++i) {
    const Token& token = tokens_[i];
    if (token.kind == Kind::kBraceOpen && token.partner == i + 2) continue;
    if (token.kind == Kind::kBraceClose && i >= 2 && tokens_[i - 2].partner == i) continue;
    if (token.kind == Kind::kConstant) {
      absl::StrAppend(name, NameOf(static_cast<Constant>(token.value)));
    } else if (token.kind == Kind::kRelation) {
      absl::StrAppend(name, NameOf(static_cast<Relation>(token.value)));
    } else {
      absl::StrAppend(name, absl::StrReplaceAll(absl::StripPrefix(token.text, "\\"), {{" ", ""}}));
    }
  }
}

NodeId Grammar::WithFactorials(NodeId base) {
  size_t count = 0;
  while (Take(Kind::kBang)) ++count;
  if (OpOf(base) == Op::kText) return base;
  if (count == 2) return Make(Op::kDoubleFactorial, {base});
  for (size_t i = 0; i < count; ++i) base = Make(Op::kFactorial, {base});
  return base;
}

// f'', and minutes and seconds of an angle behind a number.
NodeId Grammar::WithPrimes(NodeId base) {
  size_t count = 0;
  while (Take(Kind::kPrime)) ++count;
  if (OpOf(base) == Op::kSymbol) {
    const string_view name = tree_.text(base);
    const size_t subscript = std::min(name.find('_'), name.size());
    return MakeSymbol(
        absl::StrCat(name.substr(0, subscript), std::string(count, '\''), name.substr(subscript)));
  }
  if (OpOf(base) != Op::kNumber || count > 2) return Fail("a prime behind what is no name");
  const NodeId part = Make(Op::kDivide, {base, MakeNumber(count == 1 ? "60" : "3600")});
  primed_ = Make(Op::kDegrees, {part});
  return primed_;
}

// Names have no percentage.
NodeId Grammar::WithPercent(NodeId base) {
  if (OpOf(base) == Op::kSymbol || OpOf(base) == Op::kText) {
    return Fail("a percentage of no number");
  }
  Take(Kind::kPercent);
  return Make(Op::kPercent, {base});
}

// (X) with one name or number, maybe with a sign: what follows a symbol that is applied.
bool Grammar::IsSimpleGroup() const {
  size_t at = 1;
  if (IsAhead(at, Kind::kMinus)) ++at;
  const Kind kind = Ahead(at).kind;
  if (kind != Kind::kLetter && kind != Kind::kNumber && kind != Kind::kName) return false;
  return Ahead(at + 1).kind == Kind::kClose;
}

// Whether the bracket that comes now holds the arguments of `symbol`.
bool Grammar::AppliesNow(NodeId symbol) const {
  if (Now().value != Of(Bracket::kRound) || IsAhead(1, Kind::kMod)) {
    return Is(Kind::kOpen, Of(Bracket::kSquare)) && OpOf(symbol) == Op::kSymbol &&
           tree_.text(symbol) == "bb(E)";
  }
  if (OpOf(symbol) == Op::kPower) symbol = tree_.child(symbol, 0);
  if (OpOf(symbol) != Op::kSymbol) return false;
  const string_view name = tree_.text(symbol);
  const string_view letter = name.substr(0, name.find_first_of("_'^"));
  if (letter == "f" || letter == "g") return true;
  if (std::find(applied_.begin(), applied_.end(), name) != applied_.end()) return true;
  if (!IsSimpleGroup()) return false;
  if (letter == "h" || letter == "F" || letter == "G" || letter == "H") return true;
  // P(x) = …, at the beginning of an item.
  const size_t behind = IsAhead(1, Kind::kMinus) ? 4 : 3;
  const bool defined = Ahead(behind).kind == Kind::kRelation && Ahead(behind - 2).text != letter;
  return defined && absl::StartsWith(tokens_[around_.item_begin].text, letter.substr(0, 1)) &&
         position_ <= around_.item_begin + 4;
}

NodeId Grammar::Applied(NodeId function) {
  const Deeper deeper(this);
  const NodeId name = OpOf(function) == Op::kPower ? tree_.child(function, 0) : function;
  if (applied_.size() < 4) applied_.emplace_back(tree_.text(name));
  const NodeId argument = Group();
  Nodes children = {function};
  const bool several = OpOf(argument) == Op::kTuple || OpOf(argument) == Op::kInterval;
  if (several) {
    for (const NodeId child : tree_.children(argument)) children.push_back(child);
  } else {
    children.push_back(argument);
  }
  return Make(Op::kApply, children);
}

}  // namespace whet::math
