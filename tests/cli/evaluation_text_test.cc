#include "cli/evaluation_text.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

EvaluationMetrics FourOfEach() {
  EvaluationMetrics metrics = {};
  metrics.questions = 200;
  metrics.samples = 4;
  metrics.accuracy = 0.5025;
  metrics.accuracy_error = 0.0276;
  metrics.pass_at = {{1, 0.5025}, {2, 0.6333}, {4, 0.775}};
  metrics.consensus = 0.52;
  metrics.batch.rollouts = 800;
  metrics.batch.accuracy = 0.5025;
  metrics.batch.length_mean = 4.87;
  metrics.batch.length_min = 4;
  metrics.batch.length_max = 11;
  metrics.batch.clipped_ratio = 0.01;
  metrics.batch.thought_share = 0.125;
  metrics.batch.reward = {.mean = 0.5, .deviation = 0.5};
  metrics.batch.rules = {{.name = "answer", .value = {0.5025, 0.5}, .count = 800},
                         {.name = "format", .value = {0.1237, 0.3}, .count = 800}};
  return metrics;
}

TEST(EvaluationTableTest, HasALineForEachNumber) {
  EXPECT_EQ(EvaluationTable(FourOfEach()),
            "  200 prompts, 4 completions of each\n"
            "  accuracy (avg@4)          50.2% ± 2.8\n"
            "  pass@1                    50.2%\n"
            "  pass@2                    63.3%\n"
            "  pass@4                    77.5%\n"
            "  majority (cons@4)         52.0%\n"
            "  completion length         4.9 tokens, 4 to 11, 1.0% cut off\n"
            "  format                    12.4%\n"
            "  with a thought            12.5%\n"
            "  reward                    0.5000\n"
            "    rule answer             0.5025\n"
            "    rule format             0.1237\n");
}

TEST(EvaluationTableTest, SaysHowManyCouldNotBeJudgedAndWhy) {
  EvaluationMetrics metrics = FourOfEach();
  metrics.batch.excluded = 3;
  metrics.batch.excluded_because = "rule answer: FAULT, gone";
  EXPECT_THAT(EvaluationTable(metrics),
              HasSubstr("could not be judged       3 of 800; the first: rule answer: FAULT, gone"));
}

TEST(EvaluationTableTest, WithoutVerdictsNothingIsCalledRight) {
  EvaluationMetrics metrics = FourOfEach();
  metrics.batch.accuracy.reset();
  metrics.batch.rules[0].count = 0;
  const std::string table = EvaluationTable(metrics);
  EXPECT_THAT(table, Not(HasSubstr("accuracy")));
  EXPECT_THAT(table, Not(HasSubstr("pass@")));
  EXPECT_THAT(table, HasSubstr("    rule answer             -\n"));
}

TEST(EvaluationTableTest, WithoutARuleForTheFormatThereIsNoRate) {
  EvaluationMetrics metrics = FourOfEach();
  metrics.batch.rules.pop_back();
  EXPECT_THAT(EvaluationTable(metrics), Not(HasSubstr("format")));
}

}  // namespace
}  // namespace whet
