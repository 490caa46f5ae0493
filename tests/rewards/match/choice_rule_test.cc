#include "rewards/match/choice_rule.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/match/match_test.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

// The letter that a text chooses of A to D; '-' if none.
char ChosenIn(absl::string_view text) { return ChosenLetter(text, "ABCD").value_or('-'); }

TEST(ChosenLetterTest, IsAllOfTheText) {
  for (const absl::string_view text :
       {"C",           "c",       "(C)",   "(c)",       "C.",
        "C)",          "C:",      "[C]",   "**C**",     "**(C)**",
        "`C`",         "\"C\"",   "$C$",   "\\text{C}", "\\textbf{(C)}",
        "\\mathrm{C}", "\\(C\\)", " C \n", "Option C",  "choice (C)."}) {
    EXPECT_EQ(ChosenIn(text), 'C') << text;
  }
}

TEST(ChosenLetterTest, FollowsTheWordAnswer) {
  for (const absl::string_view text :
       {"Answer: C", "answer: c", "The answer is C.", "The answer is (C).", "**Answer:** C",
        "Final answer: option C", "The correct answer is C, because A is wrong.",
        "A is too small.\nThe answer is therefore C", "Answer:\n\nC", "**Answer: (C) Paris**",
        "The answer is the letter C", "Answer: C\nFinal answer: (C)", "The answer is \\text{(C)}",
        "Answer: (c) Paris"}) {
    EXPECT_EQ(ChosenIn(text), 'C') << text;
  }
}

TEST(ChosenLetterTest, BeginsALine) {
  for (const absl::string_view text :
       {"C. Paris", "(C) Paris", "C) Paris", "C: Paris", "\\text{(C) Paris}", "[C] Paris"}) {
    EXPECT_EQ(ChosenIn(text), 'C') << text;
  }
}

TEST(ChosenLetterTest, IsNoLetterOfAWord) {
  for (const absl::string_view text :
       {"", "Paris", "Cat", "C++", "A cat", "Answer: Cats", "the answer is a guess",
        "Answer: C-3PO", "Answer: Dé", "The answer is not C", "answers C", "I do not know",
        "c. paris", "Answers vary", "E", "Answer: E", "()", "."}) {
    EXPECT_EQ(ChosenIn(text), '-') << text;
  }
}

TEST(ChosenLetterTest, IsOnlyOne) {
  for (const absl::string_view text :
       {"A, B", "A or B", "(A) or (B)", "Answer: A or B", "Answer: A, B", "Answer: (A)/(B)",
        "Answer: A and C", "Answer: A\nAnswer: B", "A) 3 B) 4 C) 5", "ABCD", "A B C D"}) {
    EXPECT_EQ(ChosenIn(text), '-') << text;
  }
}

TEST(ChosenLetterTest, IsNotTheFirstOfSeveralLines) {
  EXPECT_EQ(ChosenIn("A) is too small.\nB) is too large."), '-');
  EXPECT_EQ(ChosenIn("A. is too small.\nSo it is more."), '-');
}

TEST(ChosenLetterTest, MayBeADigit) {
  EXPECT_EQ(ChosenLetter("Answer: 2", "1234"), '2');
  EXPECT_EQ(ChosenLetter("Answer: 2.5", "1234"), std::nullopt);
  EXPECT_EQ(ChosenLetter("Answer: 23", "1234"), std::nullopt);
  EXPECT_EQ(ChosenLetter("(3)", "1234"), '3');
}

TEST(ChosenLetterTest, IsFoundInAMegabyte) {
  std::string text;
  while (text.size() < size_t{1} << 20) absl::StrAppend(&text, "answer is the ");
  EXPECT_EQ(ChosenIn(text), '-');
  EXPECT_EQ(ChosenIn(absl::StrCat(text, "C")), 'C');
  EXPECT_EQ(ChosenIn(std::string(size_t{1} << 20, '(')), '-');
}

std::string Judge(const std::string& gold, const std::string& text,
                  ChoiceRuleOptions options = {}) {
  ChoiceRule rule(std::move(options));
  return VerdictOf(rule, gold, text);
}

TEST(ChoiceRuleTest, JudgesTheLetter) {
  EXPECT_EQ(Judge("C", "<answer>(C)</answer>"), "CORRECT");
  EXPECT_EQ(Judge("C", "<think>B</think>\\boxed{\\text{C}}"), "CORRECT");
  EXPECT_EQ(Judge("C", "<answer>B. Rome</answer>"), "WRONG");
}

TEST(ChoiceRuleTest, ReadsTheAnswerRegionOnly) {
  EXPECT_EQ(Judge("C", "<think>Answer: C</think>B"), "WRONG");
  EXPECT_EQ(Judge("C", "<think>Answer: C"), "NO_ANSWER");
  EXPECT_EQ(Judge("C", "Answer: C <answer>D</answer>"), "WRONG");
  EXPECT_EQ(Judge("C", ""), "NO_ANSWER");
}

TEST(ChoiceRuleTest, TellsWhatChoosesNoneOrSeveral) {
  EXPECT_EQ(Judge("C", "<answer>Paris</answer>"), "UNPARSEABLE_ANSWER");
  EXPECT_EQ(Judge("C", "\\boxed{B}, \\boxed{C}"), "UNPARSEABLE_ANSWER");
  EXPECT_EQ(Judge("C", "\\boxed{B} hence \\boxed{C}"), "UNPARSEABLE_ANSWER");
}

TEST(ChoiceRuleTest, TakesAnIndexForTheLetter) {
  EXPECT_EQ(Judge("2", "C"), "CORRECT");
  EXPECT_EQ(Judge("0", "A"), "CORRECT");
  EXPECT_EQ(Judge("3", "C", {.first_index = 1}), "CORRECT");
  EXPECT_EQ(Judge("2", "2", {.letters = "1234"}), "CORRECT");  // A letter before an index.
}

TEST(ChoiceRuleTest, ReadsTheLetterOfTheGroundTruth) {
  EXPECT_EQ(Judge("(C)", "C"), "CORRECT");
  EXPECT_EQ(Judge("because …\n#### c", "C"), "CORRECT");
}

TEST(ChoiceRuleTest, RefusesAnotherGroundTruth) {
  EXPECT_EQ(Judge("Paris", "C"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge("", "C"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge("4", "C", {.letters = "ABCD"}), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge("-1", "C"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge("0", "A", {.first_index = 1}), "UNPARSEABLE_GOLD");
}

TEST(ChoiceRuleTest, CountsVotesByLetter) {
  ChoiceRule rule({});
  EXPECT_EQ(AnswerKeyOf(rule, "<answer>(c)</answer>"), "C");
  EXPECT_EQ(AnswerKeyOf(rule, "Answer: C"), "C");
  EXPECT_EQ(AnswerKeyOf(rule, "Paris"), std::nullopt);
  EXPECT_EQ(AnswerKeyOf(rule, ""), std::nullopt);
}

TEST(ChoiceRuleTest, TellsBothLetters) {
  ChoiceRule rule({});
  EXPECT_EQ(PartOf(rule, "C", "B").message, "B, not C");
  EXPECT_THAT(PartOf(rule, "C", "Paris").message, HasSubstr("\"Paris\""));
}

}  // namespace
}  // namespace whet
