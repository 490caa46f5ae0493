// What a judge is asked: a question, its reference answer, and an answer that would like to be
// right.
#ifndef WHET_REWARDS_REMOTE_JUDGE_PROMPT_H_
#define WHET_REWARDS_REMOTE_JUDGE_PROMPT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace whet {

struct JudgedTexts {
  absl::string_view question;
  absl::string_view reference;
  absl::string_view answer;  // By the policy, so it may say anything.
};

// Ours: the texts, when an answer is correct, and the JSON object that is wanted.
absl::string_view DefaultJudgePrompt();

// `prompt_template` with each {question}, {reference} and {answer} replaced by that text between
// two marks, "<answer-CODE>" and "</answer-CODE>" on lines of their own; braces in the texts are
// left alone.
//
// CODE is made from the three texts and occurs in none of them. An answer would have to contain a
// hash of itself to close its mark, so whatever it says about marks, verdicts and instructions
// stays visibly inside. The same texts give the same prompt, which is what a cache needs.
//
// What chat formats have as control tokens ("<|im_end|>", "</s>", "[INST]", "<think>") gets a space
// behind its first character, or the judge's tokenizer would take the text for the end of a turn.
std::string JudgePrompt(absl::string_view prompt_template, const JudgedTexts& texts);

// 32 hex digits that name a text. The same on any machine, in any version; of different texts
// different but by chance.
std::string ContentName(absl::string_view text);

}  // namespace whet

#endif  // WHET_REWARDS_REMOTE_JUDGE_PROMPT_H_
