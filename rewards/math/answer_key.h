// One text for answers that are equal, for counting votes.
#ifndef WHET_REWARDS_MATH_ANSWER_KEY_H_
#define WHET_REWARDS_MATH_ANSWER_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "rewards/math/expression.h"
#include "rewards/math/scalar.h"

namespace whet::math {

// Answers of equal keys are equal as CompareAnswers has it, but for what CanonicalKey (scalar.h)
// says of scalars: sets are sorted, statements are written as what is 0 of them, and what is not
// understood is what was written. What answers may leave out is dropped, so that 5 cm and 5 m have
// one key: the name before a value (of several, x = 1, y = 2, names stay), units, what an interval
// is of (0 < x < 1), what a name's letter may be. Unimplemented if a part of it
// has no value, or if all of it takes more than options.work_max. Adds nodes to `expression`.
absl::StatusOr<std::string> AnswerKey(Expression* expression, const ScalarOptions& options);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_ANSWER_KEY_H_
