// How the tests of the parser look at its trees.
#ifndef WHET_TESTS_REWARDS_MATH_TREES_H_
#define WHET_TESTS_REWARDS_MATH_TREES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rewards/math/expression.h"
#include "rewards/math/parser.h"

namespace whet::math {

// The tree of `text`, or "error: " and why there is none.
inline std::string TreeOf(absl::string_view text, const ParseOptions& options = {}) {
  const absl::StatusOr<Expression> tree = ParseMath(text, options);
  return tree.ok() ? ExpressionText(*tree) : absl::StrCat("error: ", tree.status().message());
}

inline bool Parses(absl::string_view text) { return ParseMath(text, {}).ok(); }

}  // namespace whet::math

#endif  // WHET_TESTS_REWARDS_MATH_TREES_H_
