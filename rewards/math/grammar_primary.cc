#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rewards/math/grammar.h"

namespace whet::math {

using absl::string_view;
using Kind = TokenKind;

NodeId Grammar::Primary() {
  const Deeper deeper(this);
  const Token& token = Now();
  switch (token.kind) {
    case Kind::kNumber:
      return Number();
    case Kind::kLetter:
    case Kind::kForeign:
      return Letter();
    case Kind::kName:
    case Kind::kRoman: {
      Advance();
      const bool gamma = token.text == "Gamma" || token.text == "zeta";
      if (!gamma || !Is(Kind::kOpen, Of(Bracket::kRound))) return MakeSymbol(token.text);
      const Function function = token.text == "zeta" ? Function::kZeta : Function::kGamma;
      return Make(Op::kFunction, {Group()}, {}, Of(function));
    }
    case Kind::kText:
      Advance();
      if (IsNameOfFunction(token)) return Applied(MakeSymbol(token.text));
      return Make(Op::kText, {}, token.text);
    case Kind::kConstant:
      return ConstantNow();
    case Kind::kEllipsis:
      Advance();
      return Make(Op::kEllipsis, {});
    case Kind::kOpen:
      return Group();
    case Kind::kBraceOpen:
      return Braces();
    case Kind::kBar:
    case Kind::kDoubleBar:
      return Bars();
    case Kind::kBegin:
      return Rows();
    default:
      return PrimaryOperator();
  }
}

// \text{Var}(X): one word, and a bracket right behind it.
bool Grammar::IsNameOfFunction(const Token& text) const {
  return Is(Kind::kOpen, Of(Bracket::kRound)) && !Now().space_before &&
         std::all_of(text.text.begin(), text.text.end(), absl::ascii_isalpha);
}

// What begins with a sign or a name of an operation.
NodeId Grammar::PrimaryOperator() {
  switch (Now().kind) {
    case Kind::kFunction:
      return FunctionNow();
    case Kind::kCall:
      return CallNow();
    case Kind::kOperatorName:
      return OperatorNow();
    case Kind::kFraction:
      return Fraction();
    case Kind::kBinomial:
      return Binomial();
    case Kind::kRoot:
      return Root();
    case Kind::kBigOperator:
      return BigOperator();
    case Kind::kIntegral:
      return Integral();
    case Kind::kLimit:
      return Limit();
    case Kind::kBoxed:
      return Boxed();
    case Kind::kAccent:
      return Accent();
    case Kind::kFigure:
      return Figure();
    case Kind::kNot:
      Take(Kind::kNot);
      return Make(Op::kNot, {Postfix()});
    case Kind::kRelation:
      if (Now().value == Of(Relation::kLess)) return Angle();
      break;
    case Kind::kClose:
      // ]0,1[ and ]0,1].
      if (Now().value == Of(Bracket::kSquare)) return RoundOrSquare(Bracket::kReversedSquare);
      break;
    default:
      break;
  }
  return Fail("an operand is missing");
}

// One numeral, and the dots behind a decimal.
NodeId Grammar::Literal() {
  const Token token = Now();
  Take(Kind::kNumber);
  if (token.value == Of(NumberForm::kRepeating)) return Make(Op::kRepeating, {}, token.text);
  const NodeId number = MakeNumber(token.text);
  if (token.value != Of(NumberForm::kDecimal) || !Take(Kind::kEllipsis)) return number;
  return Make(Op::kTruncated, {number});
}

// A numeral, or a mixed number in plain text: 3 1/2.
NodeId Grammar::Number() {
  if (IsBasedAhead()) return Based();
  const bool integer = Now().value == Of(NumberForm::kInteger);
  const NodeId number = Literal();
  const bool mixed = integer && Is(Kind::kNumber) && Now().space_before &&
                     Now().value == Of(NumberForm::kInteger) && IsAhead(1, Kind::kDivide) &&
                     IsAhead(2, Kind::kNumber) && !IsAhead(3, Kind::kDivide);
  if (!mixed) return number;
  const NodeId numerator = Literal();
  Take(Kind::kDivide);
  const NodeId fraction = Make(Op::kDivide, {numerator, Literal()});
  return Make(Op::kAdd, {number, fraction});
}

// Whether digits and letters come that are one number: 2AF_{16}, with its base behind.
bool Grammar::IsBasedAhead() const {
  const auto is_digit = [](const Token& t) {
    return t.kind == Kind::kNumber || t.kind == Kind::kLetter;
  };
  // Where digits stand before it, it was asked at the first of them.
  if (position_ > 0 && is_digit(tokens_[position_ - 1]) && !Now().space_before) return false;
  size_t count = 0;
  bool digits = false;
  bool letters = false;
  while (is_digit(Ahead(count))) {
    if (count > 0 && Ahead(count).space_before) return false;
    const bool letter = Ahead(count).kind == Kind::kLetter;
    if (letter && absl::ascii_toupper(Ahead(count).text[0]) > 'F') return false;
    (letter ? letters : digits) = true;
    ++count;
  }
  if (!letters || !IsAhead(count, Kind::kUnderscore)) return false;
  const bool braces = IsAhead(count + 1, Kind::kBraceOpen);
  const string_view base = Ahead(count + (braces ? 2 : 1)).text;
  return base == "16" ||
         (digits && (base == "11" || base == "12" || base == "13" || base == "14" || base == "15"));
}

NodeId Grammar::Based() {
  const uint32_t begin = position_;
  while (!Is(Kind::kUnderscore)) Advance();
  const std::string text = absl::AsciiStrToLower(SourceOf(begin, position_));
  Take(Kind::kUnderscore);
  return Make(Op::kBased, {Argument()}, text);
}

// Words, digits of a base that has letters among them, or a name of one letter.
NodeId Grammar::Letter() {
  const bool run_begins = Is(Kind::kLetter) && Now().run_before == 0;
  if (run_begins && IsBasedAhead()) return Based();
  if (const size_t end = WordsNow()) return Words(end);
  if (IsPlainDerivative()) return PlainDerivative();
  const NodeId symbol = MakeSymbol(Now().text);
  Advance();
  return symbol;
}

NodeId Grammar::ConstantNow() {
  const Token& token = Now();
  Take(Kind::kConstant);
  return MakeConstant(static_cast<Constant>(token.value));
}

NodeId Grammar::Boxed() {
  Take(Kind::kBoxed);
  if (!Is(Kind::kBraceOpen)) return Fail("a box holds {…}");
  Take(Kind::kBraceOpen);
  const Inside inside(this);
  SkipLeadingRelations();
  const NodeId content = Statement();
  // A box that is cut off holds what there is of it.
  if (!Is(Kind::kEnd)) Expect(Kind::kBraceClose, "a closing }");
  return content;
}

// The letters that are all of the argument that comes now; none if it is more.
std::string Grammar::LettersOfArgument() {
  const bool braces = Is(Kind::kBraceOpen);
  if (braces && Now().partner == 0) return "";
  const size_t begin = position_ + (braces ? 1 : 0);
  const size_t end = braces ? Now().partner : position_ + 1;
  const bool letters =
      std::all_of(tokens_.begin() + static_cast<ptrdiff_t>(begin),
                  tokens_.begin() + static_cast<ptrdiff_t>(end),
                  [](const Token& t) { return t.kind == Kind::kLetter || t.kind == Kind::kName; });
  if (!letters || begin == end) return "";
  std::string name;
  AppendName(begin, end, &name);
  MoveTo(end + (braces ? 1 : 0));
  return name;
}

NodeId Grammar::Accent() {
  const string_view accent = Now().text;
  Take(Kind::kAccent);
  if (accent != "overline") {
    const std::string letters = LettersOfArgument();
    if (!letters.empty()) return MakeSymbol(absl::StrCat(accent, "(", letters, ")"));
  }
  return Make(Op::kAccent, {Argument()}, accent);
}

// \angle ABC, \triangle ABC: one name.
NodeId Grammar::Figure() {
  const Token& figure = Now();
  Take(Kind::kFigure);
  std::string letters = Is(Kind::kBraceOpen) ? LettersOfArgument() : "";
  if (Is(Kind::kNumber) || Is(Kind::kName)) {
    letters = std::string(Now().text);
    Advance();
  }
  while (Is(Kind::kLetter) && (letters.empty() || Now().run_before != 0 || !Now().space_before)) {
    absl::StrAppend(&letters, Now().text);
    Take(Kind::kLetter);
  }
  if (letters.empty()) return MakeSymbol(figure.text);
  return MakeSymbol(absl::StrCat(figure.text, "(", letters, ")"));
}

// {}^{n}C_k and {}_nC_k, and the same with P: behind the empty braces.
NodeId Grammar::Prescript() {
  Advance();
  const NodeId all = Argument();
  if (!Is(Kind::kLetter) || (Now().text != "C" && Now().text != "P")) {
    return Fail("C or P is expected");
  }
  const bool permutations = Now().text == "P";
  Take(Kind::kLetter);
  Expect(Kind::kUnderscore, "a subscript");
  const NodeId chosen = Argument();
  if (!permutations) return Make(Op::kBinomial, {all, chosen});
  return Make(Op::kFunction, {all, chosen}, {}, Of(Function::kPermutations));
}

}  // namespace whet::math
