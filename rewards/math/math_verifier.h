// Judges an answer in mathematics by the gold answer. Nothing is evaluated by an interpreter.
#ifndef WHET_REWARDS_MATH_MATH_VERIFIER_H_
#define WHET_REWARDS_MATH_MATH_VERIFIER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/math/compare.h"
#include "rewards/math/extraction.h"
#include "rewards/math/parser.h"
#include "rollout/reward.h"

namespace whet::math {

struct MathOptions {
  ParseOptions parse = {};
  CompareOptions compare = {};
  // Unset: gold and answer are expressions, and nothing else. Set: they are texts in which answers
  // stand somewhere, found as Math-Verify finds them.
  std::optional<ExtractionOptions> extraction = {};
};

struct MathJudgement {
  Verdict verdict = Verdict::kWrong;
  std::string why;
  // As S-expressions (ExpressionText), or words in quotes; empty where there is none.
  std::string gold_parsed = {};
  std::string answer_parsed = {};
};

// UNPARSEABLE_GOLD and UNPARSEABLE_ANSWER where one of them means nothing, NO_ANSWER where
// extraction finds none, UNSUPPORTED for an answer beyond the limits or that no method decides.
// Bounded in time and memory by the options' limits; for deadlines that hold whatever happens, and
// against aborts of the libraries below, ask rewards/verify/math_pool.h.
MathJudgement JudgeMath(absl::string_view gold, absl::string_view answer,
                        const MathOptions& options);

// A text that is the same for answers that are equal, wherever there is such a form, and another
// for others, but for what answer_key.h says is dropped; for counting votes. Decimals are exact
// here: 0.333333 is not 1/3. Statuses of ParseMath, and Unimplemented for what is not understood.
absl::StatusOr<std::string> MathKey(absl::string_view answer, const MathOptions& options);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_MATH_VERIFIER_H_
