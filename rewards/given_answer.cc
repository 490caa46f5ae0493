#include "rewards/given_answer.h"

#include <cstddef>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rewards/exact_number.h"
#include "text/utf8.h"

namespace whet {
namespace {

constexpr absl::string_view kGsm8kMark = "####";
constexpr size_t kQuotedBytesMax = 120;

}  // namespace

GivenAnswer AnswerIn(const Completion& completion, bool needs_box) {
  if (!completion.answer_region) {
    return {"", Verdict::kNoAnswer, std::string(completion.no_answer)};
  }
  if (completion.boxes_conflict) {
    return {"", Verdict::kUnparseableAnswer, "several boxes that differ"};
  }
  if (completion.boxes.empty() && needs_box) return {"", Verdict::kNoAnswer, "no box"};
  std::string text = completion.boxes.empty()
                         ? std::string(absl::StripAsciiWhitespace(*completion.answer_region))
                         : absl::StrJoin(completion.boxes, ", ");
  if (text.empty()) return {"", Verdict::kNoAnswer, "the answer is empty"};
  return {std::move(text), std::nullopt, ""};
}

absl::string_view GoldOf(absl::string_view ground_truth) {
  const size_t mark = ground_truth.rfind(kGsm8kMark);
  if (mark != absl::string_view::npos) ground_truth.remove_prefix(mark + kGsm8kMark.size());
  return absl::StripAsciiWhitespace(ground_truth);
}

bool IsSameNumberOrText(absl::string_view answer, absl::string_view gold) {
  const std::optional<ExactNumber> gold_number = ParseExactNumber(gold);
  const std::optional<ExactNumber> number = gold_number ? ParseExactNumber(answer) : std::nullopt;
  return number ? *number == *gold_number : answer == gold;
}

std::string NumberOrTextKey(absl::string_view answer) {
  const std::optional<ExactNumber> number = ParseExactNumber(answer);
  return number ? TextOf(*number) : std::string(answer);
}

std::string Quoted(absl::string_view text) {
  const absl::string_view shown = Utf8Prefix(text, kQuotedBytesMax);
  return absl::StrCat("\"", shown, shown.size() < text.size() ? "…\"" : "\"");
}

}  // namespace whet
