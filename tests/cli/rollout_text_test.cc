#include "cli/rollout_text.h"

#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

ExplainedRollout WrongAnswer() {
  return {.prompt = {.id = 0xC0FFEE,
                     .question = "2+2?",
                     .text = "Q: 2+2?",
                     .tokens = {},
                     .ground_truth = "4",
                     .data_source = "",
                     .extra = "{}"},
          .record = {.rollout = {.id = {RandomPurpose::kTrain, 0xC0FFEE, 1, 2},
                                 .tokens = {1, 2, 3},
                                 .logprobs = {0, 0, 0},
                                 .spans = {{0, 3, SpanKind::kSampled, 0}},
                                 .finish = Finish::kLength},
                     .text = "<think>\n5",
                     .reward = 0.25,
                     .judged = true,
                     .parts = {{0.0, Verdict::kNoAnswer, "the thought never ends"},
                               {0.5, std::nullopt, ""}},
                     .disposition = Disposition::kTrained,
                     .rules = {"answer", "f"}}};
}

TEST(RolloutTextTest, SaysWhatWasAskedAnsweredAndGivenAndWhy) {
  EXPECT_EQ(RolloutText(WrongAnswer()),
            "── train/0000000000c0ffee/1/2: reward 0.25, trained, 3 tokens, cut off\n"
            "  2+2?\n"
            "  (4)\n"
            "  │ <think>\n"
            "  │ 5\n"
            "  answer  0  NO_ANSWER  the thought never ends\n"
            "  f       0.5\n");
}

TEST(RolloutTextTest, AnAbsentRewardIsNotZero) {
  ExplainedRollout rollout = WrongAnswer();
  rollout.record.reward.reset();
  rollout.record.parts[0] = {std::nullopt, Verdict::kFault, "gone"};
  EXPECT_THAT(RolloutText(rollout), HasSubstr(": no reward: it could not be judged, trained"));
  EXPECT_THAT(RolloutText(rollout), HasSubstr("  answer  -  FAULT  gone\n"));
  EXPECT_TRUE(ToJson(rollout).Find("reward")->is_null());
  rollout.record.judged = false;
  EXPECT_THAT(RolloutText(rollout), HasSubstr(": not judged yet, "));
}

TEST(RolloutTextTest, AsJsonItHasTheSame) {
  EXPECT_EQ(ToJson(WrongAnswer()).Dump(),
            R"({"id":"train/0000000000c0ffee/1/2","prompt":"2+2?","ground_truth":"4",)"
            R"("completion":"<think>\n5","tokens":3,"finish":"length","judged":true,)"
            R"("reward":0.25,"disposition":"trained","rules":[)"
            R"({"rule":"answer","value":0.0,"verdict":"NO_ANSWER",)"
            R"("message":"the thought never ends"},)"
            R"({"rule":"f","value":0.5,"verdict":null,"message":""}]})");
}

TEST(RolloutTextTest, WhatARescoringGaveStandsBelow) {
  ExplainedRollout rollout = WrongAnswer();
  rollout.rescored = RescoredRecord{
      .reward = {.total = std::nullopt, .parts = {{std::nullopt, Verdict::kFault, "gone"}}},
      .rules = {"math"}};
  EXPECT_THAT(RolloutText(rollout), HasSubstr("  f       0.5\n"
                                              "  rescored: no reward: it could not be judged\n"
                                              "  math  -  FAULT  gone\n"));
  EXPECT_THAT(ToJson(rollout).Dump(),
              HasSubstr(R"("rescored":{"reward":null,"rules":[{"rule":"math","value":null,)"));
}

TEST(PrintableTest, KeepsTextAndTakesWhatATerminalWouldObey) {
  EXPECT_EQ(Printable("a\tb\nc √"), "a\tb\nc √");
  EXPECT_EQ(Printable("\x1b[2J"), "\xEF\xBF\xBD[2J");
  EXPECT_EQ(Printable("\xC2\x9B"), "\xEF\xBF\xBD");  // U+009B, which begins a command too.
  EXPECT_EQ(Printable("\xFF\r"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(Printable(""), "");
}

}  // namespace
}  // namespace whet
