#include "rewards/shape/think_format_rule.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/shape/shape_test.h"

namespace whet {
namespace {

bool MatchesTrl(const std::string& text, const CompletionOptions& options = {}) {
  return MatchesThinkFormat(ParseCompletion(text, options), ThinkFormat::kTrl);
}

bool MatchesOpenR1(const std::string& text, const CompletionOptions& options = {}) {
  return MatchesThinkFormat(ParseCompletion(text, options), ThinkFormat::kOpenR1);
}

constexpr absl::string_view kRight = "<think>\nr\n</think>\n<answer>\n4\n</answer>";

TEST(TrlThinkFormatTest, WantsOneThoughtAtTheBeginning) {
  EXPECT_TRUE(MatchesTrl("<think>a</think>b"));
  EXPECT_TRUE(MatchesTrl("<think></think>"));
  EXPECT_FALSE(MatchesTrl(" <think>a</think>b"));
  EXPECT_FALSE(MatchesTrl("<think>a<think>b</think>c"));
  EXPECT_FALSE(MatchesTrl("<think>a</think>b<think>"));
  EXPECT_FALSE(MatchesTrl("<think>a"));
  EXPECT_FALSE(MatchesTrl("</think>"));
  EXPECT_FALSE(MatchesTrl(""));
}

TEST(TrlThinkFormatTest, AsksForNothingElse) {
  EXPECT_TRUE(MatchesTrl("<think>a</think>b</think>"));
  EXPECT_TRUE(MatchesTrl("<think><answer></think></answer>"));
}

TEST(TrlThinkFormatTest, TakesTheOpeningTagFromThePrompt) {
  EXPECT_TRUE(MatchesTrl("a</think>b", {.thought_prefilled = true}));
  EXPECT_FALSE(MatchesTrl("<think>a</think>b", {.thought_prefilled = true}));
  EXPECT_FALSE(MatchesTrl("a", {.thought_prefilled = true}));
}

TEST(OpenR1ThinkFormatTest, WantsEachTagOnItsLine) {
  EXPECT_TRUE(MatchesOpenR1(std::string(kRight)));
  EXPECT_TRUE(MatchesOpenR1("<think>\n\n</think>\n<answer>\n\n</answer>"));
  for (const absl::string_view text :
       {"", "<think>r</think>\n<answer>\n4\n</answer>",
        "<think>\nr</think>\n<answer>\n4\n</answer>", "<think>\nr\n</think><answer>\n4\n</answer>",
        "<think>\nr\n</think>\n<answer>4\n</answer>", "<think>\nr\n</think>\n<answer>\n4</answer>",
        "\n<think>\nr\n</think>\n<answer>\n4\n</answer>",
        "<think>\nr\n</think>\n\n<answer>\n4\n</answer>", "<think>\nr\n</think>\n<answer>\n4"}) {
    EXPECT_FALSE(MatchesOpenR1(std::string(text))) << text;
  }
}

TEST(OpenR1ThinkFormatTest, GivesALineFeedToOneTagOnly) {
  EXPECT_FALSE(MatchesOpenR1("<think>\n</think>\n<answer>\n4\n</answer>"));
  EXPECT_FALSE(MatchesOpenR1("<think>\nr\n</think>\n<answer>\n</answer>"));
}

TEST(OpenR1ThinkFormatTest, EndsAtAnyLinesEnd) {
  EXPECT_TRUE(MatchesOpenR1(absl::StrCat(kRight, "\nand so on")));
  EXPECT_FALSE(MatchesOpenR1(absl::StrCat(kRight, " and so on")));
  EXPECT_TRUE(MatchesOpenR1(absl::StrCat(kRight, "x\n</answer>")));
}

TEST(OpenR1ThinkFormatTest, LetsOtherTagsStandBetween) {
  EXPECT_TRUE(MatchesOpenR1("<think>\na\n</think>\n<think>\nb\n</think>\n<answer>\n4\n</answer>"));
  EXPECT_TRUE(MatchesOpenR1("<think>\n<answer>\n</answer>\n</think>\n<answer>\n4\n</answer>"));
}

TEST(OpenR1ThinkFormatTest, TakesTheOpeningTagFromThePrompt) {
  EXPECT_TRUE(MatchesOpenR1("r\n</think>\n<answer>\n4\n</answer>", {.thought_prefilled = true}));
}

TEST(ThinkFormatRuleTest, IsOneOrNothing) {
  ThinkFormatRule trl({.format = ThinkFormat::kTrl});
  ThinkFormatRule open_r1({.format = ThinkFormat::kOpenR1});
  EXPECT_EQ(ValueOf(trl, {.text = "<think>a</think>b"}), 1.0);
  EXPECT_EQ(ValueOf(open_r1, {.text = "<think>a</think>b"}), 0.0);
}

TEST(ThinkFormatRuleTest, ReadsAMegabyteOfTags) {
  std::string text = "<think>\n";
  while (text.size() < size_t{1} << 20) text += "\n</think>\n<answer>\n";
  EXPECT_TRUE(MatchesTrl(text));
  EXPECT_FALSE(MatchesOpenR1(text));
}

}  // namespace
}  // namespace whet
