// What a completion gives as its answer, for all rules that compare it with a ground truth.
#ifndef WHET_REWARDS_GIVEN_ANSWER_H_
#define WHET_REWARDS_GIVEN_ANSWER_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "rewards/completion.h"
#include "rollout/reward.h"

namespace whet {

// What stands where the answer should be, or the verdict of there being none.
struct GivenAnswer {
  std::string text;  // Not empty if there is no verdict.
  std::optional<Verdict> verdict = {};
  std::string message = {};
};

// The boxes of the answer region, several joined by ", ". Without one all of the region, without
// white space at its ends; if `needs_box`, none. kNoAnswer if there is nothing,
// kUnparseableAnswer if boxes contradict each other.
GivenAnswer AnswerIn(const Completion& completion, bool needs_box);

// What answers are compared with: the text after the last "####" of a ground truth that has one, as
// GSM8K writes its solutions, else all of it; without white space at its ends.
absl::string_view GoldOf(absl::string_view ground_truth);

// Whether they are the same number (rewards/exact_number.h) if both are numbers, else the same
// bytes.
bool IsSameNumberOrText(absl::string_view answer, absl::string_view gold);

// A text that is the same for answers of which that holds, but for numbers of many digits.
std::string NumberOrTextKey(absl::string_view answer);

// `text` in quotes, for messages: its beginning if it is long.
std::string Quoted(absl::string_view text);

}  // namespace whet

#endif  // WHET_REWARDS_GIVEN_ANSWER_H_
