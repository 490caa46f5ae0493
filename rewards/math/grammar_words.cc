#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rewards/math/count_words.h"
#include "rewards/math/grammar.h"
#include "rewards/math/units.h"

namespace whet::math {

using absl::string_view;
using Kind = TokenKind;

namespace {

// From so many letters on, a run of them is a word whatever stands beside it.
constexpr size_t kWordLetters = 5;
// From so many on, it is one if another run is beside it, or it is a unit behind a number.
constexpr size_t kShortWordLetters = 3;
constexpr size_t kUnitWordLetters = 4;

bool HasVowel(string_view word) {
  return absl::AsciiStrToLower(word).find_first_of("aeiou") != std::string::npos;
}

}  // namespace

string_view Grammar::SourceOf(size_t begin, size_t end) const {
  if (begin >= end) return {};
  return string_view(source_.text)
      .substr(tokens_[begin].begin, tokens_[end - 1].end - tokens_[begin].begin);
}

// How many letters the run at the token `at` has; 0 if none begins there.
size_t Grammar::RunAt(size_t at) const {
  const Token& token = tokens_[std::min(at, tokens_.size() - 1)];
  if (token.kind == Kind::kForeign) return kWordLetters;
  return token.kind == Kind::kLetter && token.run_before == 0 ? token.run : 0;
}

// The token behind the run at `at`; `at` if none begins there. One of other scripts is one token.
size_t Grammar::RunEnd(size_t at) const {
  const size_t run = RunAt(at);
  return at + (run > 0 && tokens_[at].kind == Kind::kForeign ? 1 : run);
}

string_view Grammar::RunText(size_t at) const { return SourceOf(at, RunEnd(at)); }

bool Grammar::IsWordAt(size_t at) const {
  const size_t run = RunAt(at);
  return run >= kShortWordLetters && (run >= kWordLetters || HasVowel(RunText(at)));
}

// The run at `at`, with what hyphens and apostrophes join to it.
Grammar::WordRun Grammar::WordFrom(size_t at) const {
  WordRun word = {RunAt(at), at, IsWordAt(at)};
  if (word.letters == 0) return word;
  word.end = RunEnd(at);
  constexpr int kJoinsMax = 4;
  for (int i = 0; i < kJoinsMax; ++i) {
    const Token& mark = tokens_[word.end];
    const size_t next = word.end + 1;
    if (mark.kind != Kind::kPrime && mark.kind != Kind::kMinus) break;
    if (mark.space_before || tokens_[next].space_before || RunAt(next) == 0) break;
    // An apostrophe goes with letters of any number, a hyphen with words only: forty-two.
    const bool joins = (IsWordAt(next) && RunAt(next) >= kUnitWordLetters) ||
                       !SpelledNumber(SourceOf(at, RunEnd(next))).empty();
    if (mark.kind == Kind::kMinus && !joins) break;
    word.is_word |= joins;
    word.end = RunEnd(next);
  }
  return word;
}

// The token behind the words that begin here; 0 if these letters are factors.
size_t Grammar::WordsNow() const {
  const WordRun first = WordFrom(position_);
  if (first.letters == 0 || (!integrals_.empty() && !integrals_.back().done)) return 0;
  if (first.letters < kWordLetters && !BeginsPhrase(first)) return 0;
  size_t end = first.end;
  while (RunAt(end) > 0 && tokens_[end].space_before) end = WordFrom(end).end;
  return end;
}

// Whether letters that are no word by themselves are one with those that follow.
bool Grammar::BeginsPhrase(const WordRun& first) const {
  const bool begins_item = position_ == around_.item_begin;
  const bool joined = first.end > position_ + first.letters;
  if (joined && first.is_word && (first.letters > 1 || begins_item)) return true;
  WordRun second = {0, 0, false};
  bool followed = false;
  size_t next = first.end;
  constexpr int kRunsAhead = 4;
  for (int i = 0; i < kRunsAhead && RunAt(next) > 0 && tokens_[next].space_before; ++i) {
    const WordRun run = WordFrom(next);
    if (i == 0) second = run;
    followed |= run.is_word;
    next = run.end;
  }
  const bool beside = second.letters >= 2 || second.is_word;
  switch (first.letters) {
    case 1:
      return begins_item && beside && followed && !IsKnownUnit(RunText(first.end));
    case 2:
      return beside && followed;
    case kShortWordLetters:
      return beside && (first.is_word || followed);
    default:
      return first.is_word ? second.letters > 0 : beside && followed;
  }
}

NodeId Grammar::Words(size_t end) {
  std::string words;
  for (const char c : SourceOf(position_, end)) {
    const bool space = absl::ascii_isspace(c);
    if (!space || !absl::EndsWith(words, " ")) words.push_back(space ? ' ' : c);
  }
  MoveTo(end);
  return Make(Op::kText, {}, words);
}

// Whether what comes now is the unit of what is before, all of it.
bool Grammar::UnitFollows() const {
  if (!MayBeUnit()) return false;
  std::string unit;
  UnitEnd(&unit);
  return IsTemperature() ? unit == "C" || unit == "F" : IsUnit(unit);
}

// Whether words come behind a value, and so are no factor.
bool Grammar::WordsFollow() const {
  if (position_ == 0) return false;
  if (Is(Kind::kText) || Is(Kind::kForeign)) return true;
  return Is(Kind::kLetter) && Now().space_before && IsBehindValue() && WordsNow() != 0;
}

bool Grammar::IsBehindValue() const {
  const Kind before = tokens_[position_ - 1].kind;
  return before == Kind::kNumber || before == Kind::kBraceClose || before == Kind::kClose;
}

bool Grammar::MayBeUnit() const {
  if (position_ == 0) return false;
  const Token& before = tokens_[position_ - 1];
  switch (Now().kind) {
    case Kind::kText:
    case Kind::kForeign:
    case Kind::kCurrency:
      return true;
    case Kind::kRoman:
      return IsKnownUnit(Now().text) || IsTemperature();
    case Kind::kFunction:
      return before.kind == Kind::kNumber && (Now().text == "min" || Now().text == "sec") &&
             !IsAhead(1, Kind::kOpen) && !IsAhead(1, Kind::kNumber) && !IsAhead(1, Kind::kLetter) &&
             !IsAhead(1, Kind::kBraceOpen);
    case Kind::kLetter:
      return LetterUnitFollows();
    default:
      return false;
  }
}

// The C or F behind the sign of degrees.
bool Grammar::IsTemperature() const {
  if (Now().text != "C" && Now().text != "F") return false;
  if (position_ < 2) return false;
  const size_t braces = tokens_[position_ - 1].kind == Kind::kBraceClose ? 1 : 0;
  const Kind sign = tokens_[position_ - 1 - braces].kind;
  return sign == Kind::kCompose || sign == Kind::kDegree;
}

// Letters are a unit if they are known as one, or are a word behind a number; without a space only
// behind a number.
bool Grammar::LetterUnitFollows() const {
  const size_t run = RunAt(position_);
  if (run == 0 || (!integrals_.empty() && !integrals_.back().done)) return false;
  const bool behind_number = tokens_[position_ - 1].kind == Kind::kNumber;
  const bool spaced = Now().space_before;
  if (run == 1) {
    if (IsTemperature()) return true;
    if (!behind_number || !spaced || !IsAhead(1, Kind::kDivide)) return false;
    return RunAt(position_ + 2) == 1 && SourceOf(position_, position_ + 3) == "m/s";
  }
  const string_view text = RunText(position_);
  if (IsAhead(run, Kind::kOpen)) return false;
  const bool square = text == "square" || text == "cubic" || text == "sq" || text == "cu";
  string_view scaled = text;
  const bool known = square || !TakeScales(&scaled).empty() || IsKnownUnit(text);
  const std::string unit = known ? CanonicalUnit(text) : "";
  // 5am and 2nd: letters that are more often factors.
  if (unit == "am" || unit == "pm") return spaced && behind_number;
  if (unit == "th") return !spaced && behind_number && EndsOperand(Ahead(run).kind);
  if (known) return behind_number || spaced;
  return IsBehindValue() && spaced && (run >= kUnitWordLetters || WordsNow() != 0);
}

// Adds the words of a unit that begin at the token `at`.
void Grammar::AddUnitWords(size_t* at, std::string* unit) const {
  constexpr int kWordsMax = 8;  // More than any unit has.
  for (int i = 0; i < kWordsMax; ++i) {
    const size_t end = tokens_[*at].kind == Kind::kFunction ? *at + 1 : WordFrom(*at).end;
    absl::StrAppend(unit, unit->empty() || absl::EndsWith(*unit, "/") ? "" : " ",
                    SourceOf(*at, end));
    *at = end;
    if (RunAt(*at) < 2 || !tokens_[*at].space_before) return;
  }
}

// ^2, ^{-1}.
void Grammar::AddUnitPower(size_t* at, std::string* unit) const {
  const auto is = [this](size_t which, Kind kind) {
    return which < tokens_.size() && tokens_[which].kind == kind;
  };
  if (!is(*at, Kind::kCaret)) return;
  const bool braces = is(*at + 1, Kind::kBraceOpen);
  size_t number = *at + (braces ? 2 : 1);
  const bool minus = is(number, Kind::kMinus);
  if (minus) ++number;
  const bool plain = is(number, Kind::kNumber) && (!braces || is(number + 1, Kind::kBraceClose));
  absl::StrAppend(unit, "^", minus ? "-" : "", plain ? tokens_[number].text : "?");
  *at = plain ? number + (braces ? 2 : 1) : *at + 1;
}

// Reads all of a unit that begins here into `unit`: words, powers, and what it is divided by.
// Returns the token behind it. Looks at a bounded number of tokens: it may be no unit at all.
size_t Grammar::UnitEnd(std::string* unit) const {
  constexpr int kPartsMax = 8;
  const auto is_unit = [this](size_t at) {
    const Token& token = tokens_[std::min(at, tokens_.size() - 1)];
    return token.kind == Kind::kText || (token.kind == Kind::kRoman && IsKnownUnit(token.text));
  };
  size_t at = position_;
  for (int i = 0; i < kPartsMax; ++i) {
    const Kind kind = tokens_[at].kind;
    if (kind == Kind::kLetter || kind == Kind::kForeign || kind == Kind::kFunction) {
      AddUnitWords(&at, unit);
    } else {
      const bool space = !unit->empty() && !absl::EndsWith(*unit, "/");
      absl::StrAppend(unit, space ? " " : "", tokens_[at].text);
      ++at;
    }
    AddUnitPower(&at, unit);
    const bool letters = RunAt(at + 1) > 0 && IsKnownUnit(RunText(at + 1));
    if (tokens_[at].kind == Kind::kDivide && (is_unit(at + 1) || letters)) {
      unit->push_back('/');
      ++at;
    } else if (tokens_[at].kind == Kind::kTimes && is_unit(at + 1)) {
      ++at;
    } else if (!is_unit(at) && tokens_[at].kind != Kind::kForeign) {
      break;
    }
  }
  return at;
}

// `value` times what scales it, which is taken from the front of `unit`.
NodeId Grammar::Scaled(NodeId value, string_view* unit) {
  if (absl::ConsumePrefix(unit, "‰")) return Make(Op::kDivide, {value, MakeNumber("1000")});
  for (const string_view number : TakeScales(unit)) {
    value = Make(Op::kMultiply, {value, MakeNumber(number)});
  }
  return value;
}

// `value` with the unit that follows. Percents and degrees are nodes of their own, multipliers are
// factors, and other units are left in unit_ for the sum.
NodeId Grammar::Measured(NodeId value) {
  std::string unit;
  MoveTo(UnitEnd(&unit));
  const bool negative = OpOf(value) == Op::kNegate;
  const NodeId degrees = negative ? tree_.child(value, 0) : value;
  if (OpOf(degrees) == Op::kDegrees && (unit == "C" || unit == "F")) {
    unit_ = absl::StrCat("deg", unit);
    const NodeId number = tree_.child(degrees, 0);
    return negative ? Make(Op::kNegate, {number}) : number;
  }
  string_view rest = unit;
  value = Scaled(value, &rest);
  if (rest.empty()) return value;
  const std::string canonical = CanonicalUnit(rest);
  if (canonical == "percent") return Make(Op::kPercent, {value});
  if (canonical == "degree") return Make(Op::kDegrees, {value});
  // x rad are (180 x / pi) degrees, and so differ from x degrees, and not from x.
  if (canonical == "rad") {
    const NodeId turned = Make(Op::kMultiply, {MakeNumber("180"), value});
    return Make(Op::kDegrees, {Make(Op::kDivide, {turned, MakeConstant(Constant::kPi)})});
  }
  unit_ = canonical;
  return value;
}

}  // namespace whet::math
