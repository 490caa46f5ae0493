#include "rewards/math/figures.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "rewards/math/prose.h"

namespace whet::math {
namespace {

using absl::string_view;

constexpr size_t kNone = string_view::npos;

size_t OperatorLength(string_view text, size_t at) {
  if (at >= text.size()) return 0;
  if (string_view("+-*/^()").find(text[at]) != kNone) return 1;
  for (const string_view sign : {"×", "÷"}) {
    if (StartsWithAt(text, at, sign)) return sign.size();
  }
  return 0;
}

// Of what may stand in arithmetic.
size_t ArithmeticLength(string_view text, size_t at) {
  if (IsDigitAt(text, at) || StartsWithAt(text, at, ".")) return 1;
  return std::max(OperatorLength(text, at), SpaceLength(text, at));
}

size_t CurrencyLength(string_view text, size_t at) {
  for (const string_view sign : {"$", "£", "¥", "฿"}) {
    if (StartsWithAt(text, at, sign)) return sign.size();
  }
  // The block of currencies, U+20A1 to U+20BF.
  if (!StartsWithAt(text, at, "\xE2\x82") || at + 2 >= text.size()) return 0;
  const char last = text[at + 2];
  return last >= '\xA1' && last <= '\xBF' ? 3 : 0;
}

size_t SkipDigits(string_view text, size_t at) {
  while (IsDigitAt(text, at)) ++at;
  return at;
}

// Behind a point and digits; `at` if they are not there.
size_t SkipDecimals(string_view text, size_t at, bool comma) {
  const bool point = StartsWithAt(text, at, ".") || (comma && StartsWithAt(text, at, ","));
  return point && IsDigitAt(text, at + 1) ? SkipDigits(text, at + 1) : at;
}

// Behind the digits in groups of three, as 1,234,567 and 1 234; `at` if there are no groups.
size_t SkipGroups(string_view text, size_t at) {
  constexpr size_t kGroupDigits = 3;
  size_t end = SkipDigits(text, at);
  if (end == at || end - at > kGroupDigits || text[at] == '0') return at;
  size_t groups = 0;
  while (StartsWithAt(text, end, ",") || StartsWithAt(text, end, " ")) {
    const size_t behind = SkipDigits(text, end + 1);
    if (behind - end - 1 != kGroupDigits) break;
    end = behind;
    ++groups;
  }
  return groups > 0 ? end : at;
}

// Behind the number at `at`; `at` if there is none.
size_t SkipNumber(string_view text, size_t at) {
  const size_t digits = at + (StartsWithAt(text, at, "-") ? 1 : 0);
  const size_t groups = SkipGroups(text, digits);
  if (groups != digits) return SkipDecimals(text, groups, false);
  const size_t end = SkipDigits(text, digits);
  if (end != digits) return SkipDecimals(text, end, true);
  return SkipDecimals(text, at, false);
}

// Behind the punctuation, and ** before it, that must follow arithmetic; kNone if it does not.
size_t SkipEnd(string_view text, size_t at) {
  const auto skip_mark = [&](size_t mark) {
    if (mark == text.size()) return mark;
    const bool is_mark = string_view(".,:)$").find(text[mark]) != kNone;
    const size_t length = is_mark ? 1 : SpaceLength(text, mark);
    return length > 0 ? mark + length : kNone;
  };
  if (StartsWithAt(text, at, "**")) {
    const size_t end = skip_mark(at + 2);
    if (end != kNone) return end;
  }
  return skip_mark(at);
}

// Without white space, points, ** and brackets that nothing opens, behind it.
string_view TrimArithmetic(string_view text) {
  std::ptrdiff_t unopened =
      std::count(text.begin(), text.end(), ')') - std::count(text.begin(), text.end(), '(');
  while (!text.empty()) {
    const size_t last = LastCharacter(text, text.size());
    if (SpaceLength(text, last) > 0) {
      text = text.substr(0, last);
    } else if (text.back() == ')' && unopened > 0) {
      --unopened;
      text.remove_suffix(1);
    } else if (!absl::ConsumeSuffix(&text, "**") && !absl::ConsumeSuffix(&text, ".")) {
      break;
    }
  }
  return text;
}

// Numbers with operators between, and brackets around; not a number alone.
bool IsArithmetic(string_view text) {
  bool wants_value = true;
  bool has_operator = false;
  int depth = 0;
  for (size_t at = SkipSpaces(text, 0); at < text.size(); at = SkipSpaces(text, at)) {
    const char first = text[at];
    const size_t length = OperatorLength(text, at);
    if (length == 0) {
      const size_t integer = SkipDigits(text, at);
      const size_t end = SkipDecimals(text, integer, false);
      if (!wants_value || end == at) return false;
      wants_value = false;
      at = end;
      continue;
    }
    has_operator = true;
    if (first == '(') {
      if (!wants_value) return false;
      ++depth;
    } else if (first == ')') {
      if (wants_value || --depth < 0) return false;
    } else {
      const bool is_sign = first == '-' || first == '+';
      if (wants_value && !is_sign) return false;
      wants_value = true;
    }
    at += StartsWithAt(text, at, "**") ? 2 : length;
  }
  return !wants_value && has_operator && depth == 0;
}

}  // namespace

Figures::Figures(string_view text) : text_(text) {
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    size_t stop = begin;
    for (size_t length = ArithmeticLength(text, at); length > 0;
         length = ArithmeticLength(text, at)) {
      if (OperatorLength(text, at) > 0) operators_.push_back(at);
      if (SkipEnd(text, at) != kNone) stop = at;
      at += length;
    }
    if (at == begin) {
      at += CharacterLength(text, at);
      continue;
    }
    if (SkipEnd(text, at) != kNone) stop = at;
    runs_.push_back({.begin = begin, .end = at, .stop = stop});
  }
}

template <typename From>
std::optional<Figure> Figures::FirstFrom(size_t at, From from) const {
  const auto skip_stars = [&](size_t begin) {
    return begin + (StartsWithAt(text_, begin, "**") ? 2 : 0);
  };
  if (at == 0) {
    std::optional<Figure> figure = from(skip_stars(0));
    if (figure.has_value()) return figure;
  }
  const size_t length = StartsWithAt(text_, at, "=") ? 1 : SpaceLength(text_, at);
  return length > 0 ? from(skip_stars(at + length)) : std::nullopt;
}

std::optional<Figure> Figures::NumberAt(size_t at) const {
  return FirstFrom(at, [&](size_t value) { return NumberFrom(at, value); });
}

std::optional<Figure> Figures::ArithmeticAt(size_t at) const {
  return FirstFrom(at, [&](size_t value) { return ArithmeticFrom(at, value); });
}

std::optional<Figure> Figures::NumberFrom(size_t begin, size_t value) const {
  const size_t value_begin = value + CurrencyLength(text_, value);
  const size_t value_end = SkipNumber(text_, value_begin);
  if (value_end == value_begin) return std::nullopt;
  const size_t sign = SkipSpaces(text_, value_end);
  const size_t behind_sign = SkipPercent(text_, sign);
  const bool percent = behind_sign != sign;
  return Figure{.begin = begin,
                .end = percent ? behind_sign : value_end,
                .value_begin = value_begin,
                .value_end = value_end,
                .arithmetic = false,
                .percent = percent,
                .well_formed = true};
}

std::optional<Figure> Figures::ArithmeticFrom(size_t begin, size_t value) const {
  size_t digit = value;
  for (const string_view opening : {"-", "(", "-"}) {
    if (StartsWithAt(text_, digit, opening)) ++digit;
  }
  if (!IsDigitAt(text_, digit)) return std::nullopt;
  const size_t stop = RunOf(digit).stop;
  if (stop <= digit || !HasOperatorBetween(digit, LastCharacter(text_, stop))) return std::nullopt;
  const string_view trimmed = TrimArithmetic(text_.substr(value, stop - value));
  return Figure{.begin = begin,
                .end = SkipEnd(text_, stop),
                .value_begin = value,
                .value_end = value + trimmed.size(),
                .arithmetic = true,
                .percent = false,
                .well_formed = IsArithmetic(trimmed)};
}

const Figures::Run& Figures::RunOf(size_t digit) const {
  const auto behind = std::upper_bound(runs_.begin(), runs_.end(), digit,
                                       [](size_t at, const Run& run) { return at < run.begin; });
  return *(behind - 1);
}

bool Figures::HasOperatorBetween(size_t begin, size_t end) const {
  const auto found = std::lower_bound(operators_.begin(), operators_.end(), begin);
  return found != operators_.end() && *found < end;
}

std::optional<Figure> Figures::At(size_t at) const {
  const std::optional<Figure> arithmetic = ArithmeticAt(at);
  if (arithmetic.has_value() && arithmetic->well_formed) return arithmetic;
  return NumberAt(at);
}

std::string Figures::TextOf(const Figure& figure) const {
  const string_view value = text_.substr(figure.value_begin, figure.value_end - figure.value_begin);
  if (figure.arithmetic) return absl::StrReplaceAll(value, {{"**", "^"}});
  const size_t digits = absl::StartsWith(value, "-") ? 1 : 0;
  const bool grouped = SkipGroups(value, digits) != digits;
  std::string text = grouped ? absl::StrReplaceAll(value, {{",", ""}, {" ", ""}})
                             : absl::StrReplaceAll(value, {{",", "."}});
  if (figure.percent) text += '%';
  return text;
}

}  // namespace whet::math
