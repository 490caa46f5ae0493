#include "rewards/shape/tag_count_rule.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/shape/shape_test.h"

namespace whet {
namespace {

double ValueIn(const std::string& text, const CompletionOptions& options = {}) {
  return TagCountValue(ParseCompletion(text, options));
}

TEST(TagCountRuleTest, GivesAQuarterForEachTag) {
  EXPECT_EQ(ValueIn("<think>\nr\n</think>\n<answer>\n4\n</answer>"), 1.0);
  EXPECT_EQ(ValueIn("<think>\nr\n</think>\n<answer>\n4"), 0.75);
  EXPECT_EQ(ValueIn("<think>\nr"), 0.25);
  EXPECT_EQ(ValueIn(""), 0.0);
}

TEST(TagCountRuleTest, WantsTheTagsOnTheirLines) {
  EXPECT_EQ(ValueIn("<think>r</think><answer>4</answer>"), 0.0);
  EXPECT_EQ(ValueIn("<think>\r\nr\r\n</think>\r\n<answer>\r\n4\r\n</answer>"), 0.25);
  EXPECT_EQ(ValueIn("<answer>\n"), 0.0);
}

TEST(TagCountRuleTest, GivesNothingForATagTwice) {
  EXPECT_EQ(ValueIn("<think>\n<think>\nr\n</think>\n<answer>\n4\n</answer>"), 0.75);
}

TEST(TagCountRuleTest, CountsOnlyTagsOnLinesForTwice) {
  EXPECT_EQ(ValueIn("<think>\na <think> b"), 0.25);
}

TEST(TagCountRuleTest, GivesALineFeedToOneTagOnly) {
  // As Python's count: the second begins with the line feed that ended the first.
  EXPECT_EQ(ValueIn("\n</think>\n</think>\n"), 0.25);
  EXPECT_EQ(ValueIn("\n</think>\n</think>\n</think>\n"), 0.0);
  EXPECT_EQ(ValueIn("\n</think>\n\n</think>\n"), 0.0);
}

TEST(TagCountRuleTest, DoesNotLookAtOrder) {
  EXPECT_EQ(ValueIn("\n</answer>\n</think>\n\n<answer>\n<think>\n"), 1.0);
}

TEST(TagCountRuleTest, TakesTheOpeningTagFromThePrompt) {
  EXPECT_EQ(ValueIn("r\n</think>\n<answer>\n4\n</answer>", {.thought_prefilled = true}), 1.0);
  EXPECT_EQ(ValueIn("<think>\nr", {.thought_prefilled = true}), 0.0);
}

TEST(TagCountRuleTest, KnowsTheTagsByOtherNames) {
  EXPECT_EQ(ValueIn("<t>\nr\n</t>\n", {.thought_tag = "t"}), 0.5);
}

TEST(TagCountRuleTest, HasNoVerdict) {
  TagCountRule rule;
  EXPECT_EQ(ValueOf(rule, {.text = "<think>\n"}), 0.25);
}

TEST(TagCountRuleTest, ReadsAMegabyteOfTags) {
  std::string text;
  while (text.size() < size_t{1} << 20) text += "\n</think>";
  EXPECT_EQ(ValueIn(text + "\n<answer>\n"), 0.25);
}

}  // namespace
}  // namespace whet
