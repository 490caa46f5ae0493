#include "rewards/match/contains_rule.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/match/match_test.h"

namespace whet {
namespace {

std::string Judge(const std::string& gold, const std::string& text,
                  ContainsRuleOptions options = {}) {
  ContainsRule rule(options);
  return VerdictOf(rule, gold, text);
}

TEST(ContainsRuleTest, FindsTheGroundTruthInTheAnswer) {
  EXPECT_EQ(Judge("Paris", "<answer>It is Paris.</answer>"), "CORRECT");
  EXPECT_EQ(Judge("Paris", "<answer>It is Rome.</answer>"), "WRONG");
  EXPECT_EQ(Judge("New York", "<answer>in New York City</answer>"), "CORRECT");
}

TEST(ContainsRuleTest, ReadsTheAnswerOnly) {
  EXPECT_EQ(Judge("Paris", "<think>Paris</think>Rome"), "WRONG");
  EXPECT_EQ(Judge("Paris", "<think>Paris"), "NO_ANSWER");
  EXPECT_EQ(Judge("Paris", "<answer> </answer>"), "NO_ANSWER");
  EXPECT_EQ(Judge("Paris", "Paris \\boxed{Rome}"), "WRONG");
  EXPECT_EQ(Judge("Paris", "\\boxed{Paris} so \\boxed{Rome}"), "UNPARSEABLE_ANSWER");
}

TEST(ContainsRuleTest, FindsWholeWords) {
  EXPECT_EQ(Judge("4", "14 or 41"), "WRONG");
  EXPECT_EQ(Judge("4", "14 or 4."), "CORRECT");
  EXPECT_EQ(Judge("Paris", "Parisian"), "WRONG");
  EXPECT_EQ(Judge("caf", "café"), "WRONG");
  EXPECT_EQ(Judge("$5", "costs $5"), "CORRECT");
}

TEST(ContainsRuleTest, MayFindPartsOfWords) {
  EXPECT_EQ(Judge("4", "14", {.whole_words = false}), "CORRECT");
  EXPECT_EQ(Judge("东京", "在东京都", {.whole_words = false}), "CORRECT");
}

TEST(ContainsRuleTest, MayIgnoreCase) {
  EXPECT_EQ(Judge("Paris", "PARIS"), "WRONG");
  EXPECT_EQ(Judge("Paris", "PARIS", {.ignore_case = true}), "CORRECT");
  EXPECT_EQ(Judge("ÄHRE", "ähre", {.ignore_case = true}), "CORRECT");
}

TEST(ContainsRuleTest, WantsAnyOfSeveral) {
  EXPECT_EQ(Judge(R"(["car", "automobile"])", "an automobile"), "CORRECT");
  EXPECT_EQ(Judge(R"(["car", "automobile"])", "a train"), "WRONG");
}

TEST(ContainsRuleTest, MayWantAllOfSeveral) {
  const ContainsRuleOptions all = {.all = true};
  EXPECT_EQ(Judge(R"(["red", "green"])", "green and red", all), "CORRECT");
  EXPECT_EQ(Judge(R"(["red", "green"])", "green", all), "WRONG");
  ContainsRule rule(all);
  EXPECT_EQ(PartOf(rule, R"(["red", "green"])", "green").message, R"("green" has no "red")");
}

TEST(ContainsRuleTest, TakesATextThatIsNoArrayAsItStands) {
  EXPECT_EQ(Judge("[x", "it is [x here"), "CORRECT");
  EXPECT_EQ(Judge("way\n#### 42", "it is 42"), "CORRECT");
  EXPECT_EQ(Judge("42", "it is 42"), "CORRECT");
}

TEST(ContainsRuleTest, RefusesAGroundTruthWithoutText) {
  EXPECT_EQ(Judge("", "a"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge("[]", "a"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge(R"(["a", " "])", "a"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge(R"(["a", 4])", "a"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge("[null]", "a"), "UNPARSEABLE_GOLD");
}

TEST(ContainsRuleTest, CountsVotesByText) {
  ContainsRule rule({.ignore_case = true});
  EXPECT_EQ(AnswerKeyOf(rule, "<answer>Paris</answer>"), "paris");
  EXPECT_EQ(AnswerKeyOf(rule, "<answer></answer>"), std::nullopt);
}

TEST(ContainsRuleTest, ReadsAMegabyte) {
  EXPECT_EQ(Judge(std::string(500, 'a') + "b", std::string(size_t{1} << 20, 'a')), "WRONG");
  EXPECT_EQ(Judge("a", std::string(size_t{1} << 20, 'a')), "WRONG");
}

}  // namespace
}  // namespace whet
