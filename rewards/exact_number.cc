#include "rewards/exact_number.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace whet {
namespace {

constexpr absl::string_view kMinusSign = "\xE2\x88\x92";  // U+2212
constexpr size_t kThousand = 3;                           // Digits of a group.

bool IsDigitAt(absl::string_view text, size_t at) {
  return at < text.size() && absl::ascii_isdigit(text[at]);
}

bool IsWordAt(absl::string_view text, size_t at) {
  return at < text.size() && (absl::ascii_isalnum(text[at]) || text[at] == '_');
}

size_t EndOfDigits(absl::string_view text, size_t at) {
  while (IsDigitAt(text, at)) ++at;
  return at;
}

size_t EndOfWord(absl::string_view text, size_t at) {
  while (IsWordAt(text, at)) ++at;
  return at;
}

// Where the number ends that begins at `at` with a digit, or with a point and a digit: the longest
// of "1234", "1,234", "1234.5", "1,234.5", ".5".
size_t EndOfDecimal(absl::string_view text, size_t at) {
  size_t end = EndOfDigits(text, at);
  if (end > at && end - at <= kThousand && text[at] != '0') {
    while (end < text.size() && text[end] == ',' &&
           EndOfDigits(text, end + 1) == end + 1 + kThousand) {
      end += 1 + kThousand;
    }
  }
  if (end < text.size() && text[end] == '.' && IsDigitAt(text, end + 1)) {
    end = EndOfDigits(text, end + 1);
  }
  return end;
}

bool BeginsDecimal(absl::string_view text, size_t at) {
  return IsDigitAt(text, at) || (at < text.size() && text[at] == '.' && IsDigitAt(text, at + 1));
}

// digits / 10^scale
struct Decimal {
  std::string digits;
  size_t scale;
};

std::optional<Decimal> ParseDecimal(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (!BeginsDecimal(text, 0)) return std::nullopt;
  absl::ConsumeSuffix(&text, ".");  // "5."
  if (EndOfDecimal(text, 0) != text.size()) return std::nullopt;
  Decimal decimal = {.digits = "", .scale = 0};
  const size_t point = text.find('.');
  for (const char c : text) {
    if (absl::ascii_isdigit(c)) decimal.digits.push_back(c);
  }
  if (point != absl::string_view::npos) decimal.scale = text.size() - point - 1;
  return decimal;
}

std::string WithoutLeadingZeros(std::string digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return digits;
}

// By hand, as in school. At most some thousand digits each.
std::string Multiply(const std::string& a, const std::string& b) {
  std::vector<int> sums(a.size() + b.size(), 0);  // The lowest digit last.
  for (size_t i = a.size(); i-- > 0;) {
    int carry = 0;
    for (size_t j = b.size(); j-- > 0;) {
      const int sum = sums[i + j + 1] + (a[i] - '0') * (b[j] - '0') + carry;
      sums[i + j + 1] = sum % 10;
      carry = sum / 10;
    }
    sums[i] = carry;
  }
  std::string product;
  for (const int digit : sums) product.push_back(static_cast<char>('0' + digit));
  return WithoutLeadingZeros(std::move(product));
}

bool ConsumeMinus(absl::string_view* text) {
  return absl::ConsumePrefix(text, "-") || absl::ConsumePrefix(text, kMinusSign);
}

void ConsumeDollar(absl::string_view* text) {
  if (!absl::ConsumePrefix(text, "\\$")) absl::ConsumePrefix(text, "$");
}

// The bytes of `text` before `at`, but not before `from`, that are the sign and the dollar sign of
// the number at `at`.
size_t BeginWithSign(absl::string_view text, size_t from, size_t at) {
  absl::string_view before = text.substr(from, at - from);
  if (absl::ConsumeSuffix(&before, "$")) absl::ConsumeSuffix(&before, "\\");
  absl::string_view unsigned_part = before;
  if (absl::ConsumeSuffix(&before, "-") || absl::ConsumeSuffix(&before, kMinusSign)) {
    const size_t sign = from + before.size();
    const bool subtracts = sign > 0 && (IsWordAt(text, sign - 1) ||
                                        absl::StrContains(")]}", text.substr(sign - 1, 1)));
    if (!subtracts) return sign;
  }
  return from + unsigned_part.size();
}

// The first number of text[from, …).
std::optional<absl::string_view> NextNumber(absl::string_view text, size_t from) {
  size_t at = from;
  while (at < text.size()) {
    if (!BeginsDecimal(text, at)) {
      at = std::max(EndOfWord(text, at), at + 1);
      continue;
    }
    size_t end = EndOfDecimal(text, at);
    if (end < text.size() && text[end] == '/' && BeginsDecimal(text, end + 1)) {
      end = EndOfDecimal(text, end + 1);
    }
    size_t unit_end = end;
    while (unit_end < text.size() && absl::ascii_isalpha(text[unit_end])) ++unit_end;
    if (unit_end == end || !IsWordAt(text, unit_end)) {
      const size_t begin = BeginWithSign(text, from, at);
      return text.substr(begin, end - begin);
    }
    at = EndOfWord(text, unit_end);
  }
  return std::nullopt;
}

}  // namespace

bool operator==(const ExactNumber& a, const ExactNumber& b) {
  if (a.negative != b.negative) return false;
  if (a.denominator == b.denominator) return a.numerator == b.numerator;
  return Multiply(a.numerator, b.denominator) == Multiply(b.numerator, a.denominator);
}

std::optional<ExactNumber> ParseExactNumber(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.size() > 1 && text.front() == '$' && text.back() == '$') {
    text = absl::StripAsciiWhitespace(text.substr(1, text.size() - 2));
  }
  const bool minus = ConsumeMinus(&text);
  if (!minus) absl::ConsumePrefix(&text, "+");
  ConsumeDollar(&text);

  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('/', 1));
  std::optional<Decimal> over = ParseDecimal(parts[0]);
  std::optional<Decimal> under = ParseDecimal(parts.size() > 1 ? parts[1] : "1");
  if (!over || !under) return std::nullopt;
  if (over->digits.size() + under->digits.size() > kNumberDigitsMax) return std::nullopt;

  ExactNumber number = {
      .negative = minus,
      .numerator = WithoutLeadingZeros(over->digits.append(under->scale, '0')),
      .denominator = WithoutLeadingZeros(under->digits.append(over->scale, '0')),
  };
  if (number.denominator == "0") return std::nullopt;
  if (number.numerator == "0") number.negative = false;
  return number;
}

std::optional<absl::string_view> FirstNumberIn(absl::string_view text) {
  return NextNumber(text, 0);
}

std::optional<absl::string_view> LastNumberIn(absl::string_view text) {
  std::optional<absl::string_view> last;
  std::optional<absl::string_view> number = NextNumber(text, 0);
  while (number) {
    last = number;
    const auto end = static_cast<size_t>(number->data() + number->size() - text.data());
    number = NextNumber(text, end);
  }
  return last;
}

std::string TextOf(const ExactNumber& number) {
  std::string numerator = number.numerator;
  std::string denominator = number.denominator;
  int64_t n = 0;
  int64_t d = 0;
  if (absl::SimpleAtoi(numerator, &n) && absl::SimpleAtoi(denominator, &d)) {
    const int64_t divisor = std::gcd(n, d);
    numerator = absl::StrCat(n / divisor);
    denominator = absl::StrCat(d / divisor);
  }
  return absl::StrCat(number.negative ? "-" : "", numerator,
                      denominator == "1" ? "" : absl::StrCat("/", denominator));
}

}  // namespace whet
