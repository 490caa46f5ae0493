#include "rewards/match/arithmetic.h"

#include <array>
#include <cstddef>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace whet {
namespace {

using Outcome = ArithmeticResult::Outcome;

// Other ways to write a sign; "" for what says nothing. No letter may follow a command of these,
// for no letter is read here at all.
constexpr std::array<std::pair<absl::string_view, absl::string_view>, 18> kSpellings = {{
    {"×", "*"},
    {"⋅", "*"},
    {"·", "*"},
    {"÷", "/"},
    {"−", "-"},
    {"\\times", "*"},
    {"\\cdot", "*"},
    {"\\div", "/"},
    {"\\frac", "\\"},
    {"\\dfrac", "\\"},
    {"\\tfrac", "\\"},
    {"\\left", ""},
    {"\\right", ""},
    {"\\,", ""},
    {"\\;", ""},
    {"\\:", ""},
    {"\\!", ""},
    {"\\ ", ""},
}};

// Signs, brackets and digits, with a "\" for \frac; white space where `text` has some, so that "1
// 2" does not become 12. nullopt if there is anything else.
std::optional<std::string> PlainSigns(absl::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const char c = text.front();
    if (absl::ascii_isdigit(c) || absl::ascii_isspace(c) ||
        absl::string_view("+-*/()[]{}").find(c) != absl::string_view::npos) {
      plain.push_back(c);
      text.remove_prefix(1);
      continue;
    }
    bool known = false;
    for (const auto& [spelling, sign] : kSpellings) {
      if (!absl::ConsumePrefix(&text, spelling)) continue;
      absl::StrAppend(&plain, sign.empty() ? " " : sign);
      known = true;
      break;
    }
    if (!known) return std::nullopt;
  }
  return plain;
}

absl::int128 Gcd(absl::int128 a, absl::int128 b) {
  if (a < 0) a = -a;
  if (b < 0) b = -b;
  while (b != 0) a = std::exchange(b, a % b);
  return a;
}

// Recursive descent, one function a level of precedence. Each returns nullopt once outcome_ is not
// kValue.
class ArithmeticReader {
 public:
  explicit ArithmeticReader(absl::string_view text) : text_(text) {}

  ArithmeticResult Read() {
    const std::optional<Fraction> value = Sum();
    if (value && !AtEnd()) outcome_ = Outcome::kUnreadable;
    if (!value || outcome_ != Outcome::kValue) {
      return {.outcome = outcome_, .value = {}, .numbers = {}};
    }
    return {.outcome = outcome_, .value = *value, .numbers = std::move(numbers_)};
  }

 private:
  std::optional<Fraction> Sum();
  std::optional<Fraction> Product();
  std::optional<Fraction> Signed();
  std::optional<Fraction> Primary();
  std::optional<Fraction> Enclosed(char close);
  std::optional<Fraction> Number();
  std::optional<Fraction> Quotient(const Fraction& a, const Fraction& b);

  std::optional<Fraction> Fail(Outcome outcome) {
    outcome_ = outcome;
    return std::nullopt;
  }
  // `value`, or that it is too large.
  std::optional<Fraction> Checked(std::optional<Fraction> value) {
    return value ? value : Fail(Outcome::kTooLarge);
  }

  void SkipSpace() {
    while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
  }
  bool AtEnd() {
    SkipSpace();
    return at_ == text_.size();
  }
  bool Consume(char wanted) {
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  const absl::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  Outcome outcome_ = Outcome::kValue;
  std::vector<int64_t> numbers_;
};

std::optional<Fraction> ArithmeticReader::Sum() {
  std::optional<Fraction> sum = Product();
  while (sum) {
    const bool plus = Consume('+');
    if (!plus && !Consume('-')) break;
    const std::optional<Fraction> next = Product();
    if (!next) return std::nullopt;
    const absl::int128 a = absl::int128(sum->numerator) * next->denominator;
    const absl::int128 b = absl::int128(next->numerator) * sum->denominator;
    sum = Checked(
        MakeFraction(plus ? a + b : a - b, absl::int128(sum->denominator) * next->denominator));
  }
  return sum;
}

std::optional<Fraction> ArithmeticReader::Product() {
  std::optional<Fraction> product = Signed();
  while (product) {
    const bool times = Consume('*');
    if (!times && !Consume('/')) break;
    const std::optional<Fraction> next = Signed();
    if (!next) return std::nullopt;
    product = times ? Checked(MakeFraction(absl::int128(product->numerator) * next->numerator,
                                           absl::int128(product->denominator) * next->denominator))
                    : Quotient(*product, *next);
  }
  return product;
}

std::optional<Fraction> ArithmeticReader::Quotient(const Fraction& a, const Fraction& b) {
  if (b.numerator == 0) return Fail(Outcome::kDivisionByZero);
  return Checked(MakeFraction(absl::int128(a.numerator) * b.denominator,
                              absl::int128(a.denominator) * b.numerator));
}

std::optional<Fraction> ArithmeticReader::Signed() {
  const bool minus = Consume('-');
  if (!minus && !Consume('+')) return Primary();
  if (++depth_ > kArithmeticDepthMax) return Fail(Outcome::kUnreadable);
  const std::optional<Fraction> value = Signed();
  --depth_;
  if (!value || !minus) return value;
  return Checked(MakeFraction(-absl::int128(value->numerator), value->denominator));
}

std::optional<Fraction> ArithmeticReader::Primary() {
  if (Consume('(')) return Enclosed(')');
  if (Consume('[')) return Enclosed(']');
  if (!Consume('\\')) return Number();
  const std::optional<Fraction> above = Consume('{') ? Enclosed('}') : Fail(Outcome::kUnreadable);
  if (!above) return std::nullopt;
  const std::optional<Fraction> below = Consume('{') ? Enclosed('}') : Fail(Outcome::kUnreadable);
  return below ? Quotient(*above, *below) : std::nullopt;
}

std::optional<Fraction> ArithmeticReader::Enclosed(char close) {
  if (++depth_ > kArithmeticDepthMax) return Fail(Outcome::kUnreadable);
  const std::optional<Fraction> value = Sum();
  --depth_;
  if (value && !Consume(close)) return Fail(Outcome::kUnreadable);
  return value;
}

std::optional<Fraction> ArithmeticReader::Number() {
  SkipSpace();
  const size_t begin = at_;
  while (at_ < text_.size() && absl::ascii_isdigit(text_[at_])) ++at_;
  if (at_ == begin) return Fail(Outcome::kUnreadable);
  int64_t number = 0;
  if (!absl::SimpleAtoi(text_.substr(begin, at_ - begin), &number)) {
    return Fail(Outcome::kTooLarge);
  }
  numbers_.push_back(number);
  return Fraction{.numerator = number, .denominator = 1};
}

}  // namespace

std::string Fraction::Text() const {
  return denominator == 1 ? absl::StrCat(numerator) : absl::StrCat(numerator, "/", denominator);
}

std::optional<Fraction> MakeFraction(absl::int128 numerator, absl::int128 denominator) {
  const absl::int128 divisor = Gcd(numerator, denominator) * (denominator < 0 ? -1 : 1);
  numerator /= divisor;
  denominator /= divisor;
  constexpr absl::int128 kMax = std::numeric_limits<int64_t>::max();
  if (numerator > kMax || numerator < -kMax || denominator > kMax) return std::nullopt;
  return Fraction{.numerator = static_cast<int64_t>(numerator),
                  .denominator = static_cast<int64_t>(denominator)};
}

ArithmeticResult EvaluateArithmetic(absl::string_view text) {
  const std::optional<std::string> plain = PlainSigns(text);
  if (!plain) return {.outcome = Outcome::kUnreadable, .value = {}, .numbers = {}};
  return ArithmeticReader(*plain).Read();
}

}  // namespace whet
