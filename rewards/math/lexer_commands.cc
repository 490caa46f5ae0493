#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rewards/math/lexer_state.h"
#include "rewards/math/names.h"

namespace whet::math {
namespace {

using absl::string_view;
using Kind = TokenKind;

// An environment of rows, and the bracket that Op::kMatrix gets; without a name: it changes nothing
// but how its content looks.
struct NamedEnvironment {
  string_view name;
  Environment environment;
  string_view bracket;
};
constexpr NamedEnvironment kEnvironments[] = {
    {"matrix", Environment::kMatrix, ""},      {"smallmatrix", Environment::kMatrix, ""},
    {"pmatrix", Environment::kMatrix, "p"},    {"bmatrix", Environment::kMatrix, "b"},
    {"Bmatrix", Environment::kMatrix, "B"},    {"vmatrix", Environment::kDeterminant, ""},
    {"Vmatrix", Environment::kNormMatrix, ""}, {"array", Environment::kArray, ""},
    {"cases", Environment::kCases, ""},        {"dcases", Environment::kCases, ""},
    {"rcases", Environment::kCases, ""},       {"aligned", Environment::kLines, ""},
    {"align", Environment::kLines, ""},        {"alignat", Environment::kLines, ""},
    {"gathered", Environment::kLines, ""},     {"gather", Environment::kLines, ""},
    {"split", Environment::kLines, ""},        {"eqnarray", Environment::kLines, ""},
    {"multline", Environment::kLines, ""},
};
constexpr string_view kPlainEnvironments[] = {"equation", "math", "displaymath", "center"};

const NamedEnvironment* FindEnvironment(string_view name) {
  const auto* found = std::find_if(std::begin(kEnvironments), std::end(kEnvironments),
                                   [&](const NamedEnvironment& e) { return e.name == name; });
  return found == std::end(kEnvironments) ? nullptr : found;
}

Relation Negated(Relation relation) {
  switch (relation) {
    case Relation::kEqual:
      return Relation::kNotEqual;
    case Relation::kElementOf:
      return Relation::kNotElementOf;
    case Relation::kMid:
      return Relation::kNotMid;
    default:
      return relation;
  }
}

}  // namespace

void Lexer::TakeCommand() {
  size_t end = position_ + 1;
  while (absl::ascii_isalpha(At(end))) ++end;
  if (end == position_ + 1) return TakeControlSymbol();
  const string_view name = text_.substr(position_ + 1, end - position_ - 1);
  // \operatorname*{…}, \hspace*{…}.
  TakeNamed(name, end - position_ + (At(end) == '*' && At(end + 1) == '{' ? 1 : 0));
}

void Lexer::TakeControlSymbol() {
  const char c = At(position_ + 1);
  if (c == '\\') return TakeRowEnd();
  if (IsPlainSetMinus()) {
    Emit(Kind::kSetMinus, 1);
    return;
  }
  if (c != '\0' && (absl::ascii_isspace(c) || absl::StrContains(",;:!/>()[]-", c))) {
    position_ += 2;
    space_before_ = true;
    return;
  }
  switch (c) {
    case '{':
      Emit(Kind::kOpen, 2, Of(Bracket::kCurly));
      return OpenLevel('s');
    case '}':
      CloseLevel('s');
      Emit(Kind::kClose, 2, Of(Bracket::kCurly));
      return;
    case '|':
      Emit(Kind::kDoubleBar, 2);
      return;
    case '%':
      Emit(Kind::kPercent, 2);
      return;
    case '$':
      Emit(Kind::kCurrency, 2, 0, "$");
      return;
    default:
      return Fail("a command is missing");
  }
}

// R \ {0}: a backslash between spaces, behind what may be a set and before a brace.
bool Lexer::IsPlainSetMinus() const {
  if (!space_before_ || tokens_.list.empty() || !absl::ascii_isspace(At(position_ + 1))) {
    return false;
  }
  const Token& before = tokens_.list.back();
  const bool capital = before.kind == Kind::kLetter && absl::ascii_isupper(before.text[0]);
  const bool closed = before.kind == Kind::kClose && before.value <= Of(Bracket::kCurly);
  if (!capital && !closed && before.kind != Kind::kConstant && before.kind != Kind::kName &&
      before.kind != Kind::kBraceClose && before.kind != Kind::kRoman) {
    return false;
  }
  const size_t next = SkipSpaces(position_ + 1);
  return At(next) == '{' || (At(next) == '\\' && At(next + 1) == '{');
}

// Two backslashes end a row; but where there are no rows, they may be one that was doubled.
void Lexer::TakeRowEnd() {
  const string_view behind = text_.substr(position_ + 2, end_ - position_ - 2);
  const char c = At(position_ + 2);
  const bool doubled = rows_ == 0 ? absl::ascii_isalpha(c) || absl::StrContains("{}%$,;!|()[]:", c)
                                  : absl::StartsWith(behind, "end{");
  if (doubled && c != '\0') {
    ++position_;
    return;
  }
  const bool behind_comma = !tokens_.list.empty() && tokens_.list.back().kind == Kind::kComma;
  if (rows_ == 0 && (behind_comma || tokens_.list.empty())) {
    position_ += 2;
    space_before_ = true;
    return;
  }
  Emit(Kind::kRow, 2);
  // \\[2pt] is a row with a distance.
  if (rows_ == 0 || At(position_) != '[' || !absl::ascii_isdigit(At(position_ + 1))) return;
  constexpr size_t kDistanceBytesMax = 10;
  const string_view distance =
      text_.substr(position_, std::min(kDistanceBytesMax, end_ - position_));
  const size_t close = distance.find(']');
  if (close == string_view::npos) return;
  if (absl::ascii_isalpha(distance[close - 1])) position_ += close + 1;
}

void Lexer::TakeNamed(string_view name, size_t size) {
  if (const Meaning* meaning = FindCommand(name)) return TakeMeaning(*meaning, size);
  size_t length;
  if (const Meaning* meaning = FindCommandPrefix(name, &length)) {
    return TakeMeaning(*meaning, length + 1);
  }
  Emit(Kind::kName, size, 0, text_.substr(position_, name.size() + 1));
}

void Lexer::TakeMeaning(const Meaning& meaning, size_t size) {
  string_view content;
  size_t end;
  switch (meaning.handling) {
    case Handling::kToken:
      return EmitMeaning(meaning, size);
    case Handling::kSpace:
      position_ += size;
      space_before_ = true;
      return;
    case Handling::kSkipGroup:
      if (!Argument(size, &content, &end)) return;
      position_ = end;
      space_before_ = true;
      transparent_ = !meaning.text.empty() && At(SkipSpaces(end)) == '{';
      return;
    case Handling::kTransparent:
      position_ += size;
      transparent_ = true;
      return;
    case Handling::kText:
      return TakeText(size);
    case Handling::kRoman:
      return TakeRoman(size);
    case Handling::kLetters:
      return TakeAlphabet(size, meaning.text);
    case Handling::kOperator:
      return TakeOperatorName(size);
    case Handling::kBegin:
      return TakeEnvironment(size, true);
    case Handling::kEnd:
      return TakeEnvironment(size, false);
    case Handling::kLeft:
      return TakeDelimiter(size, true);
    case Handling::kRight:
      return TakeDelimiter(size, false);
    case Handling::kMiddle: {
      position_ += size;
      if (At(position_) == '\\') ++position_;
      Emit(Kind::kRelation, 1, Of(Relation::kMid));
      return;
    }
    case Handling::kNegate:
      position_ += size;
      negate_ = true;
      return;
    case Handling::kCharacter:
      return TakeCharacter(size);
  }
}

void Lexer::EmitMeaning(const Meaning& meaning, size_t size) {
  if (negate_ && meaning.kind != Kind::kRelation) return Fail("\\not stands before a relation");
  if (meaning.kind == Kind::kBar) return EmitBar(size);
  // A line that begins with a relation goes on with the one before.
  const bool goes_on = meaning.kind == Kind::kRelation && lines_ > 0 && !tokens_.list.empty() &&
                       tokens_.list.back().kind == Kind::kRow;
  if (goes_on) tokens_.list.pop_back();
  uint8_t value = meaning.value;
  if (negate_) {
    value = Of(Negated(static_cast<Relation>(value)));
    if (value == meaning.value) return Fail("the opposite of this relation has no name here");
    negate_ = false;
  }
  Emit(meaning.kind, size, value, meaning.text);
  if (meaning.kind == Kind::kOpen) {
    const auto bracket = static_cast<Bracket>(value);
    OpenLevel(bracket == Bracket::kSquare ? '[' : bracket == Bracket::kCurly ? 's' : '(');
  }
  if (meaning.kind == Kind::kClose) {
    // The level is that of the tokens before this one; its own place does not matter.
    CloseLevel('(');
  }
}

// The bracket at `position` behind \left or \right, and its size in bytes; 0 if there is none.
size_t Lexer::DelimiterAt(size_t position, bool opens, Bracket* bracket) const {
  if (At(position) == '\\' && At(position + 1) == '\\') ++position;
  const size_t begin = position;
  if (At(position) == '\\') {
    size_t end = position + 1;
    while (absl::ascii_isalpha(At(end))) ++end;
    if (end == position + 1) {
      *bracket = At(end) == '|' ? Bracket::kNorm : Bracket::kCurly;
      return At(end) != '\0' && absl::StrContains("{}|", At(end)) ? 2 : 0;
    }
    const string_view name = text_.substr(position + 1, end - position - 1);
    const Meaning* meaning = FindCommand(name);
    size_t length = name.size();
    if (meaning == nullptr) meaning = FindCommandPrefix(name, &length);
    if (meaning == nullptr) return 0;
    *bracket = meaning->kind == Kind::kBar         ? Bracket::kAbs
               : meaning->kind == Kind::kDoubleBar ? Bracket::kNorm
                                                   : static_cast<Bracket>(meaning->value);
    const bool is_bracket = meaning->kind == Kind::kBar || meaning->kind == Kind::kDoubleBar ||
                            meaning->kind == (opens ? Kind::kOpen : Kind::kClose);
    return is_bracket ? position + 1 + length - begin : 0;
  }
  constexpr string_view kCharacters = "()[]{}|<>.";
  constexpr Bracket kBrackets[] = {
      Bracket::kRound, Bracket::kRound, Bracket::kSquare, Bracket::kSquare, Bracket::kCurly,
      Bracket::kCurly, Bracket::kAbs,   Bracket::kAngle,  Bracket::kAngle,  Bracket::kNothing};
  const size_t which = kCharacters.find(At(position));
  if (which == string_view::npos) return 0;
  *bracket = kBrackets[which];
  if (At(position) == (opens ? ']' : '[')) *bracket = Bracket::kReversedSquare;
  return 1;
}

void Lexer::TakeDelimiter(size_t command_size, bool opens) {
  size_t position = SkipSpaces(position_ + command_size);
  Bracket bracket;
  const size_t size = DelimiterAt(position, opens, &bracket);
  if (size == 0) return Fail("a bracket is missing behind the command");
  if (At(position) == '\\' && At(position + 1) == '\\') ++position;
  if (!opens) CloseLevel('(');
  Emit(opens ? Kind::kOpen : Kind::kClose, position + size - position_, Of(bracket));
  if (!opens) return;
  OpenLevel(bracket == Bracket::kSquare ? '[' : bracket == Bracket::kCurly ? 's' : '(');
}

void Lexer::TakeEnvironment(size_t command_size, bool begins) {
  string_view name;
  size_t end;
  if (!Argument(command_size, &name, &end)) return;
  if (absl::EndsWith(name, "*")) name.remove_suffix(1);
  const bool plain = std::find(std::begin(kPlainEnvironments), std::end(kPlainEnvironments),
                               name) != std::end(kPlainEnvironments);
  // An end without a beginning was cut out together with the mathematics before it.
  if (plain || (!begins && rows_ == 0)) {
    position_ = end;
    space_before_ = true;
    return;
  }
  const NamedEnvironment* environment = FindEnvironment(name);
  if (environment == nullptr) return Fail("no environment of mathematics");
  const uint8_t value = Of(environment->environment);
  if (begins) {
    Emit(Kind::kBegin, end - position_, value).text = environment->bracket;
    OpenLevel('e');
    ++rows_;
    if (environment->environment == Environment::kLines) ++lines_;
    if (environment->environment == Environment::kArray) SkipColumns();
    return;
  }
  CloseLevel('e');
  rows_ = std::max(rows_ - 1, 0);
  if (environment->environment == Environment::kLines) lines_ = std::max(lines_ - 1, 0);
  Emit(Kind::kEndEnvironment, end - position_, value);
}

// {cc|c} behind \begin{array}, and [t] before it.
void Lexer::SkipColumns() {
  if (At(position_) == '[') {
    const size_t close = text_.substr(0, end_).find(']', position_);
    if (close != string_view::npos) position_ = close + 1;
  }
  string_view columns;
  size_t end;
  if (At(SkipSpaces(position_)) == '{' && Argument(0, &columns, &end)) position_ = end;
}

// \char"03B1: a character by its number.
void Lexer::TakeCharacter(size_t command_size) {
  size_t begin = position_ + command_size;
  if (At(begin) == '"') ++begin;
  size_t end = begin;
  while (absl::ascii_isxdigit(At(end))) ++end;
  uint32_t number = 0;
  if (!absl::SimpleHexAtoi(text_.substr(begin, end - begin), &number)) {
    return Fail("a character's number is missing");
  }
  string_view replacement = absl::StripAsciiWhitespace(ReplacementOf(number));
  const Meaning* meaning =
      absl::ConsumePrefix(&replacement, "\\") ? FindCommand(replacement) : nullptr;
  if (meaning == nullptr) return Fail("no character of mathematics");
  TakeMeaning(*meaning, end - position_);
}

}  // namespace whet::math
