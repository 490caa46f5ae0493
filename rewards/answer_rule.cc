#include "rewards/answer_rule.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rewards/exact_number.h"
#include "text/utf8.h"

namespace whet {
namespace {

constexpr absl::string_view kGsm8kMark = "####";
constexpr size_t kQuotedBytesMax = 120;  // Of an answer in a message.

RewardPart Judged(Verdict verdict, std::string message) {
  RewardPart part = {.value = std::nullopt, .verdict = verdict, .message = std::move(message)};
  if (!IsExcluded(verdict)) part.value = verdict == Verdict::kCorrect ? 1.0 : 0.0;
  return part;
}

std::string Quoted(absl::string_view text) {
  const absl::string_view shown = Utf8Prefix(text, kQuotedBytesMax);
  return absl::StrCat("\"", shown, shown.size() < text.size() ? "…\"" : "\"");
}

bool Matches(AnswerMatch match, absl::string_view answer, absl::string_view gold) {
  if (match == AnswerMatch::kExactOrNumeric) {
    const std::optional<ExactNumber> gold_number = ParseExactNumber(gold);
    const std::optional<ExactNumber> number = gold_number ? ParseExactNumber(answer) : std::nullopt;
    if (number) return *number == *gold_number;
  }
  return answer == gold;
}

}  // namespace

absl::string_view GoldOf(absl::string_view ground_truth) {
  const size_t mark = ground_truth.rfind(kGsm8kMark);
  if (mark != absl::string_view::npos) ground_truth.remove_prefix(mark + kGsm8kMark.size());
  return absl::StripAsciiWhitespace(ground_truth);
}

AnswerRule::Found AnswerRule::Find(const Completion& completion) const {
  if (options_.place != AnswerPlace::kAnswerRegion) {
    const std::optional<absl::string_view> number = options_.place == AnswerPlace::kFirstNumber
                                                        ? FirstNumberIn(completion.text)
                                                        : LastNumberIn(completion.rest);
    if (!number) return {"", Verdict::kNoAnswer, "no number"};
    return {std::string(*number), std::nullopt, ""};
  }
  if (!completion.answer_region) {
    return {"", Verdict::kNoAnswer, std::string(completion.no_answer)};
  }
  if (completion.boxes_conflict) {
    return {"", Verdict::kUnparseableAnswer, "several boxes that differ"};
  }
  std::string answer = completion.boxes.empty()
                           ? std::string(absl::StripAsciiWhitespace(*completion.answer_region))
                           : absl::StrJoin(completion.boxes, ", ");
  if (answer.empty()) return {"", Verdict::kNoAnswer, "the answer is empty"};
  return {std::move(answer), std::nullopt, ""};
}

RewardPart AnswerRule::Judge(absl::string_view ground_truth, const Completion& completion) const {
  const absl::string_view gold = GoldOf(ground_truth);
  if (gold.empty()) return Judged(Verdict::kUnparseableGold, "the ground truth is empty");
  if (options_.place != AnswerPlace::kAnswerRegion && !ParseExactNumber(gold)) {
    return Judged(Verdict::kUnparseableGold,
                  absl::StrCat("the ground truth ", Quoted(gold), " is no number"));
  }
  Found found = Find(completion);
  if (found.verdict) return Judged(*found.verdict, std::move(found.message));
  if (Matches(options_.match, found.answer, gold)) return Judged(Verdict::kCorrect, "");
  return Judged(Verdict::kWrong, absl::StrCat(Quoted(found.answer), " is not ", Quoted(gold)));
}

std::optional<std::string> AnswerRule::AnswerKey(const ScoreInput& input) {
  Found found = Find(input.completion);
  if (found.verdict) return std::nullopt;
  if (options_.match == AnswerMatch::kExactOrNumeric) {
    if (const std::optional<ExactNumber> number = ParseExactNumber(found.answer)) {
      return TextOf(*number);
    }
  }
  return std::move(found.answer);
}

absl::StatusOr<std::vector<RewardPart>> AnswerRule::Score(absl::Span<const ScoreInput> inputs) {
  std::vector<RewardPart> parts;
  parts.reserve(inputs.size());
  for (const ScoreInput& input : inputs) {
    parts.push_back(Judge(input.prompt.ground_truth, input.completion));
  }
  return parts;
}

}  // namespace whet
