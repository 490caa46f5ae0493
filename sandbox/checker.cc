#include "sandbox/checker.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace whet::sandbox {
namespace {

using absl::string_view;

CheckResult Equal() { return {.equal = true, .why = ""}; }

CheckResult Different(string_view expected, string_view actual) {
  return {.equal = false, .why = absl::StrCat("expected ", expected, ", got ", actual)};
}

CheckResult At(string_view place, const CheckResult& different) {
  return {.equal = false, .why = absl::StrCat(place, ": ", different.why)};
}

size_t FirstDifference(string_view a, string_view b) {
  const size_t shorter = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + shorter, b.begin()).first -
                             a.begin());
}

// The lines of a text without the white space at their ends and at the end of the text.
class LineReader {
 public:
  explicit LineReader(string_view text) : rest_(absl::StripTrailingAsciiWhitespace(text)) {}

  std::optional<string_view> Next() {
    // Does not end in a newline: a line is left if and only if a byte is.
    if (rest_.empty()) return std::nullopt;
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    const string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return absl::StripTrailingAsciiWhitespace(line);
  }

 private:
  string_view rest_;
};

class TokenReader {
 public:
  explicit TokenReader(string_view text) : rest_(text) {}

  std::optional<string_view> Next() {
    rest_ = absl::StripLeadingAsciiWhitespace(rest_);
    if (rest_.empty()) return std::nullopt;
    const auto* const end = std::find_if(rest_.begin(), rest_.end(), [](char c) {
      return absl::ascii_isspace(static_cast<unsigned char>(c));
    });
    const string_view token = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(token.size());
    return token;
  }

 private:
  string_view rest_;
};

// Reads both sides to their ends, as long as `compare` finds each pair equal. `unit` is what they
// are made of.
template <typename Reader, typename Compare>
CheckResult CompareAll(string_view unit, std::pair<Reader, Reader> sides, Compare compare) {
  for (int64_t number = 1;; ++number) {
    const std::optional<string_view> expected = sides.first.Next();
    const std::optional<string_view> actual = sides.second.Next();
    if (!expected && !actual) return Equal();
    CheckResult result;
    if (!actual) {
      result = Different(Excerpt(*expected), "the end");
    } else if (!expected) {
      result = Different("the end", Excerpt(*actual));
    } else {
      result = compare(*expected, *actual);
    }
    if (!result.equal) return At(absl::StrCat(unit, " ", number), result);
  }
}

CheckResult CompareTexts(string_view expected, string_view actual) {
  if (expected == actual) return Equal();
  const size_t around = FirstDifference(expected, actual);
  return Different(Excerpt(expected, around), Excerpt(actual, around));
}

CheckResult CheckExact(string_view expected, string_view actual) {
  if (expected == actual) return Equal();
  return At(absl::StrCat("byte ", FirstDifference(expected, actual) + 1),
            CompareTexts(expected, actual));
}

CheckResult CheckLines(string_view expected, string_view actual) {
  return CompareAll("line", std::pair(LineReader(expected), LineReader(actual)), CompareTexts);
}

CheckResult CheckTokens(string_view expected, string_view actual) {
  return CompareAll("token", std::pair(TokenReader(expected), TokenReader(actual)), CompareTexts);
}

// What print() and printf() make of what is no finite number.
bool IsNonFinite(string_view token) {
  if (absl::StartsWith(token, "-") || absl::StartsWith(token, "+")) token.remove_prefix(1);
  return absl::StartsWithIgnoreCase(token, "nan") || absl::EqualsIgnoreCase(token, "inf") ||
         absl::EqualsIgnoreCase(token, "infinity");
}

CheckResult CheckFloat(string_view expected, string_view actual, const Tolerance& tolerance) {
  const auto compare_tokens = [&](string_view a, string_view b) {
    const bool agree = IsNumber(a) ? NumbersAgree(a, b, tolerance) : a == b && !IsNonFinite(b);
    return agree ? Equal() : Different(Excerpt(a), Excerpt(b));
  };
  const auto compare_lines = [&](string_view a, string_view b) {
    return CompareAll("token", std::pair(TokenReader(a), TokenReader(b)), compare_tokens);
  };
  return CompareAll("line", std::pair(LineReader(expected), LineReader(actual)), compare_lines);
}

size_t CountLines(string_view text) {
  LineReader reader(text);
  size_t count = 0;
  while (reader.Next()) ++count;
  return count;
}

std::vector<string_view> SortedLines(string_view text, size_t count) {
  std::vector<string_view> lines;
  lines.reserve(count);
  LineReader reader(text);
  while (const std::optional<string_view> line = reader.Next()) lines.push_back(*line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

// The number, from 1, of the line of `text` that begins with `line`, a part of it.
int64_t LineNumber(string_view text, string_view line) {
  return 1 + std::count(text.data(), line.data(), '\n');
}

CheckResult CheckUnorderedLines(string_view expected, string_view actual) {
  // Before anything is kept of the output: so memory is bounded by what is expected.
  const size_t count = CountLines(expected);
  const size_t actual_count = CountLines(actual);
  if (count != actual_count) {
    return Different(absl::StrCat(count, " lines"), absl::StrCat(actual_count));
  }
  const std::vector<string_view> wanted = SortedLines(expected, count);
  const std::vector<string_view> found = SortedLines(actual, count);
  const auto [want, got] = std::mismatch(wanted.begin(), wanted.end(), found.begin());
  if (want == wanted.end()) return Equal();
  // The lesser of the two has no counterpart on the other side.
  if (*got < *want) {
    return {.equal = false,
            .why = absl::StrCat("line ", LineNumber(actual, *got), ": ", Excerpt(*got),
                                " is not expected, or not so often")};
  }
  return {.equal = false,
          .why = absl::StrCat("the expected line ", LineNumber(expected, *want),
                              " is missing: ", Excerpt(*want))};
}

// A decimal number. Of an integer also its digits, without leading zeros: "" for 0.
struct Decimal {
  string_view text;  // Without a plus, which absl::from_chars does not take.
  bool is_negative = false;
  bool is_integer = false;
  string_view digits;
};

string_view TakeDigits(string_view* text) {
  const auto* const end = std::find_if_not(text->begin(), text->end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  const string_view digits = text->substr(0, static_cast<size_t>(end - text->begin()));
  text->remove_prefix(digits.size());
  return digits;
}

std::optional<Decimal> ParseDecimal(string_view text) {
  Decimal decimal;
  decimal.is_negative = absl::StartsWith(text, "-");
  if (absl::StartsWith(text, "+")) text.remove_prefix(1);
  decimal.text = text;
  if (decimal.is_negative) text.remove_prefix(1);
  decimal.digits = TakeDigits(&text);
  size_t digits = decimal.digits.size();
  decimal.is_integer = text.empty();
  if (absl::StartsWith(text, ".")) {
    text.remove_prefix(1);
    digits += TakeDigits(&text).size();
  }
  if (digits == 0) return std::nullopt;
  if (absl::StartsWithIgnoreCase(text, "e")) {
    text.remove_prefix(1);
    if (absl::StartsWith(text, "+") || absl::StartsWith(text, "-")) text.remove_prefix(1);
    if (TakeDigits(&text).empty()) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  decimal.digits.remove_prefix(
      std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size()));
  return decimal;
}

// nullopt if it is beyond double. What is too small is 0.
std::optional<double> DoubleOf(const Decimal& decimal) {
  double value = 0;
  const char* const end = decimal.text.data() + decimal.text.size();
  const absl::from_chars_result result = absl::from_chars(decimal.text.data(), end, value);
  if (result.ec == std::errc::invalid_argument || result.ptr != end) return std::nullopt;
  if (result.ec == std::errc::result_out_of_range && std::abs(value) > 1) return std::nullopt;
  return value;
}

std::string Escaped(char c) {
  const auto byte = static_cast<unsigned char>(c);
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      if (absl::ascii_isprint(byte)) return std::string(1, c);
      return absl::StrCat("\\x", absl::Hex(byte, absl::kZeroPad2));
  }
}

// Doubles of long integers are the same though the integers are not.
constexpr double kIntegerDistanceMin = 1;

}  // namespace

CheckResult Check(const CheckerOptions& options, string_view expected, string_view actual) {
  switch (options.kind) {
    case CheckerKind::kExact:
      return CheckExact(expected, actual);
    case CheckerKind::kLines:
      return CheckLines(expected, actual);
    case CheckerKind::kTokens:
      return CheckTokens(expected, actual);
    case CheckerKind::kFloat:
      return CheckFloat(expected, actual, options.tolerance);
    case CheckerKind::kUnorderedLines:
      return CheckUnorderedLines(expected, actual);
  }
  return {.equal = false, .why = "unknown checker"};
}

bool IsNumber(string_view text) { return ParseDecimal(text).has_value(); }

bool NumbersAgree(string_view expected, string_view actual, const Tolerance& tolerance) {
  const std::optional<Decimal> b = ParseDecimal(expected);
  const std::optional<Decimal> a = ParseDecimal(actual);
  if (!a || !b) return false;
  const bool integers = a->is_integer && b->is_integer;
  if (integers && a->digits == b->digits &&
      (a->is_negative == b->is_negative || a->digits.empty())) {
    return true;
  }
  const std::optional<double> expected_value = DoubleOf(*b);
  const std::optional<double> actual_value = DoubleOf(*a);
  if (!expected_value || !actual_value) return false;
  double distance = std::abs(*actual_value - *expected_value);
  if (integers) distance = std::max(distance, kIntegerDistanceMin);
  if (!std::isfinite(distance)) return false;
  return distance <= tolerance.absolute ||
         distance <= tolerance.relative * std::abs(*expected_value);
}

std::string Excerpt(string_view text, size_t around) {
  constexpr size_t kBytesMax = 60;
  constexpr size_t kBytesBeforeMax = 40;
  around = std::min(around, text.size());
  size_t begin = around;
  for (size_t bytes = 0; begin > 0; --begin) {
    bytes += Escaped(text[begin - 1]).size();
    if (bytes > kBytesBeforeMax) break;
  }
  std::string out = begin > 0 ? "\"..." : "\"";
  for (const char c : text.substr(begin)) {
    if (out.size() >= kBytesMax) {
      out += "...";
      break;
    }
    out += Escaped(c);
  }
  out.push_back('"');
  return out;
}

}  // namespace whet::sandbox
