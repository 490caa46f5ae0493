#include "rewards/math/math_verifier.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace whet::math {

MathJudgement JudgeMath(absl::string_view gold, absl::string_view answer,
                        const MathOptions& options) {
  MathJudgement judgement;
  const absl::StatusOr<Expression> wanted = ParseMath(gold, options.parse);
  if (!wanted.ok()) {
    judgement.verdict = Verdict::kUnparseableGold;
    judgement.why = std::string(wanted.status().message());
    return judgement;
  }
  judgement.gold_parsed = ExpressionText(*wanted);
  const absl::StatusOr<Expression> given = ParseMath(answer, options.parse);
  if (!given.ok()) {
    judgement.verdict = absl::IsResourceExhausted(given.status()) ? Verdict::kUnsupported
                                                                  : Verdict::kUnparseableAnswer;
    judgement.why = std::string(given.status().message());
    return judgement;
  }
  judgement.answer_parsed = ExpressionText(*given);
  const Comparison comparison = CompareAnswers(*wanted, *given, options.compare);
  judgement.why = comparison.why;
  if (comparison.equal == Truth::kUnknown) judgement.verdict = Verdict::kUnsupported;
  if (comparison.equal == Truth::kTrue) judgement.verdict = Verdict::kCorrect;
  return judgement;
}

}  // namespace whet::math
