// What stands for something else in an answer: names before a value, letters in an expression.
#ifndef WHET_REWARDS_MATH_ANSWER_NAMES_H_
#define WHET_REWARDS_MATH_ANSWER_NAMES_H_

#include "absl/strings/string_view.h"
#include "rewards/math/expression.h"

namespace whet::math {

// A symbol that is not e or i, which may be constants.
bool IsFreeSymbol(const Expression& tree, NodeId id);

bool HasSymbols(const Expression& tree, NodeId id);
bool HasSymbol(const Expression& tree, NodeId id, absl::string_view name);

// What may stand left of "=" as the name of what stands right: letters, applied, divided, in ratios
// and between bars, but no sum, power or number.
bool IsName(const Expression& tree, NodeId id);

// Whether the name `name` has the letter `symbol` in it, as f(x) has x and a_n has n.
bool NameHas(const Expression& tree, NodeId name, absl::string_view symbol);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_ANSWER_NAMES_H_
