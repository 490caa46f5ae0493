#include "rewards/answer_rule.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/rule_test.h"
#include "text/utf8.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

RewardPart Judge(AnswerRuleOptions options, const std::string& gold, const std::string& text) {
  AnswerRule rule(options);
  return PartOf(rule, gold, text);
}

RewardPart JudgeRegion(const std::string& gold, const std::string& text) {
  return Judge({AnswerPlace::kAnswerRegion, AnswerMatch::kExactOrNumeric}, gold, text);
}

RewardPart JudgeFirst(const std::string& gold, const std::string& text) {
  return Judge({AnswerPlace::kFirstNumber, AnswerMatch::kExactOrNumeric}, gold, text);
}

RewardPart JudgeLast(const std::string& gold, const std::string& text) {
  return Judge({AnswerPlace::kLastNumber, AnswerMatch::kExactOrNumeric}, gold, text);
}

void ExpectVerdict(const RewardPart& part, Verdict verdict) {
  EXPECT_EQ(VerdictName(*part.verdict), VerdictName(verdict)) << part.message;
  const std::optional<double> value =
      IsExcluded(verdict) ? std::nullopt
                          : std::optional<double>(verdict == Verdict::kCorrect ? 1 : 0);
  EXPECT_EQ(part.value, value);
}

TEST(AnswerRegionRuleTest, ReadsTagsBoxesAndBareText) {
  for (const absl::string_view text :
       {"<think>r</think><answer> 42 </answer>", "<think>r</think>so it is \\boxed{42}.",
        "<think>r</think>\n42\n", "42", "<answer>It is \\boxed{42.0}</answer>",
        "\\boxed{42} as \\boxed{42}", "<answer>$42$</answer>"}) {
    ExpectVerdict(JudgeRegion("42", std::string(text)), Verdict::kCorrect);
  }
}

TEST(AnswerRegionRuleTest, TellsBothAnswersWhereTheyDiffer) {
  const RewardPart part = JudgeRegion("42", "<answer>41</answer>");
  ExpectVerdict(part, Verdict::kWrong);
  EXPECT_EQ(part.message, R"("41" is not "42")");
}

TEST(AnswerRegionRuleTest, TakesNoTextAroundTheAnswer) {
  ExpectVerdict(JudgeRegion("42", "The answer is 42"), Verdict::kWrong);
}

TEST(AnswerRegionRuleTest, TakesNoAnswerFromTheThought) {
  ExpectVerdict(JudgeRegion("3", "<think>\\boxed{3}</think><answer>I do not know</answer>"),
                Verdict::kWrong);
  ExpectVerdict(JudgeRegion("3", "<think>\\boxed{3}"), Verdict::kNoAnswer);
}

TEST(AnswerRegionRuleTest, TellsWhyThereIsNoAnswer) {
  EXPECT_THAT(JudgeRegion("3", "<answer>3</answer><answer>4</answer>").message,
              HasSubstr("one <answer>"));
  EXPECT_THAT(JudgeRegion("3", "<think>3").message, HasSubstr("never ends"));
  ExpectVerdict(JudgeRegion("3", "<answer>3</answer><answer>4</answer>"), Verdict::kNoAnswer);
  ExpectVerdict(JudgeRegion("3", "<answer> </answer>"), Verdict::kNoAnswer);
  ExpectVerdict(JudgeRegion("3", ""), Verdict::kNoAnswer);
}

TEST(AnswerRegionRuleTest, IsNotFooledByMoreThanOneAnswer) {
  ExpectVerdict(JudgeRegion("3", "\\boxed{3} \\boxed{4}"), Verdict::kUnparseableAnswer);
  for (const absl::string_view text :
       {"\\boxed{3} or \\boxed{4}", "\\boxed{1,2,3,4,5}", "\\boxed{3 \\text{ or } 4}",
        "\\boxed{\\pm 3}", "\\boxed{[0,10]}", "\\boxed{3 apples and 4 pears}"}) {
    ExpectVerdict(JudgeRegion("3", std::string(text)), Verdict::kWrong);
  }
}

TEST(AnswerRegionRuleTest, ReadsJoinedBoxesAsAList) {
  ExpectVerdict(JudgeRegion("3, 4", "\\boxed{3} and \\boxed{4}"), Verdict::kCorrect);
  ExpectVerdict(JudgeRegion("1000", "\\boxed{1}, \\boxed{000}"), Verdict::kWrong);
}

TEST(AnswerRegionRuleTest, ComparesTextsThatAreNoNumbers) {
  ExpectVerdict(JudgeRegion("Paris", "<answer>\nParis\n</answer>"), Verdict::kCorrect);
  ExpectVerdict(JudgeRegion("Paris", "<answer>paris</answer>"), Verdict::kWrong);
  ExpectVerdict(JudgeRegion("5%", "<answer>5</answer>"), Verdict::kWrong);
  ExpectVerdict(JudgeRegion("x+1", "\\boxed{X+1}"), Verdict::kWrong);
}

TEST(AnswerRegionRuleTest, ComparesNumbersByValueUnlessTextsAreAskedFor) {
  ExpectVerdict(JudgeRegion("0.5", "<answer>1/2</answer>"), Verdict::kCorrect);
  ExpectVerdict(JudgeRegion("1000", "<answer>$1,000</answer>"), Verdict::kCorrect);
  const AnswerRuleOptions exact = {AnswerPlace::kAnswerRegion, AnswerMatch::kExact};
  ExpectVerdict(Judge(exact, "0.5", "<answer>1/2</answer>"), Verdict::kWrong);
  ExpectVerdict(Judge(exact, " 0.5\n", "<answer> 0.5 </answer>"), Verdict::kCorrect);
}

TEST(NumberRuleTest, TakesTheFirstOrLastNumber) {
  ExpectVerdict(JudgeFirst("12", "12 dogs and 30 cats"), Verdict::kCorrect);
  ExpectVerdict(JudgeFirst("30", "12 dogs and 30 cats"), Verdict::kWrong);
  ExpectVerdict(JudgeLast("30", "12 dogs and 30.0 cats."), Verdict::kCorrect);
}

TEST(NumberRuleTest, ReadsTheThoughtForTheFirstNumberOnly) {
  ExpectVerdict(JudgeFirst("1", "<think>1</think>2"), Verdict::kCorrect);
  ExpectVerdict(JudgeLast("2", "<think>1</think>2"), Verdict::kCorrect);
  ExpectVerdict(JudgeLast("1", "<think>1</think>none"), Verdict::kNoAnswer);
  ExpectVerdict(JudgeLast("1", "<think>1"), Verdict::kNoAnswer);
}

TEST(NumberRuleTest, DividesByNothing) { ExpectVerdict(JudgeLast("1", "1/0"), Verdict::kWrong); }

TEST(GoldTest, IsTheLastPartOfASolution) {
  EXPECT_EQ(GoldOf("She has 3 * 14 = <<3*14=42>>42.\n#### 42\n"), "42");
  EXPECT_EQ(GoldOf(" 42 "), "42");
  ExpectVerdict(JudgeRegion("long way\n#### 1,200", "\\boxed{1200}"), Verdict::kCorrect);
}

TEST(GoldTest, ThatCannotBeReadIsNoReward) {
  ExpectVerdict(JudgeRegion("", "4"), Verdict::kUnparseableGold);
  ExpectVerdict(JudgeRegion("way\n#### ", "4"), Verdict::kUnparseableGold);
  ExpectVerdict(JudgeLast("Paris", "4"), Verdict::kUnparseableGold);
  ExpectVerdict(JudgeFirst("Paris", "4"), Verdict::kUnparseableGold);
}

TEST(AnswerMessageTest, IsShortAndWhole) {
  std::string long_answer;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&long_answer, "é");
  const RewardPart part = JudgeRegion("4", long_answer);
  EXPECT_LT(part.message.size(), 300);
  EXPECT_TRUE(IsUtf8(part.message));
  EXPECT_THAT(part.message, HasSubstr("…"));
}

std::optional<std::string> KeyOf(const std::string& text) {
  AnswerRule rule({AnswerPlace::kAnswerRegion, AnswerMatch::kExactOrNumeric});
  const Prompt prompt = {};
  const Rollout rollout = {};
  const Completion completion = ParseCompletion(text, {});
  return rule.AnswerKey(
      {.prompt = prompt, .rollout = rollout, .completion = completion, .earlier = {}});
}

TEST(AnswerKeyTest, IsTheSameForTheSameAnswer) {
  EXPECT_EQ(KeyOf("<answer>0.5</answer>"), KeyOf("so \\boxed{1/2}"));
  EXPECT_NE(KeyOf("<answer>0.5</answer>"), KeyOf("<answer>0.6</answer>"));
  EXPECT_EQ(KeyOf("<answer> east</answer>"), "east");
}

TEST(AnswerKeyTest, IsAbsentWhereThereIsNoAnswer) {
  EXPECT_EQ(KeyOf("<think>never ends"), std::nullopt);
  EXPECT_EQ(KeyOf("<answer></answer>"), std::nullopt);
}

}  // namespace
}  // namespace whet
