// Numbers in texts, compared exactly: no floating point, so that 0.1 is one tenth.
#ifndef WHET_REWARDS_EXACT_NUMBER_H_
#define WHET_REWARDS_EXACT_NUMBER_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace whet {

// A rational number, not reduced. Equal if the values are: 1/2 == 0.5.
struct ExactNumber {
  bool negative;            // Never of 0.
  std::string numerator;    // Decimal digits without leading zeros; "0" for 0.
  std::string denominator;  // The same; not "0".

  friend bool operator==(const ExactNumber& a, const ExactNumber& b);
};

// The number that `text` is, white space at its ends aside:
//   42  +42  -42           a sign; the minus may be U+2212
//   1,000  12,345.67       commas, if they cut the whole part into groups of three digits
//   0.5  .5  5.            decimals
//   1/2  -3 / 4  0.5/2     quotients of two such; nothing is divided by zero
//   $5  -$5  \$5  $5$      a dollar sign of money before it, or dollar signs of LaTeX around it
// nullopt for everything else (5%, 1e3, 5 apples, 1,2, 1/0) and for more than kNumberDigitsMax
// digits: such texts can be compared as texts.
std::optional<ExactNumber> ParseExactNumber(absl::string_view text);
constexpr size_t kNumberDigitsMax = 1000;

// "1/2" for 1/2, 0.5 and 2/4; "-3" for -3.0: the same text for equal numbers of up to 18 digits,
// and for longer ones that are written alike.
std::string TextOf(const ExactNumber& number);

// The first or last number in a text, as it stands there ("1,000", "-3/4"); nullopt if there is
// none. Signs and dollar signs before it belong to it, but no minus that subtracts: "5-3" holds 5
// and 3. Digits that belong to a word ("x2", "H2O", "1e5") are no number; letters behind one are
// its unit
// ("5kg", "3rd"). One scan.
std::optional<absl::string_view> FirstNumberIn(absl::string_view text);
std::optional<absl::string_view> LastNumberIn(absl::string_view text);

}  // namespace whet

#endif  // WHET_REWARDS_EXACT_NUMBER_H_
