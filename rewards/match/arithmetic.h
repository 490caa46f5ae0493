// Arithmetic as a model writes it, worked out exactly.
#ifndef WHET_REWARDS_MATCH_ARITHMETIC_H_
#define WHET_REWARDS_MATCH_ARITHMETIC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"

namespace whet {

// A fraction in lowest terms.
struct Fraction {
  int64_t numerator = 0;
  int64_t denominator = 1;  // Above 0.

  std::string Text() const;  // "-3/4", "24"

  friend bool operator==(const Fraction& a, const Fraction& b) = default;
};

// numerator / denominator, which is not 0; nullopt if it needs more than int64.
std::optional<Fraction> MakeFraction(absl::int128 numerator, absl::int128 denominator);

// What became of reading an expression.
struct ArithmeticResult {
  enum class Outcome {
    kValue,
    kUnreadable,      // It is no expression.
    kDivisionByZero,  // Up to the first such division it is one.
    kTooLarge,        // Up to there it is one; some value is beyond int64.
  };
  Outcome outcome;
  Fraction value;                // Of kValue.
  std::vector<int64_t> numbers;  // Those that stand in it, in their order; of kValue.
};

// Brackets may lie in each other, or signs before each other, this deep.
constexpr int kArithmeticDepthMax = 100;

// Reads `text`, all of it but for white space: whole numbers in decimal digits, + - * / with their
// usual precedence, signs, ( ), [ ] and \frac{}{}; also × ⋅ · ÷ −, \times \cdot \div, and,
// as nothing, \left \right and LaTeX's spaces. No other way to multiply ("2(3)"), no powers
// ("2**3", "2^3"), no decimals. Time is linear in `text`.
ArithmeticResult EvaluateArithmetic(absl::string_view text);

}  // namespace whet

#endif  // WHET_REWARDS_MATCH_ARITHMETIC_H_
