#include "cli/run_report.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunReport AfterTwoSteps() {
  return {.directory = "runs/r1",
          .summary = {.name = "r1",
                      .command = "train",
                      .state = RunState::kCrashed,
                      .done = 2,
                      .of = 3,
                      .first_accuracy = 0.25,
                      .last_accuracy = 0.25,
                      .begun = absl::FromUnixSeconds(1'700'000'000),
                      .error = {}},
          .config_lines = "model      base\n",
          .config = "steps: 3\n",
          .record = RunRecord{.config = "steps: 3\n", .machine = "avx2", .version = "whet 1"},
          .last_step = Json::Object({{"step", 2}, {"loss", 0.5}, {"reward", 0.75}, {"other", 1}}),
          .dispositions = {0, 12, 4, 0, 0, 0, 0, 0, 2},
          .checkpoints = {"checkpoints/step_2"},
          .evaluations = {Json::Object({{"step", 0},
                                        {"eval_accuracy", 0.25},
                                        {"eval_accuracy_stderr", 0.1},
                                        {"eval_completions/mean_length", 4.5},
                                        {"eval_thought_share", 0.5}})},
          .events = {{.step = 0,
                      .kind = "started",
                      .message = "",
                      .time = absl::FromUnixSeconds(1'700'000'000)},
                     {.step = 2,
                      .kind = "differs",
                      .message = "why",
                      .time = absl::FromUnixSeconds(1'700'000'005)}}};
}

TEST(RunReportTest, SaysWhatHowFarAndHowGood) {
  EXPECT_EQ(ReportText(AfterTwoSteps(), absl::UTCTimeZone()),
            "run        runs/r1: train, crashed, 2 of 3 steps\n"
            "model      base\n"
            "machine    avx2\n"
            "version    whet 1\n"
            "ledger     12 trained, 4 equal_group, 2 evaluated\n"
            "checkpoint checkpoints/step_2\n"
            "\n"
            "last step  2\n"
            "  reward 0.75   loss 0.5\n"
            "\n"
            "evaluations\n"
            "  step 0      accuracy  25.0% ± 10.0   length 4.5   with a thought 50.0%\n"
            "\n"
            "events\n"
            "  2023-11-14 22:13:20  step 0  started\n"
            "  2023-11-14 22:13:25  step 2  differs: why\n");
}

TEST(RunReportTest, OfSupervisedTrainingThereAreCheckpointsAlone) {
  RunReport report = AfterTwoSteps();
  report.record.reset();
  report.last_step.reset();
  report.dispositions.clear();
  report.evaluations.clear();
  report.events.clear();
  EXPECT_EQ(ReportText(report, absl::UTCTimeZone()),
            "run        runs/r1: train, crashed, 2 of 3 steps\n"
            "model      base\n"
            "checkpoint checkpoints/step_2\n");
}

TEST(RunReportTest, OfManyEventsTheLastAreShown) {
  RunReport report = AfterTwoSteps();
  report.events.resize(25, report.events[0]);
  report.events[24].kind = "finished";
  const std::string text = ReportText(report, absl::UTCTimeZone());
  EXPECT_THAT(text, HasSubstr("  … 5 earlier ones\n"));
  EXPECT_THAT(text, HasSubstr("finished"));
  EXPECT_THAT(text, Not(HasSubstr("differs")));
}

TEST(RunReportTest, AsJsonItHasAllNumbersOfTheLastStep) {
  const Json json = ToJson(AfterTwoSteps());
  EXPECT_EQ(json.Find("last_step")->GetInt("other").value(), 1);
  EXPECT_EQ(json.Find("dispositions")->GetInt("equal_group").value(), 4);
  EXPECT_EQ(json.GetString("state").value(), "crashed");
  EXPECT_EQ(json.GetString("config").value(), "steps: 3\n");
  EXPECT_EQ(json.GetElements("events").value()[1].GetString("message").value(), "why");
}

TEST(RunReportTest, ListsRescorings) {
  RunReport report = AfterTwoSteps();
  report.rescorings = {{.id = 1,
                        .time = absl::FromUnixSeconds(1'700'000'009),
                        .rules = "rewards { answer {} }",
                        .judged = "train, batch 3",
                        .version = "whet 1",
                        .finished = false,
                        .rollouts = 48}};
  EXPECT_THAT(ReportText(report, absl::UTCTimeZone()),
              HasSubstr("\nrescorings\n"
                        "  2023-11-14 22:13:29  1: train, batch 3, 48 completions, unfinished\n"));
  EXPECT_THAT(ToJson(report).Dump(),
              HasSubstr(R"("rescorings":[{"rescoring":1,"time":"2023-11-14T22:13:29.000Z",)"
                        R"("judged":"train, batch 3","completions":48,"finished":false,)"
                        R"("rules":"rewards { answer {} }","version":"whet 1"}])"));
}

}  // namespace
}  // namespace whet
