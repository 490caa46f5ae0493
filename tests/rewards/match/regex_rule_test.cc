#include "rewards/match/regex_rule.h"

#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/match/match_test.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<RegexRule> RuleOf(RegexRuleOptions options) {
  absl::StatusOr<std::unique_ptr<RegexRule>> rule = RegexRule::Create(std::move(options));
  EXPECT_TRUE(rule.ok()) << rule.status();
  return *std::move(rule);
}

std::string Judge(RegexRuleOptions options, const std::string& gold, const std::string& text) {
  return VerdictOf(*RuleOf(std::move(options)), gold, text);
}

std::string FaultOf(RegexRuleOptions options) {
  return std::string(RegexRule::Create(std::move(options)).status().message());
}

TEST(RegexRuleTest, MatchesAnyPartOrAll) {
  EXPECT_EQ(Judge({.pattern = "[a-c]+"}, "", "<answer>xabcx</answer>"), "CORRECT");
  EXPECT_EQ(Judge({.pattern = "[a-c]+"}, "", "<answer>xyz</answer>"), "WRONG");
  EXPECT_EQ(Judge({.pattern = "[a-c]+", .whole = true}, "", "xabcx"), "WRONG");
  EXPECT_EQ(Judge({.pattern = "a|ab", .whole = true}, "", "ab"), "CORRECT");
}

TEST(RegexRuleTest, ReadsTheAnswerOnly) {
  EXPECT_EQ(Judge({.pattern = "a"}, "", "<think>a</think>b"), "WRONG");
  EXPECT_EQ(Judge({.pattern = "a"}, "", "<think>a"), "NO_ANSWER");
  EXPECT_EQ(Judge({.pattern = ""}, "a", "a \\boxed{b}"), "WRONG");
  EXPECT_EQ(Judge({.pattern = "a"}, "", "\\boxed{a} so \\boxed{b}"), "UNPARSEABLE_ANSWER");
}

TEST(RegexRuleTest, TakesThePatternFromTheGroundTruth) {
  EXPECT_EQ(Judge({}, "colou?r", "the color"), "CORRECT");
  EXPECT_EQ(Judge({}, " ^colou?r$\n", "the color"), "WRONG");
  EXPECT_EQ(Judge({.whole = true}, "#### \\d", "#### 4"), "CORRECT");
}

TEST(RegexRuleTest, RefusesAGroundTruthThatIsNoPattern) {
  EXPECT_EQ(Judge({}, "(", "a"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge({}, " ", "a"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge({}, "(a)\\1", "aa"), "UNPARSEABLE_GOLD");  // No back references.
}

TEST(RegexRuleTest, ComparesWhatItCaptures) {
  const RegexRuleOptions options = {.pattern = "#### *(-?[0-9.,]+)", .group = 1};
  EXPECT_EQ(Judge(options, "1000", "so\n#### 1,000"), "CORRECT");
  EXPECT_EQ(Judge(options, "way #### 7", "so\n#### 7.0"), "CORRECT");
  EXPECT_EQ(Judge(options, "1000", "so\n#### 999"), "WRONG");
  EXPECT_EQ(Judge(options, "1000", "so 1000"), "NO_ANSWER");
  EXPECT_EQ(Judge(options, "", "#### 7"), "UNPARSEABLE_GOLD");
  EXPECT_EQ(Judge({.pattern = "is (.*)", .group = 1}, "Paris", "it is  Paris "), "CORRECT");
}

TEST(RegexRuleTest, TakesTheLastOfSeveralMatches) {
  EXPECT_EQ(Judge({.pattern = "[0-9]+", .group = 0}, "42", "7 and 42"), "CORRECT");
  EXPECT_EQ(Judge({.pattern = "[0-9]+", .group = 0}, "7", "7 and 42"), "WRONG");
}

TEST(RegexRuleTest, CapturesOfAllOfTheAnswer) {
  EXPECT_EQ(Judge({.pattern = "x = (.+)", .whole = true, .group = 1}, "3", "x = 3"), "CORRECT");
  EXPECT_EQ(Judge({.pattern = "x = (.+)", .whole = true, .group = 1}, "3", "so x = 3"),
            "NO_ANSWER");
}

TEST(RegexRuleTest, GoesOnBehindAnEmptyMatch) {
  EXPECT_EQ(Judge({.pattern = "b*", .group = 0}, "b", "aéb"), "CORRECT");
  EXPECT_EQ(Judge({.pattern = "(.*)", .group = 1}, "ab", "ab"), "CORRECT");
  EXPECT_EQ(Judge({.pattern = "(.*)", .whole = true, .group = 1}, "ab", "ab"), "CORRECT");
  EXPECT_EQ(Judge({.pattern = "(b)|a", .group = 1}, "b", "ba"), "WRONG");  // Took no part.
}

TEST(RegexRuleTest, RefusesAPatternThatIsNone) {
  EXPECT_THAT(FaultOf({.pattern = "("}), HasSubstr("\"(\""));
  EXPECT_THAT(FaultOf({.pattern = "a(?=b)"}), HasSubstr("no regular expression"));
  EXPECT_THAT(FaultOf({.pattern = "(a)", .group = 2}), HasSubstr("1 groups"));
  EXPECT_THAT(FaultOf({.pattern = "", .group = 0}), HasSubstr("needs a pattern"));
}

TEST(RegexRuleTest, CountsVotesByWhatItCaptures) {
  const std::unique_ptr<RegexRule> group = RuleOf({.pattern = "is ([0-9/.]+)", .group = 1});
  EXPECT_EQ(AnswerKeyOf(*group, "it is 0.5"), AnswerKeyOf(*group, "I say it is 1/2"));
  EXPECT_EQ(AnswerKeyOf(*group, "nothing"), std::nullopt);
  const std::unique_ptr<RegexRule> plain = RuleOf({.pattern = "a"});
  EXPECT_EQ(AnswerKeyOf(*plain, "<answer>ab</answer>"), "ab");
  EXPECT_EQ(AnswerKeyOf(*plain, ""), std::nullopt);
}

TEST(RegexRuleTest, ReadsAMegabyteThatOthersWouldNotEndWith) {
  const std::string text(size_t{1} << 20, 'a');
  EXPECT_EQ(Judge({.pattern = "(a+)+b"}, "", text), "WRONG");
  EXPECT_EQ(Judge({.pattern = "a", .group = 0}, "a", text), "CORRECT");
}

}  // namespace
}  // namespace whet
