// Yes, no, or not known.
#ifndef WHET_REWARDS_MATH_TRUTH_H_
#define WHET_REWARDS_MATH_TRUTH_H_

#include <cstdint>

namespace whet::math {

enum class Truth : uint8_t { kTrue, kFalse, kUnknown };

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_TRUTH_H_
