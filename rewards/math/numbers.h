// Numerals as people write them.
#ifndef WHET_REWARDS_MATH_NUMBERS_H_
#define WHET_REWARDS_MATH_NUMBERS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "rewards/math/token.h"

namespace whet::math {

struct NumberRules {
  bool groups;         // Thousands may be separated at all.
  bool comma_groups;   // A comma alone may separate them.
  bool decimal_comma;  // A comma separates decimals, and points thousands.
};

struct Numeral {
  size_t end;
  NumberForm form;
  std::string text;  // With a decimal point, without thousands separators: "1234.50", "0.1(6)".
  bool as_written;   // It is what stands in the source, and `text` is empty.
};

// Reads the longest numeral at `begin` of `source`, where a digit stands, or a point and a digit:
//   1234  1,234,567  1{,}234  1,\!234  1\,234  1 234     groups of exactly three digits, the first
//                                                        of one to three; with nothing but the
//                                                        comma itself between (\! aside)
//   1.50  .5  1.2e-13  1.2E5  2e5  2e-3                  "2e-3x" and "2e-3^2" begin with 2e - 3
//   0{,}5  12{,}75                                       a comma in braces, no group behind it
//   0.1\overline{6}  0.\bar 3  0.(3)                     periods
//   1.234,5  1.234.567,5                                 with decimal_comma
Numeral ScanNumeral(absl::string_view source, size_t begin, const NumberRules& rules);

// The canonical text of a numeral, as Expression has it of kNumber.
std::string CanonicalNumeral(absl::string_view text);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_NUMBERS_H_
