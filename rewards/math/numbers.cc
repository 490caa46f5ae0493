#include "rewards/math/numbers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace whet::math {
namespace {

using absl::string_view;

bool IsDigitAt(string_view text, size_t position) {
  return position < text.size() && absl::ascii_isdigit(text[position]);
}

size_t SkipDigits(string_view text, size_t position) {
  while (IsDigitAt(text, position)) ++position;
  return position;
}

size_t SkipSpaces(string_view text, size_t position) {
  while (position < text.size() && text[position] == ' ') ++position;
  return position;
}

// A separator of thousands: what it is made of, and its length.
struct Separator {
  char kind;  // ',' ' ' '.' or 0 for none.
  size_t size;
};

// Reads one numeral; see ScanNumeral.
class Scanner {
 public:
  Scanner(string_view source, size_t begin, const NumberRules& rules)
      : source_(source), begin_(begin), rules_(rules), position_(begin) {}

  Numeral Run() {
    TakeWhole();
    TakeFraction();
    if (form_ == NumberForm::kRepeating || !TakeExponent()) return Result();
    form_ = NumberForm::kScientific;
    return Result();
  }

 private:
  Numeral Result() {
    const bool as_written = text_ == source_.substr(begin_, position_ - begin_);
    if (as_written) text_.clear();
    return {position_, form_, std::move(text_), as_written};
  }

  bool StartsWith(size_t position, string_view prefix) const {
    return position <= source_.size() && absl::StartsWith(source_.substr(position), prefix);
  }

  // Takes what stands between position_ and `end` into the text.
  void TakeTo(size_t end) {
    absl::StrAppend(&text_, source_.substr(position_, end - position_));
    position_ = end;
  }

  // The length of "{,}", with or without spaces before and in it.
  size_t BracedCommaAt(size_t position) const {
    const size_t open = SkipSpaces(source_, position);
    const size_t comma = SkipSpaces(source_, open + 1);
    const size_t close = SkipSpaces(source_, comma + 1);
    const bool there = StartsWith(open, "{") && StartsWith(comma, ",") && StartsWith(close, "}");
    return there ? close + 1 - position : 0;
  }

  Separator SeparatorAt(size_t position) const {
    if (const size_t size = BracedCommaAt(position); size > 0) return {',', size};
    for (const string_view tight : {",\\!", ",\\\\!"}) {
      if (!StartsWith(position, tight)) continue;
      return {',', SkipSpaces(source_, position + tight.size()) - position};
    }
    if (StartsWith(position, ",") && !rules_.decimal_comma) {
      return {rules_.comma_groups ? ',' : '\0', 1};
    }
    for (const string_view space : {"\\,", "\\\\,", "\\ ", "\\;", "\\:", "{\\,}", "~", " "}) {
      if (StartsWith(position, space)) return {' ', space.size()};
    }
    if (StartsWith(position, ".")) return {'.', 1};
    return {'\0', 0};
  }

  bool IsGroupAt(size_t position) const { return SkipDigits(source_, position) == position + 3; }

  void TakeWhole() {
    const size_t end = SkipDigits(source_, position_);
    const size_t size = end - position_;
    const bool zero = source_[position_] == '0';
    TakeTo(end);
    if (rules_.groups && size >= 1 && size <= 3 && !zero) TakeGroups();
  }

  // The groups behind the first: all or none, so that what merely begins like groups is none.
  void TakeGroups() {
    const Separator first = SeparatorAt(position_);
    if (first.kind == 0) return;
    std::string groups;
    size_t position = position_;
    size_t count = 0;
    Separator next = first;
    while (next.kind == first.kind && IsGroupAt(position + next.size)) {
      absl::StrAppend(&groups, source_.substr(position + next.size, 3));
      position += next.size + 3;
      next = SeparatorAt(position);
      ++count;
    }
    // A point may have been the decimal one.
    if (count == 0 || (first.kind == '.' && count == 1 && !rules_.decimal_comma)) return;
    if (next.kind == first.kind && IsDigitAt(source_, position + next.size)) return;
    text_.append(groups);
    position_ = position;
  }

  void TakeFraction() {
    const bool comma = rules_.decimal_comma && StartsWith(position_, ",");
    if (!comma && !StartsWith(position_, ".")) return TakeBracedFraction();
    const size_t end = SkipDigits(source_, position_ + 1);
    const bool digits = end > position_ + 1;
    size_t period_end = 0;
    const string_view period = PeriodAt(end, digits, &period_end);
    if (!digits && period.empty()) return;
    form_ = NumberForm::kDecimal;
    if (text_.empty() && !period.empty()) text_.push_back('0');
    text_.push_back('.');
    ++position_;
    TakeTo(end);
    if (period.empty()) return;
    absl::StrAppend(&text_, "(", period, ")");
    form_ = NumberForm::kRepeating;
    position_ = period_end;
  }

  // 0{,}5: a comma in braces that separates no thousands.
  void TakeBracedFraction() {
    constexpr string_view kComma = "{,}";
    if (!rules_.groups || !StartsWith(position_, kComma)) return;
    const size_t begin = position_ + kComma.size();
    const size_t end = SkipDigits(source_, begin);
    if (end == begin || BracedCommaAt(end) > 0) return;
    form_ = NumberForm::kDecimal;
    text_.push_back('.');
    position_ = begin;
    TakeTo(end);
  }

  // The digits of a period that is written at `position`, behind decimals or right behind the
  // point; none if there is no period. 0.1(6) is a product, 0.(6) is not.
  string_view PeriodAt(size_t position, bool decimals, size_t* end) const {
    for (const string_view mark : {"\\overline", "\\bar", "\\dot"}) {
      const size_t begin = position + (StartsWith(position, "\\\\") ? 1 : 0);
      if (!StartsWith(begin, mark)) continue;
      const size_t open = SkipSpaces(source_, begin + mark.size());
      if (IsDigitAt(source_, open) && open > begin + mark.size()) {
        *end = open + 1;
        return source_.substr(open, 1);
      }
      return Enclosed(open, "{}", end);
    }
    return decimals ? string_view() : Enclosed(position, "()", end);
  }

  string_view Enclosed(size_t open, string_view brackets, size_t* end) const {
    if (!StartsWith(open, brackets.substr(0, 1))) return {};
    const size_t close = SkipDigits(source_, open + 1);
    if (close == open + 1 || !StartsWith(close, brackets.substr(1))) return {};
    *end = close + 1;
    return source_.substr(open + 1, close - open - 1);
  }

  bool TakeExponent() {
    if (!StartsWith(position_, "e") && !StartsWith(position_, "E")) return false;
    size_t digits = position_ + 1;
    const bool sign = StartsWith(digits, "-") || StartsWith(digits, "+");
    if (sign) ++digits;
    if (!IsDigitAt(source_, digits)) return false;
    const size_t end = SkipDigits(source_, digits);
    const bool decimal = form_ == NumberForm::kDecimal || text_ == "1";
    if (sign && source_[position_] == 'e' && !decimal && !IsExponent(digits, end)) return false;
    TakeTo(end);
    return true;
  }

  // Whether the digits behind "2e-" are an exponent: few, and nothing else goes on with them.
  bool IsExponent(size_t digits, size_t end) const {
    constexpr size_t kExponentDigitsMax = 3;
    if (source_[digits - 1] != '-' || end - digits > kExponentDigitsMax) return false;
    const char next = end < source_.size() ? source_[end] : ' ';
    return !absl::ascii_isalnum(next) && !absl::StrContains("^_!.(\\{", next);
  }

  const string_view source_;
  const size_t begin_;
  const NumberRules rules_;
  size_t position_;
  NumberForm form_ = NumberForm::kInteger;
  std::string text_;
};

// `digits` without its leading zeros; "0" if there is nothing else.
string_view WithoutZeros(string_view digits) {
  const size_t first = digits.find_first_not_of('0');
  return first == string_view::npos ? "0" : digits.substr(first);
}

}  // namespace

Numeral ScanNumeral(string_view source, size_t begin, const NumberRules& rules) {
  return Scanner(source, begin, rules).Run();
}

std::string CanonicalNumeral(string_view text) {
  const size_t whole_end = std::min(text.find_first_not_of("0123456789"), text.size());
  const size_t mantissa_end = std::min(text.find_first_of("eE"), text.size());
  std::string canonical = absl::StrCat(WithoutZeros(text.substr(0, whole_end)),
                                       text.substr(whole_end, mantissa_end - whole_end));
  if (mantissa_end == text.size()) return canonical;
  string_view exponent = text.substr(mantissa_end + 1);
  const bool negative = absl::ConsumePrefix(&exponent, "-");
  if (!negative) absl::ConsumePrefix(&exponent, "+");
  const string_view digits = WithoutZeros(exponent);
  absl::StrAppend(&canonical, negative && digits != "0" ? "e-" : "e", digits);
  return canonical;
}

}  // namespace whet::math
