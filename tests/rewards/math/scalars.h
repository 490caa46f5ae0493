// How the tests of scalars write and compare them.
#ifndef WHET_TESTS_REWARDS_MATH_SCALARS_H_
#define WHET_TESTS_REWARDS_MATH_SCALARS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rewards/math/expression.h"
#include "rewards/math/parser.h"
#include "rewards/math/scalar.h"

namespace whet::math {

struct ScalarPair {
  const char* a;
  const char* b;
};

inline absl::StatusOr<ScalarVerdict> VerdictOn(absl::string_view a, absl::string_view b,
                                               const ScalarOptions& options = {}) {
  const absl::StatusOr<Expression> left = ParseMath(a, {});
  if (!left.ok()) return left.status();
  const absl::StatusOr<Expression> right = ParseMath(b, {});
  if (!right.ok()) return right.status();
  Budget budget(options.work_max);
  return CompareScalars({&*left, left->root()}, {&*right, right->root()}, options, &budget);
}

// "true", "false", "unknown", or "error: " and why.
inline std::string Compare(absl::string_view a, absl::string_view b,
                           const ScalarOptions& options = {}) {
  const absl::StatusOr<ScalarVerdict> verdict = VerdictOn(a, b, options);
  if (!verdict.ok()) return absl::StrCat("error: ", verdict.status().message());
  if (verdict->equal == Truth::kUnknown) return "unknown";
  return verdict->equal == Truth::kTrue ? "true" : "false";
}

// The layer that decided.
inline std::string StepOf(absl::string_view a, absl::string_view b) {
  const absl::StatusOr<ScalarVerdict> verdict = VerdictOn(a, b);
  return verdict.ok() ? verdict->step : std::string(verdict.status().message());
}

}  // namespace whet::math

#endif  // WHET_TESTS_REWARDS_MATH_SCALARS_H_
