// Units of measurement and currencies, and one spelling for each.
#ifndef WHET_REWARDS_MATH_UNITS_H_
#define WHET_REWARDS_MATH_UNITS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace whet::math {

// Whether `text` is a unit of the table, a power of one ("cm^2"), or a quotient ("km/h").
bool IsKnownUnit(absl::string_view text);

// The canonical spelling of a unit, or of what stands where a unit would:
//   "meters" "m"           m             "square centimeters" "cm^2" "sq cm"     cm^2
//   "miles per hour" "mph" mi/h          "dollars" "USD"                         $
//   "degrees Celsius"      degC          "Apples"                                apple
// "percent" and "degree" are what they are; it is for the caller to see them.
std::string CanonicalUnit(absl::string_view text);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_UNITS_H_
