#include "rewards/math/math_verifier.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "rewards/math/answer_key.h"

namespace whet::math {
namespace {

// What is compared: an expression, or words that are none.
struct Side {
  std::optional<Expression> tree;
  std::string words;
  absl::Status status;  // Why there is neither a tree nor a word that was looked for.
};

Side ParseAll(absl::string_view text, const MathOptions& options) {
  Side side;
  absl::StatusOr<Expression> tree = ParseMath(text, options.parse);
  side.status = tree.status();
  if (tree.ok()) side.tree = *std::move(tree);
  return side;
}

// The first candidate that is a word or can be parsed; without one, the words of the first of all.
Side ExtractFrom(absl::string_view text, const MathOptions& options) {
  Side side;
  side.status = absl::NotFoundError("no answer is found in the text");
  bool is_first = true;
  ForEachCandidate(text, *options.extraction, [&](const Candidate& candidate) {
    if (is_first) side.words = candidate.text;
    is_first = false;
    if (candidate.kind == Candidate::Kind::kString) {
      side.words = candidate.text;
      side.status = absl::OkStatus();
      return true;
    }
    absl::StatusOr<Expression> tree = ParseMath(candidate.text, options.parse);
    side.status = tree.status();
    if (tree.ok()) side.tree = *std::move(tree);
    return side.tree.has_value();
  });
  return side;
}

Side SideOf(absl::string_view text, const MathOptions& options) {
  return options.extraction.has_value() ? ExtractFrom(text, options) : ParseAll(text, options);
}

std::string TextOf(const Side& side) {
  if (side.tree.has_value()) return ExpressionText(*side.tree);
  return side.words.empty() ? "" : absl::StrCat("\"", side.words, "\"");
}

Verdict VerdictOfUnread(const absl::Status& status) {
  if (absl::IsNotFound(status)) return Verdict::kNoAnswer;
  return absl::IsResourceExhausted(status) ? Verdict::kUnsupported : Verdict::kUnparseableAnswer;
}

MathJudgement Judge(const Side& gold, const Side& answer, const MathOptions& options) {
  if (!gold.words.empty() && gold.words == answer.words) {
    return {.verdict = Verdict::kCorrect, .why = "words"};
  }
  if (!gold.tree.has_value() && gold.words.empty()) {
    return {.verdict = Verdict::kUnparseableGold, .why = std::string(gold.status.message())};
  }
  if (!answer.status.ok()) {
    return {.verdict = VerdictOfUnread(answer.status), .why = std::string(answer.status.message())};
  }
  if (!gold.tree.has_value() || !answer.tree.has_value()) {
    return {.verdict = Verdict::kWrong, .why = "words"};
  }
  const Comparison comparison = CompareAnswers(*gold.tree, *answer.tree, options.compare);
  MathJudgement judgement = {.verdict = Verdict::kWrong, .why = comparison.why};
  if (comparison.equal == Truth::kUnknown) judgement.verdict = Verdict::kUnsupported;
  if (comparison.equal == Truth::kTrue) judgement.verdict = Verdict::kCorrect;
  return judgement;
}

}  // namespace

MathJudgement JudgeMath(absl::string_view gold, absl::string_view answer,
                        const MathOptions& options) {
  const Side wanted = SideOf(gold, options);
  const Side given = SideOf(answer, options);
  MathJudgement judgement = Judge(wanted, given, options);
  judgement.gold_parsed = TextOf(wanted);
  judgement.answer_parsed = TextOf(given);
  return judgement;
}

absl::StatusOr<std::string> MathKey(absl::string_view answer, const MathOptions& options) {
  Side side = SideOf(answer, options);
  if (side.tree.has_value()) return AnswerKey(&*side.tree, options.compare.scalar);
  if (!side.words.empty()) return TextOf(side);
  return side.status;
}

}  // namespace whet::math
