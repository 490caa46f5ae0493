// 1 if a completion chooses the right one of several lettered choices, else 0.
#ifndef WHET_REWARDS_MATCH_CHOICE_RULE_H_
#define WHET_REWARDS_MATCH_CHOICE_RULE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/completion.h"
#include "rewards/match/gold_rule.h"

namespace whet {

struct ChoiceRuleOptions {
  std::string letters = "ABCDEFGHIJ";  // One to 36 upper case letters and digits; none twice.
  int first_index = 0;                 // What stands for the first of them in ground truths.
};

// The letter that `text` chooses; nullopt if it chooses none, or several. Quotes, $, *, _, `,
// braces and the names of LaTeX's commands (\text, \mathbf) are looked through; then the letter is
//   1. all of the text, perhaps in brackets, or with a point or the like behind it: C  c  (C)  C.
//   2. what follows the word "answer", if that is the same wherever one follows it:
//      Answer: C   The answer is (C).   **Answer:** C, because …   Final answer: option C
//   3. what begins a text of one line, in brackets or with one of ) . : and a space behind it; no
//      other may be in brackets or have ) behind it: C. Paris
// In 2 a letter in lower case counts only in brackets, or where its line ends behind it: "the
// answer is a guess" chooses nothing, and "Answer: A or B" does not either. One scan.
std::optional<char> ChosenLetter(absl::string_view text, absl::string_view letters);

// The ground truth is a letter, read as answers are, or else the number of one, counted from
// first_index: MMLU has 0 to 3. A number that is itself one of `letters` is a letter. The answer is
// AnswerIn (rewards/given_answer.h).
//   kCorrect, kWrong    it chooses; the message has both letters
//   kNoAnswer           no answer region, or nothing in it
//   kUnparseableAnswer  it chooses none, or several
//   kUnparseableGold    no value; no letter, nor its number
// Thread-safe; a part depends on its input alone.
class ChoiceRule : public GoldRule<char> {
 public:
  explicit ChoiceRule(ChoiceRuleOptions options);

 private:
  absl::StatusOr<char> ReadGold(absl::string_view ground_truth) const override;
  RewardPart Judge(const char& gold, const Completion& completion) const override;
  std::optional<std::string> KeyOf(const Completion& completion) const override;

  const ChoiceRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_MATCH_CHOICE_RULE_H_
