#include "cli/train_view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orchestrator/curve.h"

namespace whet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kColumnsMax = 100;

StepReport Report() {
  StepReport report = {};
  report.stats.step = 12;
  report.stats.entropy = 0.4;
  report.stats.gradient_norm = 0.5;
  report.steps = 120;
  report.batch.reward.mean = 0.25;
  report.batch.accuracy = 0.5;
  report.batch.length_mean = 8.5;
  report.batch.groups = 40;
  report.dropped_groups = 8;
  report.generating = absl::Seconds(2);
  report.sampled_tokens = 1000;
  return report;
}

TEST(TrainViewTest, AStepIsALineWithinAHundredColumns) {
  EXPECT_LE(StepHeader(false).size(), kColumnsMax);
  const std::string line = StepLine(Report(), false, absl::Seconds(61));
  EXPECT_EQ(line.size(), StepHeader(false).size());
  for (const char* const part :
       {"12/120", "0.250", "50.0%", "8.5", "0.400", "0.5000", "8/40", "500", "1:01"}) {
    EXPECT_THAT(line, HasSubstr(part));
  }
}

TEST(TrainViewTest, LargeNumbersStayWithinAHundredColumns) {
  StepReport report = Report();
  report.stats.step = 99999;
  report.steps = 99999;
  report.batch.length_mean = 65535.5;
  report.batch.groups = 1024;
  report.dropped_groups = 1000;
  report.sampled_tokens = 99999999;
  report.stats.skipped = true;
  EXPECT_LE(StepLine(report, true, absl::Hours(99)).size(), kColumnsMax);
}

TEST(TrainViewTest, WhatIsNotKnownIsADash) {
  StepReport report = Report();
  report.batch.accuracy = std::nullopt;
  report.generating = absl::ZeroDuration();
  const std::string line = StepLine(report, false, absl::ZeroDuration());
  EXPECT_THAT(line, Not(HasSubstr("%")));
  EXPECT_THAT(line, HasSubstr(" -"));
}

EvaluationReport Evaluation(int64_t step, const std::string& text, bool correct) {
  EvaluationReport report = {};
  report.step = step;
  report.metrics.questions = 1;
  report.metrics.accuracy = correct ? 1 : 0;
  report.shown = {{"What is 1 + 1?", "2", text, correct}};
  return report;
}

TEST(TrainViewTest, CompletionsStandSideBySideWithinAHundredColumns) {
  const std::string text =
      SideBySide(Evaluation(0, "3", false),
                 Evaluation(50, std::string(200, 'x') + " – één kommt zu eins: 2", true));
  EXPECT_THAT(text, HasSubstr("What is 1 + 1?   (2)"));
  EXPECT_THAT(text, HasSubstr("step 0, wrong"));
  EXPECT_THAT(text, HasSubstr("step 50, right"));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) EXPECT_LE(line.size(), 110);
}

TEST(TrainViewTest, BeforeAndAfterAreATable) {
  const std::string text = BeforeAndAfter(Evaluation(0, "3", false), Evaluation(50, "2", true));
  EXPECT_THAT(text, HasSubstr("0.0% ± 0.0"));
  EXPECT_THAT(text, HasSubstr("100.0% ± 0.0"));
}

TEST(CurveTest, DrawsOnlyWhatThereIs) {
  const std::string svg = CurveSvg({Json::Object({{"step", 1}, {"completions/mean_length", 4.5}}),
                                    Json::Object({{"step", 2}, {"completions/mean_length", 7.5}})});
  EXPECT_THAT(svg, HasSubstr("completion length"));
  EXPECT_THAT(svg, Not(HasSubstr("accuracy")));
  EXPECT_THAT(svg, HasSubstr("<polyline"));
}

TEST(CurveTest, DrawsTheShareOfTheTargetLanguage) {
  const std::string svg = CurveSvg({Json::Object({{"step", 1}, {"rewards/language/mean", 0.5}}),
                                    Json::Object({{"step", 2}, {"rewards/language/mean", 0.75}})});
  EXPECT_THAT(svg, HasSubstr("target language"));
  EXPECT_THAT(svg, HasSubstr("<polyline"));
}

}  // namespace
}  // namespace whet
