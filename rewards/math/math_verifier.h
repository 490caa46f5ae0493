// Judges an answer in mathematics by the gold answer. Nothing is evaluated by an interpreter.
#ifndef WHET_REWARDS_MATH_MATH_VERIFIER_H_
#define WHET_REWARDS_MATH_MATH_VERIFIER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "rewards/math/compare.h"
#include "rewards/math/parser.h"
#include "rollout/reward.h"

namespace whet::math {

struct MathOptions {
  ParseOptions parse = {};
  CompareOptions compare = {};
};

struct MathJudgement {
  Verdict verdict = Verdict::kWrong;
  std::string why;
  // As S-expressions (ExpressionText); empty where there is none.
  std::string gold_parsed;
  std::string answer_parsed;
};

// UNPARSEABLE_GOLD and UNPARSEABLE_ANSWER where one of them means nothing, UNSUPPORTED for an
// answer beyond the limits or that no method decides. Bounded in time and memory by the options'
// limits; for deadlines that hold whatever happens, and against aborts of the libraries below, call
// it in a process of its own.
MathJudgement JudgeMath(absl::string_view gold, absl::string_view answer,
                        const MathOptions& options);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_MATH_VERIFIER_H_
