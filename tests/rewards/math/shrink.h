// Makes the formulas of a failure small.
#ifndef WHET_TESTS_REWARDS_MATH_SHRINK_H_
#define WHET_TESTS_REWARDS_MATH_SHRINK_H_

#include <functional>

#include "tests/rewards/math/formula.h"

namespace whet::math {

struct FormulaPair {
  Formula a;
  Formula b;
};

// A smaller pair that `fails` holds of, as it does of `pair`: what stands alike around both is
// left out, parts that both have become x or 2. Asks at most 1,000 times.
FormulaPair Shrink(FormulaPair pair, const std::function<bool(const FormulaPair&)>& fails);

}  // namespace whet::math

#endif  // WHET_TESTS_REWARDS_MATH_SHRINK_H_
