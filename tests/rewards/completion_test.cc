#include "rewards/completion.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr size_t kMegabyte = size_t{1} << 20;

Completion Parse(absl::string_view text) { return ParseCompletion(text, {}); }

Completion ParsePrefilled(absl::string_view text) {
  return ParseCompletion(text, {.thought_prefilled = true});
}

std::string Repeated(absl::string_view piece, size_t bytes) {
  std::string text;
  while (text.size() < bytes) absl::StrAppend(&text, piece);
  return text;
}

TEST(ThoughtTest, StandsBetweenItsTags) {
  const Completion completion = Parse("<think>two and two</think> 4");
  EXPECT_EQ(completion.thought, "two and two");
  EXPECT_EQ(completion.rest, " 4");
  EXPECT_EQ(completion.answer_region, " 4");
}

TEST(ThoughtTest, BeginsWithTheTextIfThePromptHasItsTag) {
  const Completion completion = ParsePrefilled("two and two</think> 4");
  EXPECT_EQ(completion.thought, "two and two");
  EXPECT_EQ(completion.answer_region, " 4");
}

TEST(ThoughtTest, BeginsWithTheTextIfOnlyItsEndIsThere) {
  EXPECT_EQ(Parse("two and two</think> 4").thought, "two and two");
}

TEST(ThoughtTest, ReachesFromTheFirstTagToTheLast) {
  const Completion completion = Parse("<think>a</think>b<think>c</think>d");
  EXPECT_EQ(completion.thought, "a</think>b<think>c");
  EXPECT_EQ(completion.rest, "d");
}

TEST(ThoughtTest, IsNotOpenedByATagBehindItsEnd) {
  const Completion completion = Parse("a</think>b<think>c");
  EXPECT_EQ(completion.thought, "a");
  EXPECT_EQ(completion.rest, "b<think>c");
}

TEST(ThoughtTest, MayBeMissing) {
  const Completion completion = Parse("4");
  EXPECT_FALSE(completion.thought.has_value());
  EXPECT_EQ(completion.rest, "4");
  EXPECT_EQ(completion.answer_region, "4");
}

TEST(ThoughtTest, ThatNeverEndsLeavesNoAnswer) {
  for (const Completion& completion :
       {Parse("<think>is it <answer>4</answer>?"), ParsePrefilled("is it \\boxed{4}?")}) {
    EXPECT_THAT(std::string(*completion.thought), HasSubstr("is it "));
    EXPECT_EQ(completion.rest, "");
    EXPECT_FALSE(completion.answer_region.has_value());
    EXPECT_EQ(completion.no_answer, "the thought never ends");
    EXPECT_THAT(completion.boxes, IsEmpty());
  }
}

TEST(TagsTest, AreListedWithTheirPlaces) {
  const Completion completion = Parse("</answer> <think>");
  ASSERT_EQ(completion.tags.size(), 2);
  EXPECT_EQ(completion.tags[0].tag, Tag::kAnswerClose);
  EXPECT_EQ(completion.tags[0].begin, 0);
  EXPECT_EQ(completion.tags[0].end, 9);
  EXPECT_EQ(completion.tags[1].tag, Tag::kThoughtOpen);
  EXPECT_EQ(completion.tags[1].begin, 10);
  EXPECT_EQ(completion.tags[1].end, 17);
}

TEST(TagsTest, AreTakenLetterByLetter) {
  EXPECT_THAT(Parse("<THINK> < think> <think > <think a=\"b\"> <thinks> <think").tags, IsEmpty());
}

TEST(TagsTest, AreFoundBehindAStrayBracket) { EXPECT_EQ(Parse("<<think>").tags.size(), 1); }

TEST(TagsTest, MayHaveOtherNames) {
  const CompletionOptions options = {.thought_tag = "reasoning", .answer_tag = "result"};
  const Completion completion =
      ParseCompletion("<reasoning>a</reasoning><result>b</result><answer>c</answer>", options);
  EXPECT_EQ(completion.thought, "a");
  EXPECT_EQ(completion.answer_region, "b");
}

TEST(AnswerRegionTest, IsWhatTheTagsEnclose) {
  EXPECT_EQ(Parse("<think>a</think> so <answer> 4 </answer>.").answer_region, " 4 ");
  EXPECT_EQ(Parse("<answer>4</answer>").answer_region, "4");
}

TEST(AnswerRegionTest, IgnoresAnswersInTheThought) {
  EXPECT_EQ(Parse("<think><answer>3</answer></think><answer>4</answer>").answer_region, "4");
  EXPECT_EQ(Parse("<think><answer>3</answer></think>4").answer_region, "4");
}

TEST(AnswerRegionTest, NeedsBothTagsOnceAndInOrder) {
  for (const absl::string_view text :
       {"<answer>3</answer><answer>4</answer>", "<answer>4", "4</answer>", "</answer>4<answer>",
        "</answer>4</answer>", "<answer>4<answer>", "<answer><answer>4</answer>",
        "<answer>4</answer></answer>"}) {
    const Completion completion = Parse(text);
    EXPECT_FALSE(completion.answer_region.has_value()) << text;
    EXPECT_THAT(std::string(completion.no_answer), HasSubstr("one <answer>")) << text;
  }
}

TEST(BoxesTest, GiveTheirContent) {
  EXPECT_THAT(Parse("It is $\\boxed{ 4 }$.").boxes, ElementsAre("4"));
  EXPECT_THAT(Parse("\\boxed {4}").boxes, ElementsAre("4"));
}

TEST(BoxesTest, AreTakenFromTheRegionOnly) {
  EXPECT_THAT(Parse("<think>\\boxed{3}</think>\\boxed{4}").boxes, ElementsAre("4"));
  EXPECT_THAT(Parse("<think>\\boxed{3}</think>I do not know").boxes, IsEmpty());
  EXPECT_THAT(Parse("\\boxed{3}<answer>\\boxed{4}</answer>\\boxed{5}").boxes, ElementsAre("4"));
}

TEST(BoxesTest, MatchTheirBraces) {
  EXPECT_THAT(Parse("\\boxed{\\frac{1}{2}}").boxes, ElementsAre("\\frac{1}{2}"));
  EXPECT_THAT(Parse("\\boxed{\\left\\{ 1 \\right.}").boxes, ElementsAre("\\left\\{ 1 \\right."));
  EXPECT_THAT(Parse("\\boxed{a{b}").boxes, IsEmpty());
  EXPECT_THAT(Parse("} \\boxed{4}").boxes, ElementsAre("4"));
}

TEST(BoxesTest, TakeTheOuterOfTwoUnlessItNeverCloses) {
  EXPECT_THAT(Parse("\\boxed{\\boxed{3} + \\boxed{4}}").boxes,
              ElementsAre("\\boxed{3} + \\boxed{4}"));
  EXPECT_THAT(Parse("\\boxed{x = \\boxed{4}").boxes, ElementsAre("4"));
}

TEST(BoxesTest, NeedABrace) {
  EXPECT_THAT(Parse("\\boxed 4, \\boxed, \\boxedx{4}, boxed{4}").boxes, IsEmpty());
}

TEST(BoxesTest, ThatRepeatAreOne) {
  EXPECT_THAT(Parse("\\boxed{4} is the answer, so I write \\boxed{4}.").boxes, ElementsAre("4"));
}

TEST(BoxesTest, ThatAreJoinedAreSeveral) {
  for (const absl::string_view joint : {", ", " and ", "$ and $", " or ", ",", ",  \\quad "}) {
    const std::string text = absl::StrCat("\\boxed{3}", joint, "\\boxed{4}");
    EXPECT_THAT(Parse(text).boxes, ElementsAre("3", "4")) << text;
    EXPECT_FALSE(Parse(text).boxes_conflict) << text;
  }
}

TEST(BoxesTest, ThatDifferAndAreNotJoinedConflict) {
  for (const absl::string_view joint :
       {"", " ", " so ", " for ", " oregon ", "           , ", " and as I said before "}) {
    const std::string text = absl::StrCat("\\boxed{3}", joint, "\\boxed{4}");
    EXPECT_THAT(Parse(text).boxes, IsEmpty()) << text;
    EXPECT_TRUE(Parse(text).boxes_conflict) << text;
  }
}

TEST(BoxesTest, ConflictIfOneJointIsMissing) {
  EXPECT_TRUE(Parse("\\boxed{3}, \\boxed{4} \\boxed{5}").boxes_conflict);
}

TEST(CodeTest, IsTheLastBlock) {
  const Completion completion =
      Parse("First:\n```python\nprint(1)\n```\nBetter:\n```python title=x\nprint(2)\n\n```\nDone.");
  ASSERT_TRUE(completion.code.has_value());
  EXPECT_EQ(completion.code->language, "python");
  EXPECT_EQ(completion.code->code, "print(2)\n\n");
}

TEST(CodeTest, MayHaveNoLanguageAndCarriageReturns) {
  const Completion completion = Parse("```\r\na\r\n```\r\n");
  ASSERT_TRUE(completion.code.has_value());
  EXPECT_EQ(completion.code->language, "");
  EXPECT_EQ(completion.code->code, "a\r\n");
}

TEST(CodeTest, EndsAtAFenceOfAtLeastAsManyTicks) {
  EXPECT_EQ(Parse("````\n```\na\n```\n````").code->code, "```\na\n```\n");
  EXPECT_EQ(Parse("```\na\n``\n  `````\n").code->code, "a\n``\n");
  EXPECT_EQ(Parse("```\na\n    ```\n```").code->code, "a\n    ```\n");  // Indented too far.
}

TEST(CodeTest, MayBeFencedByTildes) {
  EXPECT_EQ(Parse("~~~python\n```\na\n~~~\n").code->code, "```\na\n");
  EXPECT_EQ(Parse("~~~python\na\n~~~").code->language, "python");
}

TEST(CodeTest, LosesTheIndentationOfItsFence) {
  const auto source = [](const char* text) { return SourceOf(*Parse(text).code); };
  EXPECT_EQ(source("1. So:\n   ```\n   def f():\n       pass\n\n  x\n   ```"),
            "def f():\n    pass\n\nx\n");
  EXPECT_EQ(source("```\n  a\nb\n```"), "  a\nb\n");
  EXPECT_EQ(source("```\n```"), "");
}

TEST(CodeTest, IsNoneWhereTheBlockNeverEnds) {
  EXPECT_FALSE(Parse("```python\nprint(1)").code.has_value());
  EXPECT_EQ(Parse("```\na\n```\n```\nb").code->code, "a\n");
}

TEST(CodeTest, IsNoneInTheThought) {
  EXPECT_FALSE(Parse("<think>\n```\na\n```\n</think>no").code.has_value());
}

TEST(CodeTest, IsNotCodeWithinALine) {
  EXPECT_FALSE(Parse("```a```\n```b```\n").code.has_value());
  EXPECT_EQ(Parse("```a```\n```\nb\n```").code->code, "b\n");
  EXPECT_FALSE(Parse("see ```\na\n```").code.has_value());
}

// How the parser is linear: what it finds is found going forward, each byte taken at most once, so
// all that is found in a megabyte of the worst is a megabyte long at most. A parser that goes back
// would take hours here.
TEST(LinearTest, EachTagBeginsWhereTheOneBeforeEnds) {
  const std::string text = Repeated("<think>", kMegabyte);
  const Completion completion = Parse(text);
  ASSERT_EQ(completion.tags.size(), text.size() / 7);
  for (size_t i = 0; i < completion.tags.size(); ++i) {
    ASSERT_EQ(completion.tags[i].begin, 7 * i);
    ASSERT_EQ(completion.tags[i].end, 7 * i + 7);
  }
  EXPECT_EQ(completion.thought->size(), text.size() - 7);
}

TEST(LinearTest, AMegabyteOfTheWorstIsRead) {
  EXPECT_THAT(Parse(Repeated("\\boxed{", kMegabyte)).boxes, IsEmpty());
  EXPECT_THAT(Parse(Repeated("\\boxed ", kMegabyte)).boxes, IsEmpty());
  EXPECT_EQ(Parse(Repeated("\\boxed{1}", kMegabyte)).boxes.size(), 1);
  EXPECT_THAT(Parse(Repeated("{", kMegabyte)).boxes, IsEmpty());
  EXPECT_THAT(Parse(Repeated("<", kMegabyte)).tags, IsEmpty());
  EXPECT_FALSE(Parse(Repeated("```x\n", kMegabyte)).code.has_value());
  EXPECT_FALSE(Parse(Repeated("`", kMegabyte)).code.has_value());
  EXPECT_FALSE(Parse(Repeated("<answer>", kMegabyte)).answer_region.has_value());
  const std::string nested =
      Repeated("\\boxed{", kMegabyte) + std::string((kMegabyte / 7) + 1, '}');
  EXPECT_EQ(Parse(nested).boxes.size(), 1);
}

}  // namespace
}  // namespace whet
