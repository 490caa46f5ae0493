#include "rewards/math/lexer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rewards/math/lexer_state.h"
#include "rewards/math/names.h"
#include "rewards/math/numbers.h"

namespace whet::math {
namespace {

using absl::string_view;
using Kind = TokenKind;

struct Operator {
  string_view text;
  Kind kind;
  uint8_t value;
};

// Longer ones come before those that they begin with.
constexpr Operator kOperators[] = {
    {"+/-", Kind::kPlusMinus, 0},
    {"-/+", Kind::kMinusPlus, 0},
    {"+", Kind::kPlus, 0},
    {"->", Kind::kRelation, Of(Relation::kTo)},
    {"-", Kind::kMinus, 0},
    {"**", Kind::kCaret, 0},
    {"*", Kind::kTimes, 0},
    {"/", Kind::kDivide, 0},
    {"^", Kind::kCaret, 0},
    {"_", Kind::kUnderscore, 0},
    {"<=>", Kind::kRelation, Of(Relation::kIff)},
    {"<=", Kind::kRelation, Of(Relation::kLessEqual)},
    {"<", Kind::kRelation, Of(Relation::kLess)},
    {">=", Kind::kRelation, Of(Relation::kGreaterEqual)},
    {">", Kind::kRelation, Of(Relation::kGreater)},
    {"==", Kind::kRelation, Of(Relation::kEqual)},
    {"=>", Kind::kRelation, Of(Relation::kImplies)},
    {"=", Kind::kRelation, Of(Relation::kEqual)},
    {":=", Kind::kRelation, Of(Relation::kEqual)},
    {":", Kind::kColon, 0},
    {"{:}", Kind::kColon, 0},  // Without space around it.
    {"!=", Kind::kRelation, Of(Relation::kNotEqual)},
    {"!", Kind::kBang, 0},
    {"'", Kind::kPrime, 0},
    {"%", Kind::kPercent, 0},
    {",", Kind::kComma, 0},
    {";", Kind::kSemicolon, 0},
    {"&", Kind::kAmpersand, 0},
};

// What stands behind an answer where a proof would end, and is a name elsewhere.
constexpr string_view kEndMarks[] = {"\\square", "\\Box"};

// Braces and environments: a bracket within them cannot end behind them.
bool IsFirm(char level) { return level == 'a' || level == 'g' || level == 'e'; }

size_t CountDollars(string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '$') {
      ++count;
    }
  }
  return count;
}

}  // namespace

Lexer::Lexer(const NormalizedText& source, const ParseOptions& options)
    : source_(source), text_(source.text), options_(options), end_(source.text.size()) {
  dollars_are_money_ = CountDollars(text_) % 2 != 0;
  levels_.push_back({'a', 0, 0});
  tokens_.list.reserve(std::min<size_t>(end_ + 1, 64));
  TrimEnds();
}

// Drops what surrounds an answer: space, final punctuation, quotes, **…**, __…__, *…*.
void Lexer::TrimEnds() {
  position_ = SkipSpaces(0);
  while (TrimEnd()) {
  }
  for (const string_view mark : {"**", "__", "*"}) {
    while (position_ + 2 * mark.size() < end_ && StartsWith(mark) &&
           absl::EndsWith(text_.substr(0, end_), mark)) {
      position_ += mark.size();
      end_ -= mark.size();
      while (TrimEnd()) {
      }
    }
  }
}

// Whether an end mark stands last, behind something that it does not belong to.
bool Lexer::TrimEndMark(string_view left) {
  for (const string_view mark : kEndMarks) {
    string_view before = left;
    if (!absl::ConsumeSuffix(&before, mark)) continue;
    before = absl::StripTrailingAsciiWhitespace(before);
    if (before.empty() || absl::StrContains("+-*/=^_<>(,{[&|:", before.back())) return false;
    end_ -= mark.size();
    return true;
  }
  return false;
}

bool Lexer::TrimEnd() {
  if (end_ == position_) return false;
  const string_view left = text_.substr(position_, end_ - position_);
  const char last = left.back();
  if (last == '\\' && left.size() > 1) {
    --end_;
    return true;
  }
  if (TrimEndMark(left)) return true;
  const bool escaped = left.size() >= 2 && left[left.size() - 2] == '\\';
  if (last == '.' && (absl::EndsWith(left, "...") || absl::EndsWith(left, "right."))) return false;
  const bool punctuation =
      absl::StrContains(".,;:?\"`", last) || (escaped && absl::StrContains(")]", last));
  const bool dollar = last == '$' && !dollars_are_money_ && !escaped;
  if (!punctuation && !dollar && !absl::ascii_isspace(last)) return false;
  end_ -= escaped ? 2 : 1;
  if (escaped && end_ > position_ && text_[end_ - 1] == '\\') --end_;  // It was doubled.
  return true;
}

void Lexer::Fail(string_view what) { Fail(position_, what); }

void Lexer::Fail(size_t where, string_view what) {
  if (status_.ok()) {
    status_ =
        absl::InvalidArgumentError(absl::StrCat("byte ", source_.OriginOf(where) + 1, ": ", what));
  }
  position_ = end_;
}

bool Lexer::StartsWith(string_view prefix) const {
  return absl::StartsWith(text_.substr(position_, end_ - position_), prefix);
}

size_t Lexer::SkipSpaces(size_t position) const {
  while (position < end_ && absl::ascii_isspace(text_[position])) ++position;
  return position;
}

string_view Lexer::Keep(std::string text) {
  tokens_.own_texts.push_front(std::move(text));
  return tokens_.own_texts.front();
}

absl::StatusOr<Tokens> Lexer::Run() {
  while (position_ < end_) TakeOne();
  if (!status_.ok()) return status_;
  position_ = end_;
  // One brace may be missing at the end, if it is that of an argument.
  const bool argument = std::any_of(levels_.begin() + 1, levels_.end(),
                                    [](const Level& level) { return level.kind == 'a'; });
  if (firm_levels_ == 1 && argument) {
    CloseLevel('{');
    Emit(Kind::kBraceClose, 0);
  }
  Emit(Kind::kEnd, 0);
  return std::move(tokens_);
}

void Lexer::TakeOne() {
  const char c = text_[position_];
  if (absl::ascii_isspace(c) || c == '"' || c == '`' || c == '~') {
    ++position_;
    space_before_ = true;
  } else if (absl::ascii_isdigit(c) || (c == '.' && BeginsDecimals(position_ + 1))) {
    TakeNumber();
  } else if (absl::ascii_isalpha(c) || !absl::ascii_isascii(c)) {
    TakeLetters();
  } else if (c == '\\') {
    TakeCommand();
  } else {
    TakeSymbol();
  }
}

// Whether a numeral may begin with a point before `position`: .5 and .\overline{3}.
bool Lexer::BeginsDecimals(size_t position) const {
  if (absl::ascii_isdigit(At(position))) return true;
  for (const string_view period : {"\\overline{", "\\bar{"}) {
    if (!absl::StartsWith(text_.substr(position), period)) continue;
    size_t end = position + period.size();
    const size_t digits = end;
    while (absl::ascii_isdigit(At(end))) ++end;
    return end > digits && At(end) == '}';
  }
  return false;
}

void Lexer::TakeSymbol() {
  switch (text_[position_]) {
    case '$':
      return TakeDollar();
    case '.':
      return TakeDot();
    case '|':
      return EmitBar(1);
    case '!':
      // 5!=120 has a factorial, x!=3 and 5 != 3 have none.
      if (StartsWith("!=") && !space_before_ && !tokens_.list.empty() &&
          tokens_.list.back().kind == Kind::kNumber) {
        Emit(Kind::kBang, 1);
        return;
      }
      break;
    default:
      break;
  }
  if (!TakeOperator() && !TakeBracket()) Fail("no part of mathematics");
}

bool Lexer::TakeOperator() {
  for (const Operator& candidate : kOperators) {
    if (!StartsWith(candidate.text)) continue;
    if (candidate.kind == Kind::kAmpersand && lines_ > 0) {
      ++position_;
      space_before_ = true;
      return true;
    }
    EmitMeaning({Handling::kToken, candidate.kind, candidate.value, {}}, candidate.text.size());
    return true;
  }
  return false;
}

void Lexer::TakeNumber() {
  const char level = levels_.back().kind;
  const bool commas = level == 'a' || level == 'e';
  // Behind ^ and _ and \frac one numeral may follow another: \log_2 128.
  const Kind before = tokens_.list.empty() ? Kind::kEnd : tokens_.list.back().kind;
  const bool groups = before != Kind::kCaret && before != Kind::kUnderscore &&
                      before != Kind::kFraction && before != Kind::kBinomial;
  const Numeral numeral =
      ScanNumeral(text_.substr(0, end_), position_,
                  {groups, commas && options_.thousands_comma, commas && options_.decimal_comma});
  const size_t size = numeral.end - position_;
  const string_view text = numeral.as_written ? text_.substr(position_, size) : Keep(numeral.text);
  if (text.size() > options_.digits_max) {
    status_ = absl::ResourceExhaustedError(
        absl::StrCat("a numeral of more than ", options_.digits_max, " digits"));
    position_ = end_;
    return;
  }
  Emit(Kind::kNumber, size, Of(numeral.form), text);
}

// Around mathematics it is nothing; one that has no partner is money, if it is beside a number.
void Lexer::TakeDollar() {
  const bool before_number = absl::ascii_isdigit(At(position_ + 1)) || At(position_ + 1) == '.';
  const bool behind_number =
      !tokens_.list.empty() && tokens_.list.back().kind == Kind::kNumber && !space_before_;
  if (dollars_are_money_ && (before_number || behind_number)) {
    Emit(Kind::kCurrency, 1, 0, "$");
  } else {
    ++position_;
    space_before_ = true;
  }
}

void Lexer::TakeDot() {
  if (StartsWith("...")) {
    Emit(Kind::kEllipsis, 3);
    while (At(position_) == '.') ++position_;
    return;
  }
  const size_t next = SkipSpaces(position_ + 1);
  if (next == end_ || text_[next] == '}' || text_[next] == '$' ||
      (next > position_ + 1 && IsBehindAbbreviation())) {
    position_ = next;
    space_before_ = true;
    return;
  }
  Emit(Kind::kDot, 1);
}

bool Lexer::TakeBracket() {
  constexpr string_view kBrackets = "()[]{}";
  switch (kBrackets.find(text_[position_])) {
    case 0:
      Emit(Kind::kOpen, 1, Of(Bracket::kRound));
      OpenLevel('(');
      return true;
    case 1:
      CloseLevel('(');
      Emit(Kind::kClose, 1, Of(Bracket::kRound));
      return true;
    case 2:
      Emit(Kind::kOpen, 1, Of(Bracket::kSquare));
      OpenLevel('[');
      return true;
    case 3:
      CloseLevel('[');
      Emit(Kind::kClose, 1, Of(Bracket::kSquare));
      return true;
    case 4: {
      const char kind = OpensArgument() ? 'a' : 'g';
      Emit(Kind::kBraceOpen, 1);
      OpenLevel(kind);
      return true;
    }
    case 5:
      if (firm_levels_ == 0 && SkipSpaces(position_ + 1) == end_) {
        position_ = end_;  // One may be too many at the end.
        return true;
      }
      CloseLevel('{');
      Emit(Kind::kBraceClose, 1);
      return true;
    default:
      return false;
  }
}

// Whether a brace that comes now encloses the argument of a command, rather than a set or a group.
bool Lexer::OpensArgument() const {
  if (transparent_) return true;
  if (tokens_.list.empty()) return false;
  switch (tokens_.list.back().kind) {
    case Kind::kFraction:
    case Kind::kBinomial:
    case Kind::kRoot:
    case Kind::kBoxed:
    case Kind::kAccent:
    case Kind::kFunction:
    case Kind::kCaret:
    case Kind::kUnderscore:
    case Kind::kBraceClose:
      return true;
    default:
      return false;
  }
}

Token& Lexer::Emit(TokenKind kind, size_t size, uint8_t value, string_view text) {
  if (!status_.ok()) size = 0;  // What is emitted after a failure takes nothing.
  Token token;
  token.kind = kind;
  token.value = value;
  token.space_before = space_before_;
  token.begin = static_cast<uint32_t>(position_);
  token.end = static_cast<uint32_t>(position_ + size);
  token.text = text.empty() ? text_.substr(position_, size) : text;
  space_before_ = false;
  transparent_ = false;
  position_ += size;
  tokens_.list.push_back(token);
  return tokens_.list.back();
}

void Lexer::EmitBar(size_t size) {
  const auto index = static_cast<uint32_t>(tokens_.list.size());
  Emit(Kind::kBar, size);
  Level& level = levels_.back();
  if (level.last_bar != 0) tokens_.list[level.last_bar - 1].partner = index;
  level.last_bar = index + 1;
}

// Called behind Emit of the token that opens.
void Lexer::OpenLevel(char kind) {
  levels_.push_back({kind, static_cast<uint32_t>(tokens_.list.size() - 1), 0});
  if (IsFirm(kind)) ++firm_levels_;
}

// Closes the innermost level of that kind, and what is open in it: called before Emit of the token
// that closes. A bracket does not close what a brace or an environment has opened, nor these each
// other. Whether brackets fit is for the grammar to see.
void Lexer::CloseLevel(char kind) {
  const bool brace = kind == '{';
  if (!brace && kind != 'e') {
    if (!IsFirm(levels_.back().kind) && levels_.size() > 1) levels_.pop_back();
    return;
  }
  if (firm_levels_ == 0) return;
  while (!IsFirm(levels_.back().kind)) levels_.pop_back();
  if (brace == (levels_.back().kind == 'e')) return;
  if (brace) {
    tokens_.list[levels_.back().token].partner = static_cast<uint32_t>(tokens_.list.size());
  }
  levels_.pop_back();
  --firm_levels_;
}

absl::StatusOr<Tokens> Tokenize(const NormalizedText& source, const ParseOptions& options) {
  return Lexer(source, options).Run();
}

}  // namespace whet::math
