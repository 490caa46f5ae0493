#include "rewards/answer_rule.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rewards/exact_number.h"

namespace whet {
namespace {

bool Matches(AnswerMatch match, absl::string_view answer, absl::string_view gold) {
  return match == AnswerMatch::kExactOrNumeric ? IsSameNumberOrText(answer, gold) : answer == gold;
}

}  // namespace

GivenAnswer AnswerRule::Find(const Completion& completion) const {
  if (options_.place == AnswerPlace::kAnswerRegion) return AnswerIn(completion, false);
  const std::optional<absl::string_view> number = options_.place == AnswerPlace::kFirstNumber
                                                      ? FirstNumberIn(completion.text)
                                                      : LastNumberIn(completion.rest);
  if (!number) return {"", Verdict::kNoAnswer, "no number"};
  return {std::string(*number), std::nullopt, ""};
}

std::string AnswerRule::FaultOf(absl::string_view gold) const {
  if (gold.empty()) return "the ground truth is empty";
  if (options_.place == AnswerPlace::kAnswerRegion || ParseExactNumber(gold)) return "";
  return absl::StrCat("the ground truth ", Quoted(gold), " is no number");
}

absl::StatusOr<std::vector<std::string>> AnswerRule::GoldFaults(
    absl::Span<const absl::string_view> ground_truths) const {
  std::vector<std::string> faults;
  faults.reserve(ground_truths.size());
  for (const absl::string_view truth : ground_truths) faults.push_back(FaultOf(GoldOf(truth)));
  return faults;
}

RewardPart AnswerRule::Judge(absl::string_view ground_truth, const Completion& completion) const {
  const absl::string_view gold = GoldOf(ground_truth);
  if (std::string fault = FaultOf(gold); !fault.empty()) {
    return PartOf(Verdict::kUnparseableGold, std::move(fault));
  }
  GivenAnswer found = Find(completion);
  if (found.verdict) return PartOf(*found.verdict, std::move(found.message));
  if (Matches(options_.match, found.text, gold)) return PartOf(Verdict::kCorrect, "");
  return PartOf(Verdict::kWrong, absl::StrCat(Quoted(found.text), " is not ", Quoted(gold)));
}

std::optional<std::string> AnswerRule::AnswerKey(const ScoreInput& input) {
  GivenAnswer found = Find(input.completion);
  if (found.verdict) return std::nullopt;
  if (options_.match == AnswerMatch::kExactOrNumeric) return NumberOrTextKey(found.text);
  return std::move(found.text);
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
