// Whether an answer says what the gold answer says.
#ifndef WHET_REWARDS_MATH_COMPARE_H_
#define WHET_REWARDS_MATH_COMPARE_H_

#include <string>

#include "rewards/math/expression.h"
#include "rewards/math/scalar.h"

namespace whet::math {

struct CompareOptions {
  ScalarOptions scalar = {};
  // An answer that is a chain of inequalities may stand for the gold's set. Off: what restates a
  // problem earns nothing (Math-Verify's allow_set_relation_comp).
  bool relation_for_set = false;
  // Symbols are equal by their order of names and not by the names, where there are as many:
  // f(x) is f(y) (Math-Verify's strict=False).
  bool any_symbols = false;
};

struct Comparison {
  Truth equal = Truth::kUnknown;
  std::string why;  // The step that decided: "rational: 1/2 and 2/4".
};

// Not symmetric: `gold` says what counts. By the kinds of the two:
//   scalar       by scalar.h; units must agree where both have one
//   set          the same items in any order; one item alone is the item
//   sequence     the same items in their order; a set that is written so, too
//   interval     the same ends, open or closed; a pair in round brackets is an open one
//   assignment   the same name, if both have one, and the same value
//   relation     the sides' difference is a multiple of the other's, a positive one of inequalities
//   between      for the gold, also the interval that it says
//   matrix       the same shape and entries
//   words        the same words; a letter is itself however it is set
// Others are equal if they are written alike. kUnknown counts as unequal, and says why.
Comparison CompareAnswers(const Expression& gold, const Expression& answer,
                          const CompareOptions& options);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_COMPARE_H_
