#include "rewards/math/math_verifier.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/math/judge.h"

namespace whet::math {
namespace {

using ::testing::HasSubstr;

MathOptions Searching() {
  MathOptions options;
  options.extraction.emplace();
  return options;
}

TEST(JudgeMathTest, TellsBothTreesAndTheStepThatDecided) {
  const MathJudgement judgement = JudgeMath("\\frac{1}{2}", "\\frac{2}{4}", {});
  EXPECT_EQ(judgement.verdict, Verdict::kCorrect);
  EXPECT_EQ(judgement.gold_parsed, "(divide 1 2)");
  EXPECT_EQ(judgement.answer_parsed, "(divide 2 4)");
  EXPECT_THAT(judgement.why, HasSubstr("rational"));
}

TEST(JudgeMathTest, AGoldThatMeansNothingIsNoReasonForAReward) {
  EXPECT_EQ(VerdictOn("\\frac{1}{", "1"), Verdict::kUnparseableGold);
  EXPECT_EQ(VerdictOn("", ""), Verdict::kUnparseableGold);
}

TEST(JudgeMathTest, AnAnswerThatMeansNothingIsWrongInItsOwnWay) {
  EXPECT_EQ(VerdictOn("1", "\\frac{1}{"), Verdict::kUnparseableAnswer);
  EXPECT_EQ(VerdictOn("1", std::string(10000, '1')), Verdict::kUnsupported);
}

TEST(JudgeMathTest, WhatHasNoValueIsEqualToNothing) {
  EXPECT_NE(VerdictOn("\\frac{1}{0}", "\\frac{1}{0}"), Verdict::kCorrect);
  EXPECT_NE(VerdictOn("\\frac{1}{0}", "\\frac{0}{0}"), Verdict::kCorrect);
}

TEST(JudgeMathTest, CodeIsTextAndNothingElse) {
  EXPECT_EQ(VerdictOn("\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}",
                      "[__import__(\"os\").system(\"touch /tmp/ESCAPED\")]"),
            Verdict::kUnparseableAnswer);
}

TEST(JudgeMathTest, SearchesTextsWhereItIsAskedTo) {
  EXPECT_EQ(VerdictOn("$12$", "So the answer is $3 \\cdot 4$.", Searching()), Verdict::kCorrect);
  EXPECT_EQ(VerdictOn("$12$", "The final answer is 13. I hope it is correct.", Searching()),
            Verdict::kWrong);
}

TEST(JudgeMathTest, FindsNoAnswerInATextWithoutOne) {
  EXPECT_EQ(VerdictOn("$12$", "I do not know.", Searching()), Verdict::kNoAnswer);
}

TEST(JudgeMathTest, WordsThatAreLookedForAreComparedAsWords) {
  MathOptions options = Searching();
  *options.extraction = {.latex = false, .expression = false, .strings = {"A", "B"}};
  EXPECT_EQ(VerdictOn("A", "The answer is A.", options), Verdict::kCorrect);
  EXPECT_EQ(VerdictOn("A", "The answer is B.", options), Verdict::kWrong);
}

TEST(JudgeMathTest, RoundsDecimalsWhereItIsAskedTo) {
  MathOptions options;
  options.compare.scalar.float_rounding = 3;
  EXPECT_EQ(VerdictOn("\\frac13", "0.333", options), Verdict::kCorrect);
  EXPECT_EQ(VerdictOn("\\frac13", "0.333"), Verdict::kWrong);
}

TEST(MathKeyTest, EqualAnswersHaveEqualKeys) {
  const auto expect_equal = [](const char* a, const char* b) {
    const absl::StatusOr<std::string> left = MathKey(a, {});
    ASSERT_TRUE(left.ok()) << a << ": " << left.status();
    EXPECT_EQ(*left, MathKey(b, {}).value_or("none")) << a << " and " << b;
  };
  expect_equal("\\frac12", "0.5");
  expect_equal("x = 5", "5");
  expect_equal("\\sqrt 8", "2\\sqrt{2}");
  expect_equal("1, 2", "\\{2, 1\\}");
  expect_equal("\\pm 1", "-1, 1");
  expect_equal("5", "\\{5\\}");
  expect_equal("(0, 1)", "0 < x < 1");
  expect_equal("(0,1) \\cup (2,3)", "(2,3) \\cup (0,1)");
  expect_equal("2x + 4y = 3", "4x + 8y - 6 = 0");
  expect_equal("x < 1", "2x < 2");
  expect_equal("\\text{even}", "\\text{Even}");
  expect_equal("(x+1)^2", "x^2 + 2x + 1");
  expect_equal("\\begin{pmatrix}1&2\\end{pmatrix}", "\\begin{bmatrix}1&\\frac42\\end{bmatrix}");
}

TEST(MathKeyTest, OtherAnswersHaveOtherKeys) {
  const auto expect_other = [](const char* a, const char* b) {
    EXPECT_NE(MathKey(a, {}).value_or("one"), MathKey(b, {}).value_or("other"))
        << a << " and " << b;
  };
  expect_other("1", "2");
  expect_other("1, 2", "1");
  expect_other("(1, 2)", "(2, 1)");
  expect_other("[0, 1]", "(0, 1)");
  expect_other("x < 1", "x > 1");
  expect_other("x < 1", "x \\le 1");
  expect_other("x + 1", "X + 1");
  expect_other("\\text{even}", "\\text{odd}");
}

TEST(MathKeyTest, WhatMeansNothingHasNone) {
  EXPECT_TRUE(absl::IsInvalidArgument(MathKey("\\frac{1}{", {}).status()));
}

}  // namespace
}  // namespace whet::math
