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
// Dollar signs, LaTeX's spaces and brackets around all of it are gone.
// "percent" and "degree" are what they are; it is for the caller to see them.
std::string CanonicalUnit(absl::string_view written);

// Whether `text`, which stands behind a value, tells what it counts or measures and says no more: a
// unit of the table with powers of 1 to 4, a quotient of such, or one plain noun phrase of at most
// three words, none of which counts, compares or operates (rewards/math/count_words.h). What scales
// the value (million, 万, ‰) may stand before it, or alone.
bool IsUnit(absl::string_view text);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_UNITS_H_
