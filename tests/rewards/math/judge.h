// How the tests of answers compare them.
#ifndef WHET_TESTS_REWARDS_MATH_JUDGE_H_
#define WHET_TESTS_REWARDS_MATH_JUDGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "rewards/math/math_verifier.h"

namespace whet::math {

struct AnswerPair {
  const char* gold;
  const char* answer;
};

inline Verdict VerdictOn(absl::string_view gold, absl::string_view answer,
                         const MathOptions& options = {}) {
  return JudgeMath(gold, answer, options).verdict;
}

// Expects `verdict` of each pair.
inline void ExpectVerdicts(Verdict verdict, absl::Span<const AnswerPair> pairs,
                           const MathOptions& options = {}) {
  for (const AnswerPair& pair : pairs) {
    const MathJudgement judgement = JudgeMath(pair.gold, pair.answer, options);
    EXPECT_EQ(judgement.verdict, verdict)
        << pair.gold << " and " << pair.answer << ": " << judgement.gold_parsed << " and "
        << judgement.answer_parsed << ": " << judgement.why;
  }
}

}  // namespace whet::math

#endif  // WHET_TESTS_REWARDS_MATH_JUDGE_H_
