#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rewards/math/lexer_state.h"
#include "rewards/math/names.h"
#include "rewards/math/units.h"

namespace whet::math {
namespace {

using absl::string_view;
using Kind = TokenKind;

bool IsLetters(string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isalpha);
}

// `text` without LaTeX's spaces, dollar signs and punctuation at its ends.
string_view Trimmed(string_view text) {
  constexpr string_view kSpaces[] = {"\\ ", "\\,", "\\;", "\\:", "\\!", "~", "$", ",", ":", ";"};
  bool changed = true;
  while (changed) {
    text = absl::StripAsciiWhitespace(text);
    changed = false;
    for (const string_view space : kSpaces) {
      changed |= absl::ConsumePrefix(&text, space) || absl::ConsumeSuffix(&text, space);
    }
  }
  while (text.size() > 1 && absl::EndsWith(text, ".")) text.remove_suffix(1);
  return text;
}

// `text` with one space for each run of spaces.
std::string Collapsed(string_view text) {
  std::string collapsed;
  for (const char c : text) {
    const bool space = absl::ascii_isspace(c) || c == '~';
    if (!space) collapsed.push_back(c);
    if (space && !absl::EndsWith(collapsed, " ")) collapsed.push_back(' ');
  }
  return collapsed;
}

// Whether \text around it says nothing: it is mathematics itself.
bool IsMathematics(string_view text) {
  if (absl::ConsumePrefix(&text, "-") || absl::ConsumePrefix(&text, "\\$")) {
    text = absl::StripLeadingAsciiWhitespace(text);
  }
  if (text.empty()) return false;
  return absl::ascii_isdigit(text[0]) || absl::StartsWith(text, "(mod") ||
         absl::StartsWith(text, "mod ");
}

// What a condition begins with.
bool ConsumeWhere(string_view* text) {
  for (const string_view word : {"such that", "where", "for", "when", "with", "if"}) {
    if (!absl::StartsWithIgnoreCase(*text, word)) continue;
    const string_view rest = text->substr(word.size());
    if (!rest.empty() && rest[0] != ' ') continue;
    *text = absl::StripLeadingAsciiWhitespace(rest);
    return true;
  }
  return false;
}

const Meaning* FindFunction(string_view name) {
  const Meaning* meaning = FindWord(name);
  if (meaning == nullptr || meaning->kind == Kind::kName) meaning = FindCommand(name);
  if (meaning == nullptr) return nullptr;
  switch (meaning->kind) {
    case Kind::kFunction:
    case Kind::kCall:
    case Kind::kLimit:
    case Kind::kMod:
    case Kind::kAnd:
    case Kind::kOr:
      return meaning;
    default:
      return nullptr;
  }
}

constexpr string_view kCurrencies[] = {"€", "£", "¥", "₹", "¢", "₩", "₽"};
// Those that stand before a number.
constexpr string_view kCurrencyCodes[] = {"USD", "EUR", "GBP", "JPY", "RMB", "CNY",
                                          "INR", "KRW", "RUB", "Rs",  "Rs."};

bool IsCurrencyCode(string_view text) {
  return std::find(std::begin(kCurrencyCodes), std::end(kCurrencyCodes), text) !=
         std::end(kCurrencyCodes);
}

struct Connective {
  string_view word;
  Kind kind;
  bool alone;  // Behind another character it is mostly a part of a word.
};
// Longer ones come before those that they begin with.
constexpr Connective kConnectives[] = {{"或者", Kind::kOr, false},  {"或", Kind::kOr, false},
                                       {"并且", Kind::kAnd, false}, {"且", Kind::kAnd, false},
                                       {"以及", Kind::kAnd, true},  {"和", Kind::kAnd, true},
                                       {"与", Kind::kAnd, true}};

}  // namespace

void Lexer::FindBraces() {
  if (!brace_ends_.empty()) return;
  brace_ends_.resize(end_, 0);
  std::vector<size_t> open;
  for (size_t i = 0; i < end_; ++i) {
    if (text_[i] == '\\') {
      ++i;
    } else if (text_[i] == '{') {
      open.push_back(i);
    } else if (text_[i] == '}' && !open.empty()) {
      brace_ends_[open.back()] = static_cast<uint32_t>(i);
      open.pop_back();
    }
  }
}

bool Lexer::Argument(size_t command_size, string_view* content, size_t* end) {
  const size_t begin = SkipSpaces(position_ + command_size);
  if (At(begin) != '{') {
    *content = text_.substr(begin, 1);
    *end = begin + 1;
    if (absl::ascii_isalnum(At(begin))) return true;
    Fail(begin, "an argument is missing");
    return false;
  }
  FindBraces();
  // A position behind a backslash may hold a brace that is none.
  const size_t close = brace_ends_[begin];
  if (close == 0) {
    Fail(begin, "a closing } is missing");
    return false;
  }
  *content = text_.substr(begin + 1, close - begin - 1);
  *end = close + 1;
  return true;
}

void Lexer::TakeText(size_t command_size) {
  string_view content;
  size_t end;
  if (!Argument(command_size, &content, &end)) return;
  content = Trimmed(content);
  if (IsMathematics(content)) {
    position_ += command_size;
    transparent_ = true;
    return;
  }
  if (content.empty()) {
    position_ = end;
    space_before_ = true;
    return;
  }
  EmitText(content, end);
}

void Lexer::EmitText(string_view content, size_t end) {
  const size_t size = end - position_;
  // A dollar sign, of which the sign is gone by now.
  if (content == "\\" || CurrencyAt(content) == content.size()) {
    Emit(Kind::kCurrency, size, 0, content == "\\" ? "$" : content);
    return;
  }
  if (IsCurrencyCode(content) && absl::ascii_isdigit(At(SkipSpaces(end)))) {
    Emit(Kind::kCurrency, size, 0, absl::StripSuffix(content, "."));
    return;
  }
  if (content == "%" || content == "\\%") {
    Emit(Kind::kPercent, size);
    return;
  }
  const std::string lower = absl::AsciiStrToLower(content);
  if (const Meaning* meaning = FindWord(lower)) {
    const bool applied = At(SkipSpaces(end)) == '(' || At(SkipSpaces(end)) == '\\';
    const bool function = meaning->kind == Kind::kFunction || meaning->kind == Kind::kCall;
    const bool joins = meaning->kind == Kind::kAnd || meaning->kind == Kind::kOr ||
                       meaning->kind == Kind::kWhere || meaning->kind == Kind::kMod ||
                       meaning->kind == Kind::kPercent || meaning->kind == Kind::kUnion;
    if (joins || (function && applied)) return EmitMeaning(*meaning, size);
  }
  if (absl::EndsWith(lower, " and") || absl::EndsWith(lower, " or")) {
    Emit(absl::EndsWith(lower, "d") ? Kind::kAnd : Kind::kOr, size);
    return;
  }
  if (ConsumeWhere(&content)) {
    Emit(Kind::kWhere, content.empty() ? size : 0);
    if (content.empty()) return;
  }
  Emit(Kind::kText, end - position_, 0, Keep(Collapsed(content)));
}

void Lexer::TakeRoman(size_t command_size) {
  string_view content;
  size_t end;
  if (!Argument(command_size, &content, &end)) return;
  content = Trimmed(content);
  const size_t size = end - position_;
  if (content == "e" || content == "i") {
    Emit(Kind::kConstant, size, Of(content == "e" ? Constant::kE : Constant::kI)).text = {};
  } else if (content == "d") {
    Emit(Kind::kLetter, size, 0, content).run = 1;
  } else if (const Meaning* meaning = FindFunction(content)) {
    EmitMeaning(*meaning, size);
  } else if (IsLetters(content) || IsKnownUnit(content)) {
    Emit(Kind::kRoman, size, 0, content);
  } else {
    position_ += command_size;
    transparent_ = true;
  }
}

// \mathbb{R}, \mathcal{F}.
void Lexer::TakeAlphabet(size_t command_size, string_view alphabet) {
  string_view content;
  size_t end;
  if (!Argument(command_size, &content, &end)) return;
  content = absl::StripAsciiWhitespace(content);
  if (!IsLetters(content)) return Fail("letters are expected");
  const Meaning* meaning = alphabet == "bb" && content.size() == 1 ? FindCommand(content) : nullptr;
  if (meaning != nullptr && meaning->kind == Kind::kConstant) {
    Emit(Kind::kConstant, end - position_, meaning->value).text = {};
  } else {
    Emit(Kind::kName, end - position_, 0, Keep(absl::StrCat(alphabet, "(", content, ")")));
  }
}

void Lexer::TakeOperatorName(size_t command_size) {
  string_view content;
  size_t end;
  if (!Argument(command_size, &content, &end)) return;
  content = Trimmed(content);
  if (const Meaning* meaning = FindFunction(content)) {
    return EmitMeaning(*meaning, end - position_);
  }
  if (!IsLetters(content)) return Fail("the name of an operator is expected");
  Emit(Kind::kOperatorName, end - position_, 0, content);
}

size_t Lexer::CurrencyAt(string_view text) {
  for (const string_view currency : kCurrencies) {
    if (absl::StartsWith(text, currency)) return currency.size();
  }
  return 0;
}

// The length of a connective of Chinese at `position`, if it joins formulas: what is behind it is
// no letter of that script; 0 if there is none.
size_t Lexer::ConnectiveAt(size_t position, TokenKind* kind) const {
  const string_view left = text_.substr(position, end_ - position);
  const bool behind_other = position > 0 && !absl::ascii_isascii(text_[position - 1]);
  for (const Connective& connective : kConnectives) {
    if (!absl::StartsWith(left, connective.word)) continue;
    const char next = At(position + connective.word.size());
    if ((connective.alone && behind_other) || next == '\0' || !absl::ascii_isascii(next)) return 0;
    *kind = connective.kind;
    return connective.word.size();
  }
  return 0;
}

void Lexer::TakeLetters() {
  Kind connective;
  if (const size_t size = ConnectiveAt(position_, &connective); size > 0) {
    Emit(connective, size);
    return;
  }
  size_t end = position_;
  bool foreign = false;
  while (end < end_) {
    const bool ascii = absl::ascii_isascii(text_[end]);
    if (ascii ? !absl::ascii_isalpha(text_[end])
              : CurrencyAt(text_.substr(end)) > 0 || ConnectiveAt(end, &connective) > 0) {
      break;
    }
    foreign |= !ascii;
    ++end;
  }
  if (end == position_) {
    const size_t size = CurrencyAt(text_.substr(position_));
    Emit(Kind::kCurrency, size);
  } else if (foreign) {
    Emit(Kind::kForeign, end - position_);
  } else {
    TakeRun(end - position_);
  }
}

bool Lexer::IsApplied(size_t end) const {
  return At(end) == '(' || absl::StartsWith(text_.substr(end), "\\left(");
}

// 10 a.m., USD 42, Rs. 42, 3.5 x 10^4.
bool Lexer::TakeAbbreviation(string_view run) {
  const size_t end = position_ + run.size();
  const bool behind_number = !tokens_.list.empty() && tokens_.list.back().kind == Kind::kNumber;
  if (behind_number && run == "x" && absl::StartsWith(text_.substr(SkipSpaces(end)), "10^")) {
    Emit(Kind::kTimes, 1);
    return true;
  }
  const string_view half = text_.substr(position_, std::min<size_t>(3, end_ - position_));
  const bool morning = absl::EqualsIgnoreCase(half, "a.m");
  if (behind_number && (morning || absl::EqualsIgnoreCase(half, "p.m")) &&
      !absl::ascii_isalpha(At(position_ + 3))) {
    Emit(Kind::kText, At(position_ + 3) == '.' ? 4 : 3, 0, morning ? "am" : "pm");
    return true;
  }
  const size_t point = At(end) == '.' ? 1 : 0;
  if (!IsCurrencyCode(run) || !absl::ascii_isdigit(At(SkipSpaces(end + point)))) return false;
  Emit(Kind::kCurrency, run.size() + point, 0, run);
  return true;
}

// Whether the point that comes now ends a word that was cut short, as in sq. ft.
bool Lexer::IsBehindAbbreviation() const {
  if (tokens_.list.empty() || space_before_) return false;
  const Token& last = tokens_.list.back();
  if (last.kind != Kind::kLetter || last.run != 1 || last.run_before == 0) return false;
  const string_view run =
      text_.substr(last.begin - last.run_before, size_t{last.run_before} + last.run);
  return run == "sq" || run == "cu" || run == "approx" || IsKnownUnit(run);
}

// A run of ASCII letters: a word, words that were joined, or factors.
void Lexer::TakeRun(size_t size) {
  const string_view run = text_.substr(position_, size);
  if (TakeAbbreviation(run)) return;
  const size_t end = position_ + size;
  const Meaning* meaning = FindWord(run);
  if (meaning == nullptr && IsApplied(end)) meaning = FindWord(absl::AsciiStrToLower(run));
  if (meaning != nullptr && (meaning->kind != Kind::kFraction || At(end) == '{')) {
    return EmitMeaning(*meaning, size);
  }
  while (position_ < end && TakeJoinedWord(text_.substr(position_, end - position_))) {
  }
  if (position_ < end) EmitLetters(end - position_);
}

// Takes one word from the front of a run that is none itself, if it is joined to others in a usual
// way: "xsin(", "sinx", "2pir", "npi", "1or".
bool Lexer::TakeJoinedWord(string_view run) {
  const auto is_function = [](const Meaning* m) {
    return m != nullptr && (m->kind == Kind::kFunction || m->kind == Kind::kCall);
  };
  const bool behind_digit =
      position_ > 0 && (absl::ascii_isdigit(text_[position_ - 1]) || text_[position_ - 1] == ')');
  constexpr size_t kPrefixMax = 2;
  for (size_t size = 1; size <= kPrefixMax && size < run.size(); ++size) {
    const Meaning* rest = FindWord(run.substr(size));
    const bool applied = is_function(rest) && IsApplied(position_ + run.size());
    const bool multiple = run.substr(size) == "pi" && absl::StrContains("nkmi", run[0]);
    if (!applied && !(multiple && size == 1)) continue;
    EmitLetters(size);
    EmitMeaning(*rest, run.size() - size);
    return true;
  }
  for (const size_t size : {size_t{3}, size_t{2}}) {
    if (run.size() <= size) continue;
    const Meaning* word = FindWord(run.substr(0, size));
    if (word == nullptr) continue;
    const string_view rest = run.substr(size);
    const Meaning* argument = FindWord(rest);
    const bool joins = word->kind == Kind::kAnd || word->kind == Kind::kOr;
    const bool of_name =
        argument != nullptr && (argument->kind == Kind::kName || argument->kind == Kind::kConstant);
    const bool takes = word->kind == Kind::kFunction ? rest.size() == 1 || of_name
                                                     : rest.size() == 1 && behind_digit;
    const bool pi = run.substr(0, size) == "pi";
    if (!takes || !(word->kind == Kind::kFunction || joins || pi)) continue;
    EmitMeaning(*word, size);
    if (of_name) EmitMeaning(*argument, rest.size());
    return true;
  }
  return false;
}

void Lexer::EmitLetters(size_t size) {
  constexpr size_t kRunMax = UINT16_MAX;
  for (size_t i = 0; i < size; ++i) {
    Token& letter = Emit(Kind::kLetter, 1);
    letter.run_before = static_cast<uint16_t>(std::min(i, kRunMax));
    letter.run = static_cast<uint16_t>(std::min(size - i, kRunMax));
  }
}

}  // namespace whet::math
