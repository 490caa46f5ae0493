#include "cli/rescoring_text.h"

#include <memory>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Disagreement TurnedRight() {
  auto prompt = std::make_shared<Prompt>();
  prompt->question = "2+2?";
  prompt->ground_truth = "4";
  Disagreement out = {.prompt = std::move(prompt),
                      .record = {},
                      .reward = {.total = 1, .parts = {PartOf(Verdict::kCorrect, "equal")}},
                      .advantage_before = -0.5F,
                      .advantage_now = 1.5F};
  out.record.text = "four";
  out.record.judged = true;
  out.record.reward = 0.0;
  out.record.parts = {PartOf(Verdict::kWrong, "\"four\" is not \"4\"")};
  out.record.rules = {"answer"};
  return out;
}

RescoringReport OfFour() {
  RescoringReport report;
  report.rules = {"answer", "length"};
  report.groups = 2;
  report.rollouts = 4;
  report.left_out_groups = 1;
  report.reward = {.before_mean = 0.25,
                   .now_mean = 0.5,
                   .pairs = 4,
                   .difference_mean = 0.25,
                   .correlation = 0.57735};
  report.right = {.both = 1, .before_only = 0, .now_only = 1, .neither = 2};
  report.compared = {{.name = "answer",
                      .compared = 4,
                      .agreed = 3,
                      .values = report.reward,
                      .right = report.right}};
  report.rules_before_only = {"format"};
  report.rules_now_only = {"length"};
  report.advantages = AdvantageAgreement{
      .groups = 2,
      .sign_groups = 1,
      .sign_rollouts = 2,
      .stop_groups = 0,
      .begin_groups = 1,
      .advantages = {.pairs = 4, .difference_mean = 0.5, .correlation = std::nullopt}};
  report.disagreements = 1;
  report.shown = {TurnedRight()};
  return report;
}

TEST(RescoringTextTest, SaysHowFarTheyAgreeAndWhereNot) {
  EXPECT_EQ(RescoringText(OfFour()),
            "  4 completions of 2 groups; left out, since not all of theirs are there: 1 group\n"
            "  rule answer               75.0% agree, 1 of 4 differ; mean 0.2500 → 0.5000\n"
            "    right then and now      1\n"
            "    right then only         0\n"
            "    right now only          1\n"
            "    right neither time      2\n"
            "  rules then only           format\n"
            "  rules now only            length\n"
            "  reward                    mean 0.2500 → 0.5000, correlation 0.5774\n"
            "  advantages                no correlation, mean difference 0.5000\n"
            "    change their sign       2 of 4, in 1 of 2 groups\n"
            "    groups stop teaching    0\n"
            "    groups begin teaching   1\n"
            "  disagreements             1\n"
            "\n"
            "── sample/0000000000000000/0/0: reward 0, pending, 0 tokens\n"
            "  2+2?\n"
            "  (4)\n"
            "  │ four\n"
            "  answer  0  WRONG  \"four\" is not \"4\"\n"
            "  rescored: reward 1\n"
            "  answer  1  CORRECT  equal\n"
            "  advantage -0.5000 → 1.5000\n");
}

TEST(RescoringTextTest, AnswersOfRulesWithOtherNamesAreCounted) {
  RescoringReport report = OfFour();
  report.compared.clear();
  EXPECT_THAT(RescoringText(report),
              HasSubstr("  answers                   by the first verdict of either\n"
                        "    right then and now      1\n"));
}

TEST(RescoringTextTest, TellsWhatCouldNotBeJudgedOrCompared) {
  EXPECT_THAT(RescoringText(OfFour()), Not(HasSubstr("judged")));
  RescoringReport report = OfFour();
  report.excluded_now = 3;
  report.excluded_because = "rule answer: FAULT, gone";
  report.unjudged_before = 2;
  EXPECT_THAT(RescoringText(report),
              HasSubstr("  could not be judged       0 → 3; now the first: rule answer: FAULT, "
                        "gone\n"
                        "  not judged then           2\n"));
}

TEST(RescoringTextTest, AsJsonItHasTheSame) {
  const std::string json = ToJson(OfFour()).Dump();
  EXPECT_THAT(json, HasSubstr(R"("compared":[{"before_mean":0.25,"now_mean":0.5,"pairs":4,)"
                              R"("difference_mean":0.25,"correlation":0.57735,"rule":"answer",)"
                              R"("compared":4,"agreed":3,"right":{"both":1,"before_only":0,)"
                              R"("now_only":1,"neither":2}}])"));
  EXPECT_THAT(json, HasSubstr(R"("correlation":null,"groups":2,"sign_groups":1,)"
                              R"("sign_completions":2,"stop_groups":0,"begin_groups":1})"));
  EXPECT_THAT(json, HasSubstr(R"("advantage":{"before":-0.5,"now":1.5}}])"));
}

}  // namespace
}  // namespace whet
