#include "rewards/format_rule.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/rule_test.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

constexpr absl::string_view kRight = "<think>two and two</think> <answer>4</answer>";

// What is wrong with the format of a completion that came to its end.
std::string FaultOf(absl::string_view text, bool answer_tags = true, bool prefilled = false) {
  FormatRule rule({.answer_tags = answer_tags});
  const RewardPart part =
      PartOf(rule, "", std::string(text), Finish::kStop, {.thought_prefilled = prefilled});
  EXPECT_EQ(part.value, part.message.empty() ? 1.0 : 0.0);
  EXPECT_FALSE(part.verdict.has_value());
  return part.message;
}

TEST(FormatRuleTest, AcceptsAThoughtAndThenAnAnswer) {
  EXPECT_EQ(FaultOf(kRight), "");
  EXPECT_EQ(FaultOf("\n<think>\r\na\r\n</think>\r\n<answer>\r\nb\r\n</answer>\r\n"), "");
  EXPECT_EQ(FaultOf("<think>a < b</think><answer>b > a</answer>"), "");
}

TEST(FormatRuleTest, RejectsATagMissingOrTwiceOrOutOfOrder) {
  for (const absl::string_view text :
       {"", "4", "<think>a</think>", "<answer>4</answer>", "<think>a<answer>4</answer>",
        "a</think><answer>4</answer>", "<think>a</think><answer>4", "<think>a</think>4</answer>",
        "<answer>4</answer><think>a</think>", "<think>a<answer></think>4</answer>",
        "<think><think>a</think><answer>4</answer>",
        "<think>a</think><answer>4</answer><answer>4</answer>",
        "<think><answer>3</answer></think><answer>4</answer>",
        "<think>a</think><answer>4</answer></think>"}) {
    EXPECT_THAT(FaultOf(text), HasSubstr("tags")) << text;
  }
}

TEST(FormatRuleTest, RejectsTextOutside) {
  EXPECT_THAT(FaultOf(absl::StrCat("Well. ", kRight)), HasSubstr("before"));
  EXPECT_THAT(FaultOf("<think>a</think>So: <answer>4</answer>"), HasSubstr("between"));
  EXPECT_THAT(FaultOf(absl::StrCat(kRight, "<|im_end|>")), HasSubstr("after"));
}

TEST(FormatRuleTest, RejectsBlanks) {
  EXPECT_THAT(FaultOf("<think> \n</think><answer>4</answer>"), HasSubstr("thought is blank"));
  EXPECT_THAT(FaultOf("<think>a</think><answer>\t</answer>"), HasSubstr("answer is blank"));
}

TEST(FormatRuleTest, RejectsTheTemplatesPlaceholder) {
  EXPECT_THAT(FaultOf("<think> reasoning process here </think> <answer> answer here </answer>"),
              HasSubstr("placeholder"));
  EXPECT_EQ(FaultOf("<think>a</think><answer>the answer here is 4</answer>"), "");
}

TEST(FormatRuleTest, RejectsWhatWasCutOff) {
  FormatRule rule({.answer_tags = true});
  const RewardPart part = PartOf(rule, "", std::string(kRight), Finish::kLength);
  EXPECT_EQ(part.value, 0.0);
  EXPECT_THAT(part.message, HasSubstr("cut off"));
}

TEST(FormatRuleTest, RejectsBrokenUtf8) {
  EXPECT_THAT(FaultOf("<think>a\xFF</think><answer>4</answer>"), HasSubstr("UTF-8"));
  EXPECT_THAT(FaultOf("<think>a\xEF\xBF\xBD</think><answer>4</answer>"), HasSubstr("UTF-8"));
}

TEST(FormatRuleTest, TakesTheOpeningTagFromThePrompt) {
  EXPECT_EQ(FaultOf("a</think><answer>4</answer>", true, true), "");
  EXPECT_THAT(FaultOf(kRight, true, true), HasSubstr("tags"));
  EXPECT_THAT(FaultOf(" </think><answer>4</answer>", true, true), HasSubstr("blank"));
}

TEST(FormatRuleTest, MayAskForTheThoughtOnly) {
  EXPECT_EQ(FaultOf("<think>a</think>4", false), "");
  EXPECT_EQ(FaultOf("<think>a <answer></think>The <answer>: 4", false), "");
  EXPECT_EQ(FaultOf("a</think>4", false, true), "");
  EXPECT_THAT(FaultOf("<think>a</think> ", false), HasSubstr("answer is blank"));
  EXPECT_THAT(FaultOf("<think>a</think>4<think>b</think>", false), HasSubstr("tags"));
  EXPECT_THAT(FaultOf("4", false), HasSubstr("tags"));
  EXPECT_THAT(FaultOf("b <think>a</think>4", false), HasSubstr("before"));
}

TEST(FormatRuleTest, MayAskForABox) {
  const auto fault_of = [](const std::string& text) {
    FormatRule rule({.answer_tags = true, .needs_box = true});
    return PartOf(rule, "", text).message;
  };
  EXPECT_EQ(fault_of("<think>a</think><answer>\\boxed{4}</answer>"), "");
  EXPECT_EQ(fault_of("<think>a</think><answer>\\boxed{4} or \\boxed{5}</answer>"), "");
  EXPECT_THAT(fault_of(std::string(kRight)), HasSubstr("no box"));
  EXPECT_THAT(fault_of("<think>\\boxed{4}</think><answer>4</answer>"), HasSubstr("no box"));
  EXPECT_THAT(fault_of("<think>a</think><answer>\\boxed{ }</answer>"), HasSubstr("no box"));
  EXPECT_THAT(fault_of("<think>a</think><answer>\\boxed{4} so \\boxed{5}</answer>"),
              HasSubstr("boxes that differ"));
}

// What the soft form gives to a completion that came to its end.
double SoftValueOf(const std::string& text, bool answer_tags = true, bool prefilled = false) {
  FormatRule rule({.answer_tags = answer_tags, .soft = true});
  return *PartOf(rule, "", text, Finish::kStop, {.thought_prefilled = prefilled}).value;
}

TEST(SoftFormatRuleTest, GivesAQuarterForEachTag) {
  EXPECT_EQ(SoftValueOf("4"), 0.0);
  EXPECT_EQ(SoftValueOf("<think>a"), 0.25);
  EXPECT_EQ(SoftValueOf("a</think>4"), 0.25);
  EXPECT_EQ(SoftValueOf("<think>a</think>4"), 0.5);
  EXPECT_EQ(SoftValueOf("<think>a</think><answer>4"), 0.75);
  EXPECT_EQ(SoftValueOf(std::string(kRight)), 1.0);
}

TEST(SoftFormatRuleTest, GivesNothingForATagTwiceOrOutOfOrder) {
  EXPECT_EQ(SoftValueOf("<think><think>a</think>4"), 0.25);
  EXPECT_EQ(SoftValueOf("</answer><answer></think><think>"), 0.25);
  EXPECT_EQ(SoftValueOf("<answer>4</answer><think>a</think>"), 0.5);
}

TEST(SoftFormatRuleTest, GivesOneToTheRightFormatOnly) {
  EXPECT_EQ(SoftValueOf("<think>a</think>So <answer>4</answer>"), 0.75);
  EXPECT_EQ(SoftValueOf("<think> </think><answer>4</answer>"), 0.75);
  EXPECT_EQ(SoftValueOf("b <think>a</think>4", false), 0.5);
}

TEST(SoftFormatRuleTest, CountsTheWantedTagsOnly) {
  EXPECT_EQ(SoftValueOf("<think>a</think>4", false), 1.0);
  EXPECT_EQ(SoftValueOf("<think>a", false), 0.5);
  EXPECT_EQ(SoftValueOf("a</think><answer>4</answer>", true, true), 1.0);
  EXPECT_DOUBLE_EQ(SoftValueOf("a</think>4", true, true), 1.0 / 3);
  EXPECT_EQ(SoftValueOf(" </think>4", false, true), 0.0);  // It has its only tag, and a fault.
}

TEST(SoftFormatRuleTest, GivesNothingToWhatWasCutOff) {
  FormatRule rule({.answer_tags = true, .soft = true});
  EXPECT_EQ(PartOf(rule, "", "<think>a</think><answer>4", Finish::kLength).value, 0.0);
}

TEST(FormatRuleTest, ReadsAMegabyteOfTags) {
  std::string text;
  while (text.size() < size_t{1} << 20) absl::StrAppend(&text, "<think>");
  EXPECT_THAT(FaultOf(text), HasSubstr("tags"));
}

}  // namespace
}  // namespace whet
