// Words and characters that count, scale or compare, and so are no unit: five, dozen, plus, 万.
#ifndef WHET_REWARDS_MATH_COUNT_WORDS_H_
#define WHET_REWARDS_MATH_COUNT_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace whet::math {

// "zero" to "nine hundred ninety-nine" as digits; empty for all else.
std::string SpelledNumber(absl::string_view words);

// Takes what multiplies a value from the front of the text behind it, and returns the numbers that
// it multiplies by: "million dollars" 1000000, "十万元" 10 and 10000. 千米 and its like are units.
std::vector<absl::string_view> TakeScales(absl::string_view* text);

// Whether one word, in lower case, is none of a plain noun phrase: a number, a fraction, a scale,
// an operator, a comparison, a negation, a connective. In Chinese, characters tell.
bool IsCountWord(absl::string_view word);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_COUNT_WORDS_H_
