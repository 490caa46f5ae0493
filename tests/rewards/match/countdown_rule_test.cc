#include "rewards/match/countdown_rule.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/match/match_test.h"

namespace whet {
namespace {

constexpr char kGold[] = R"({"target": 24, "numbers": [3, 8, 3, 8]})";

std::string Judge(const std::string& text, const std::string& gold = kGold,
                  CountdownRuleOptions options = {}) {
  CountdownRule rule(options);
  return VerdictOf(rule, gold, text);
}

std::string MessageOf(const std::string& text) {
  CountdownRule rule({});
  return PartOf(rule, kGold, text).message;
}

TEST(CountdownRuleTest, WantsTheTargetExactly) {
  EXPECT_EQ(Judge("<answer>8 / (3 - 8 / 3)</answer>"), "CORRECT");
  EXPECT_EQ(Judge("<answer>3 * 8 + 8 - 3</answer>"), "WRONG");
  EXPECT_EQ(MessageOf("3 * 8 + 8 - 3"), "it is 29, not 24");
}

TEST(CountdownRuleTest, WantsEachNumberOnce) {
  EXPECT_EQ(Judge("3 * 8"), "WRONG");
  EXPECT_EQ(Judge("24"), "WRONG");
  EXPECT_EQ(Judge("3 * 8 * 3 / 3"), "WRONG");
  EXPECT_EQ(Judge("(3 - 8 + 8 - 3 + 1) * 24"), "WRONG");
  EXPECT_EQ(MessageOf("3 * 8"), R"(it uses "3 8" of "3 3 8 8")");
}

TEST(CountdownRuleTest, MayLeaveNumbersOut) {
  const CountdownRuleOptions some = {.needs_all = false};
  EXPECT_EQ(Judge("3 * 8", kGold, some), "CORRECT");
  EXPECT_EQ(Judge("3 * 8 * 3 / 3", kGold, some), "WRONG");
  EXPECT_EQ(Judge("24", kGold, some), "WRONG");
}

TEST(CountdownRuleTest, AcceptsTheEquation) {
  EXPECT_EQ(Judge("8 / (3 - 8 / 3) = 24"), "CORRECT");
  EXPECT_EQ(Judge("8 / (3 - 8 / 3) = 23"), "WRONG");
  EXPECT_EQ(Judge("24 = 8 / (3 - 8 / 3)"), "WRONG");
  EXPECT_EQ(Judge("3 * 8 + 8 - 3 = 24"), "WRONG");
  EXPECT_EQ(Judge("8 / (3 - 8 / 3) = 24 = 24"), "UNPARSEABLE_ANSWER");
  EXPECT_EQ(Judge("8 / (3 - 8 / 3) ="), "UNPARSEABLE_ANSWER");
}

TEST(CountdownRuleTest, ReadsLatex) {
  EXPECT_EQ(Judge(R"(\boxed{8 \div (3 - 8 \div 3)})"), "CORRECT");
  EXPECT_EQ(Judge(R"(<answer>$\frac{8}{3 - \frac{8}{3}} = 24$</answer>)"), "CORRECT");
  EXPECT_EQ(Judge(R"(\( 8 ÷ (3 − 8 ÷ 3) \).)"), "CORRECT");
  EXPECT_EQ(Judge("$$8/(3-8/3)$$"), "CORRECT");
  EXPECT_EQ(Judge("$"), "UNPARSEABLE_ANSWER");
}

TEST(CountdownRuleTest, ReadsTheAnswerOnly) {
  EXPECT_EQ(Judge("<think>8/(3-8/3)</think><answer>3</answer>"), "WRONG");
  EXPECT_EQ(Judge("<think>8/(3-8/3)"), "NO_ANSWER");
  EXPECT_EQ(Judge(""), "NO_ANSWER");
  EXPECT_EQ(Judge(R"(\boxed{8/(3-8/3)} or not \boxed{8})"), "UNPARSEABLE_ANSWER");
}

TEST(CountdownRuleTest, TellsWhatIsNoArithmetic) {
  EXPECT_EQ(Judge("The answer is 8 / (3 - 8 / 3)"), "UNPARSEABLE_ANSWER");
  EXPECT_EQ(Judge("8 ** 3"), "UNPARSEABLE_ANSWER");
  EXPECT_EQ(Judge("38 - 8 - 3.0"), "UNPARSEABLE_ANSWER");
}

TEST(CountdownRuleTest, TakesADivisionByZeroForWrong) {
  EXPECT_EQ(Judge("3 / (8 - 8) + 3"), "WRONG");
  EXPECT_THAT(MessageOf("3 / (8 - 8) + 3"), ::testing::HasSubstr("divides by zero"));
}

TEST(CountdownRuleTest, DecidesNothingBeyond64Bits) {
  EXPECT_EQ(Judge(absl::StrJoin(std::vector<std::string>(30, "8"), "*")), "UNSUPPORTED");
}

TEST(CountdownRuleTest, ReadsBothNamesOfTheNumbers) {
  EXPECT_EQ(Judge("1 + 2", R"({"nums": [2, 1], "target": 3})"), "CORRECT");
  EXPECT_EQ(Judge("1 + 2", R"({"nums": [2, 1.0], "target": 3.0})"), "CORRECT");
  EXPECT_EQ(Judge("1 - 2", R"({"nums": [2, 1], "target": -1})"), "CORRECT");
}

TEST(CountdownRuleTest, RefusesAnotherGroundTruth) {
  for (const std::string gold :
       {"", "24", "[1]", "{}", R"({"target": 3})", R"({"numbers": [1]})",
        R"({"target": 3, "numbers": []})", R"({"target": "3", "numbers": [3]})",
        R"({"target": 3.5, "numbers": [3]})", R"({"target": 3, "numbers": [-3]})",
        R"({"target": 3, "numbers": ["3"]})", R"({"target": 3, "numbers": 3})",
        R"({"target": 123456789012345678901, "numbers": [3]})"}) {
    EXPECT_EQ(Judge("1", gold), "UNPARSEABLE_GOLD") << gold;
  }
}

TEST(CountdownRuleTest, CountsVotesByExpression) {
  CountdownRule rule({});
  EXPECT_EQ(AnswerKeyOf(rule, "8 / (3 - 8/3) = 24"), "8/(3-8/3)");
  EXPECT_EQ(AnswerKeyOf(rule, "$8/(3-8/3)$"), "8/(3-8/3)");
  EXPECT_EQ(AnswerKeyOf(rule, "no"), std::nullopt);
  EXPECT_EQ(AnswerKeyOf(rule, ""), std::nullopt);
}

TEST(CountdownRuleTest, ReadsAMegabyte) {
  EXPECT_EQ(Judge(absl::StrJoin(std::vector<std::string>(1 << 19, "1"), "+")), "WRONG");
  EXPECT_EQ(Judge(std::string(size_t{1} << 20, '(')), "UNPARSEABLE_ANSWER");
}

TEST(GoldRuleTest, ReadsEachGroundTruthOfACall) {
  CountdownRule rule({});
  const auto prompt_of = [](const char* gold) {
    Prompt prompt = {};
    prompt.ground_truth = gold;
    return prompt;
  };
  const Prompt three = prompt_of(R"({"target": 3, "nums": [1, 2]})");
  const Prompt broken = prompt_of("{");
  const Prompt two = prompt_of(R"({"target": 2, "nums": [1, 2]})");
  const Rollout rollout = {};
  const Completion completion = ParseCompletion("1 + 2", {});
  std::vector<ScoreInput> inputs;
  for (const Prompt* prompt : {&three, &three, &broken, &two, &three}) {
    inputs.push_back(
        {.prompt = *prompt, .rollout = rollout, .completion = completion, .earlier = {}});
  }
  const absl::StatusOr<std::vector<RewardPart>> parts = rule.Score(inputs);
  ASSERT_TRUE(parts.ok());
  std::vector<std::string> verdicts;
  for (const RewardPart& part : *parts) verdicts.emplace_back(VerdictName(*part.verdict));
  EXPECT_THAT(verdicts,
              ::testing::ElementsAre("CORRECT", "CORRECT", "UNPARSEABLE_GOLD", "WRONG", "CORRECT"));
}

}  // namespace
}  // namespace whet
