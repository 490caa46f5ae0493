#include "rewards/match/json_rule.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/match/match_test.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

std::string Judge(JsonRuleOptions options, const std::string& gold, const std::string& text) {
  JsonRule rule(std::move(options));
  return VerdictOf(rule, gold, text);
}

std::string JudgeEqual(const std::string& gold, const std::string& text) {
  return Judge({.match = JsonMatch::kEqual}, gold, text);
}

std::string JudgeSubset(const std::string& gold, const std::string& text) {
  return Judge({.match = JsonMatch::kSubset}, gold, text);
}

TEST(JsonRuleTest, ComparesValuesAndNotTexts) {
  EXPECT_EQ(JudgeEqual(R"({"a": 1, "b": [true, null]})", R"({"b":[true,null],"a":1})"), "CORRECT");
  EXPECT_EQ(JudgeEqual(R"({"a": "\u00e9"})", R"({"a": "é"})"), "CORRECT");
  EXPECT_EQ(JudgeEqual(R"({"a": 1})", R"({"a": 2})"), "WRONG");
  EXPECT_EQ(JudgeEqual(R"([1, 2])", R"([2, 1])"), "WRONG");
  EXPECT_EQ(JudgeEqual(R"({"a": 1})", R"({"a": "1"})"), "WRONG");
  EXPECT_EQ(JudgeEqual(R"({"a": 1})", R"({"a": 1, "b": 2})"), "WRONG");
}

TEST(JsonRuleTest, ComparesNumbersByValue) {
  EXPECT_EQ(JudgeEqual("[1, 100, 0.5, 0]", "[1.0, 1e2, 5e-1, -0.0]"), "CORRECT");
  EXPECT_EQ(JudgeEqual("9007199254740993", "9007199254740992"), "WRONG");  // Equal as doubles.
  EXPECT_EQ(JudgeEqual("123456789012345678901", "123456789012345678902"), "WRONG");
  EXPECT_EQ(JudgeEqual("123456789012345678901", "123456789012345678901"), "CORRECT");
}

TEST(JsonRuleTest, MayAllowMoreKeys) {
  EXPECT_EQ(JudgeSubset(R"({"a": {"b": 1}})", R"({"a": {"c": 2, "b": 1.0}, "d": 3})"), "CORRECT");
  EXPECT_EQ(JudgeSubset(R"([{"a": 1}])", R"([{"a": 1, "b": 2}])"), "CORRECT");
  EXPECT_EQ(JudgeSubset(R"({"a": 1, "b": 2})", R"({"a": 1})"), "WRONG");
  EXPECT_EQ(JudgeSubset(R"([1])", R"([1, 2])"), "WRONG");
  EXPECT_EQ(JudgeSubset(R"({"a": 1})", R"([1])"), "WRONG");
}

TEST(JsonRuleTest, MayAskForKeysOnly) {
  const JsonRuleOptions keys = {.match = JsonMatch::kKeys, .keys = {"name", "age"}};
  EXPECT_EQ(Judge(keys, "not read", R"({"age": null, "name": "x", "z": 1})"), "CORRECT");
  EXPECT_EQ(Judge(keys, "", R"({"name": "x"})"), "WRONG");
  EXPECT_EQ(Judge(keys, "", R"(["name", "age"])"), "WRONG");
  EXPECT_EQ(Judge({.match = JsonMatch::kKeys}, "", "[]"), "CORRECT");
  JsonRule rule(keys);
  EXPECT_EQ(PartOf(rule, "", "{}").message, R"(without "name", "age")");
}

TEST(JsonRuleTest, ReadsTheFencedBlockFirst) {
  EXPECT_EQ(JudgeEqual("{}", "Here it is:\n```json\n{}\n```\nDone."), "CORRECT");
  EXPECT_EQ(JudgeEqual("{}", "```json\n{}\n```\nor \\boxed{1} so \\boxed{2}"), "CORRECT");
  EXPECT_EQ(JudgeEqual("[1]", "<think>```\n[1]\n```</think>\n[2]"), "WRONG");
}

TEST(JsonRuleTest, ReadsBoxesAndTags) {
  EXPECT_EQ(JudgeEqual(R"({"a": 1})", R"(so \boxed{{"a": 1}})"), "CORRECT");
  EXPECT_EQ(JudgeEqual("[1]", "<answer>\n[1]\n</answer>"), "CORRECT");
}

TEST(JsonRuleTest, TellsWhatIsNoJson) {
  for (const std::string text : {"The answer: {}", "{'a': 1}", "{\"a\": 1,}", "[NaN]", "[1] [2]",
                                 "{\"a\": 1, \"a\": 1}", "Infinity", "```json\n{\n```"}) {
    EXPECT_EQ(JudgeEqual("{}", text), "UNPARSEABLE_ANSWER") << text;
  }
  EXPECT_EQ(JudgeEqual("{}", "\\boxed{1} so \\boxed{2}"), "UNPARSEABLE_ANSWER");
  EXPECT_EQ(JudgeEqual("{}", "<think>{}"), "NO_ANSWER");
  EXPECT_EQ(JudgeEqual("{}", ""), "NO_ANSWER");
}

TEST(JsonRuleTest, RefusesAGroundTruthThatIsNoJson) {
  EXPECT_EQ(JudgeEqual("", "{}"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(JudgeEqual("Paris", "{}"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(JudgeSubset("{", "{}"), "UNPARSEABLE_GOLD");
}

TEST(JsonRuleTest, CountsVotesByValue) {
  JsonRule rule({});
  EXPECT_EQ(AnswerKeyOf(rule, R"({"b": 1.0, "a": [1e2]})"),
            AnswerKeyOf(rule, R"({"a":[100],"b":1})"));
  EXPECT_NE(AnswerKeyOf(rule, "[1]"), AnswerKeyOf(rule, "[2]"));
  EXPECT_EQ(AnswerKeyOf(rule, "none"), std::nullopt);
}

TEST(JsonRuleTest, ReadsAMegabyte) {
  std::string array = "[";
  while (array.size() < size_t{1} << 20) absl::StrAppend(&array, "{\"a\":1},");
  absl::StrAppend(&array, "0]");
  EXPECT_EQ(JudgeEqual(array, array), "CORRECT");
  JsonRule rule({});
  EXPECT_THAT(PartOf(rule, "1", std::string(size_t{1} << 20, '[')).message, HasSubstr("no JSON"));
}

}  // namespace
}  // namespace whet
