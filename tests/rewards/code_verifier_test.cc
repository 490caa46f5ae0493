#include "rewards/code/code_verifier.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rewards/code/code_rule.h"
#include "tests/fakes/fake_executor.h"

namespace whet {
namespace {

using sandbox::Ending;
using sandbox::FakeExecutor;
using sandbox::Invocation;
using sandbox::Program;
using sandbox::Report;
using ::testing::HasSubstr;

// Tests whose input is "0", "1" …, and whose output is to be the same.
CodeTask EchoTask(int count) {
  StdinTests tests;
  for (int i = 0; i < count; ++i) tests.tests.push_back({std::to_string(i), std::to_string(i)});
  CodeTask task;
  task.tests = std::move(tests);
  return task;
}

Report Printing(const std::string& output) {
  Report report;
  report.output = output;
  return report;
}

Report EndingAs(Ending ending) {
  Report report;
  report.ending = ending;
  report.wall = absl::Seconds(5);
  return report;
}

CodeJudgement Judge(FakeExecutor* executor, const CodeTask& task,
                    CodeScoring scoring = CodeScoring::kAll) {
  return CodeVerifier(executor, {.scoring = scoring}).Judge(task, "", "program");
}

// Echoes, but for one input.
FakeExecutor EchoBut(const std::string& input, const Report& other) {
  return FakeExecutor([=](const Program&, const Invocation& run) {
    return run.input == input ? other : Printing(run.input);
  });
}

TEST(CodeVerifierTest, IsCorrectIfAllTestsPass) {
  FakeExecutor executor = EchoBut("", {});
  const CodeJudgement judgement = Judge(&executor, EchoTask(3));
  EXPECT_EQ(judgement.verdict, Verdict::kCorrect);
  EXPECT_EQ(judgement.reward, 1.0);
  EXPECT_EQ(judgement.passed, 3);
}

TEST(CodeVerifierTest, StopsAtTheFirstFailure) {
  FakeExecutor executor = EchoBut("1", Printing("x"));
  const CodeJudgement judgement = Judge(&executor, EchoTask(10));
  EXPECT_EQ(judgement.verdict, Verdict::kWrong);
  EXPECT_EQ(judgement.reward, 0.0);
  EXPECT_EQ(judgement.message, "test 2 of 10: line 1: expected \"1\", got \"x\"");
  EXPECT_EQ(executor.runs().size(), 2);
}

TEST(CodeVerifierTest, RunsAllTestsForAFraction) {
  FakeExecutor executor = EchoBut("1", Printing("x"));
  const CodeJudgement judgement = Judge(&executor, EchoTask(4), CodeScoring::kFraction);
  EXPECT_EQ(judgement.reward, 0.75);
  EXPECT_EQ(judgement.verdict, Verdict::kWrong);
  EXPECT_EQ(executor.runs().size(), 4);
}

TEST(CodeVerifierTest, WantsAGoodEndingWhateverWasPrinted) {
  Report report = EndingAs(Ending::kFailed);
  report.output = "0";
  report.exit_status = 3;
  report.error_output = "Traceback\nValueError: no\n";
  FakeExecutor executor = EchoBut("0", report);
  EXPECT_EQ(Judge(&executor, EchoTask(1)).message,
            "test 1 of 1: exit status 3, \"ValueError: no\"");
}

TEST(CodeVerifierTest, TellsTimeFromOtherLimits) {
  FakeExecutor slow = EchoBut("0", EndingAs(Ending::kCpuLimit));
  EXPECT_EQ(Judge(&slow, EchoTask(1)).verdict, Verdict::kTimeout);
  FakeExecutor asleep = EchoBut("0", EndingAs(Ending::kWallLimit));
  EXPECT_EQ(Judge(&asleep, EchoTask(1)).verdict, Verdict::kTimeout);
  FakeExecutor large = EchoBut("0", EndingAs(Ending::kMemoryLimit));
  EXPECT_EQ(Judge(&large, EchoTask(1)).verdict, Verdict::kWrong);
  FakeExecutor broken = EchoBut("0", EndingAs(Ending::kCompileError));
  EXPECT_EQ(Judge(&broken, EchoTask(1)).verdict, Verdict::kUnparseableAnswer);
}

TEST(CodeVerifierTest, DoesNotJudgeWhatTheMachineFailed) {
  FakeExecutor executor([](const Program&, const Invocation&) {
    return absl::InternalError("no memory for a jail");
  });
  const CodeJudgement judgement = Judge(&executor, EchoTask(2));
  EXPECT_EQ(judgement.verdict, Verdict::kFault);
  EXPECT_THAT(judgement.message, HasSubstr("no memory for a jail"));
}

Report KeptWaiting() {
  Report report = EndingAs(Ending::kWallLimit);
  report.stalled = absl::Seconds(4);
  return report;
}

TEST(CodeVerifierTest, RunsAgainWhoWasKeptWaiting) {
  FakeExecutor executor([](const Program&, const Invocation& run) {
    const bool patient = run.limits.wall > absl::Seconds(10);
    return run.input == "0" && !patient ? KeptWaiting() : Printing(run.input);
  });
  const CodeJudgement judgement = Judge(&executor, EchoTask(3));
  EXPECT_EQ(judgement.verdict, Verdict::kCorrect);
  EXPECT_EQ(judgement.passed, 3);
  EXPECT_EQ(executor.runs().size(), 4);
}

TEST(CodeVerifierTest, BlamesTheMachineThatIsSlowAgain) {
  FakeExecutor executor = EchoBut("0", KeptWaiting());
  EXPECT_EQ(Judge(&executor, EchoTask(1)).verdict, Verdict::kFault);
}

TEST(CodeVerifierTest, GrantsWhatATaskAsksForUpToTenTimes) {
  FakeExecutor executor = EchoBut("", {});
  CodeTask task = EchoTask(1);
  task.time_limit = absl::Seconds(4);
  Judge(&executor, task);
  EXPECT_EQ(executor.runs().back().limits.cpu, absl::Seconds(4));
  EXPECT_EQ(executor.runs().back().limits.wall, absl::Seconds(10));
  task.time_limit = absl::Seconds(4000);
  Judge(&executor, task);
  EXPECT_EQ(executor.runs().back().limits.cpu, absl::Seconds(20));
}

TEST(CodeVerifierTest, ExpectedOutputsNeverEnterAJail) {
  FakeExecutor executor = EchoBut("", {});
  CodeTask task;
  task.tests = StdinTests{{}, {{"in", "secret"}}};
  Judge(&executor, task);
  task.tests = CallTests{"f", std::nullopt, {{"[1]", {"\"secret\""}}}};
  Judge(&executor, task);
  for (const Invocation& run : executor.runs()) {
    EXPECT_EQ(run.input.find("secret"), std::string::npos);
    for (const sandbox::File& file : run.files) {
      EXPECT_EQ(file.bytes.find("secret"), std::string::npos);
    }
  }
}

TEST(CodeVerifierTest, ClaimsAreCompared) {
  FakeExecutor executor([](const Program&, const Invocation&) { return Printing("1.0"); });
  CodeTask task;
  task.tests = CallTests{"f", std::nullopt, {{"[1]", {"1"}}}};
  EXPECT_EQ(Judge(&executor, task).verdict, Verdict::kWrong);
  task.tests = CallTests{"f", std::nullopt, {{"[1]", {"2", "1.0"}}}};
  EXPECT_EQ(Judge(&executor, task).verdict, Verdict::kCorrect);
}

TEST(CodeVerifierTest, ACheckerProgramJudgesOutputs) {
  FakeExecutor executor([](const Program& program, const Invocation& run) {
    if (program.source != "checker") return Printing("out");
    Report report;
    EXPECT_EQ(run.files.size(), 3);
    report.ending = run.files[2].bytes == "good" ? Ending::kOk : Ending::kFailed;
    report.exit_status = run.files[2].bytes == "bad" ? 1 : 3;
    return report;
  });
  const auto verdict = [&executor](const std::string& answer) {
    CodeTask task;
    task.tests = StdinTests{ProgramChecker{"cpp", "checker"}, {{"in", answer}}};
    return Judge(&executor, task).verdict;
  };
  EXPECT_EQ(verdict("good"), Verdict::kCorrect);
  EXPECT_EQ(verdict("bad"), Verdict::kWrong);
  EXPECT_EQ(verdict("broken"), Verdict::kUnparseableGold);
}

RewardPart Score(FakeExecutor* executor, const std::string& ground_truth, const std::string& text) {
  CodeRule rule(std::shared_ptr<sandbox::Executor>(executor, [](sandbox::Executor*) {}), {});
  Prompt prompt = {};
  prompt.ground_truth = ground_truth;
  const Rollout rollout = {};
  const Completion completion = ParseCompletion(text, {});
  const std::vector<ScoreInput> inputs = {{prompt, rollout, completion, {}}};
  return rule.Score(inputs).value().front();
}

constexpr char kEcho[] = R"({"inputs": ["1"], "outputs": ["1"]})";

TEST(CodeRuleTest, JudgesTheLastFencedBlock) {
  FakeExecutor executor([](const Program& program, const Invocation& run) {
    EXPECT_EQ(program.language, "cpp");
    EXPECT_EQ(program.source, "int x;\n");
    return Printing(run.input);
  });
  const RewardPart part = Score(&executor, kEcho, "```\nno\n```\nor\n```c++\nint x;\n```\n");
  EXPECT_EQ(part.verdict, Verdict::kCorrect);
  EXPECT_EQ(part.value, 1.0);
}

TEST(CodeRuleTest, WithoutABlockThereIsNoAnswer) {
  FakeExecutor executor = EchoBut("", {});
  const RewardPart part = Score(&executor, kEcho, "print(1)");
  EXPECT_EQ(part.verdict, Verdict::kNoAnswer);
  EXPECT_EQ(part.value, 0.0);
  EXPECT_TRUE(executor.runs().empty());
}

TEST(CodeRuleTest, WhatCannotBeReadAsATaskGivesNoReward) {
  FakeExecutor executor = EchoBut("", {});
  const RewardPart part = Score(&executor, R"({"inputs": [], "outputs": []})", "```\nx\n```\n");
  EXPECT_EQ(part.verdict, Verdict::kUnparseableGold);
  EXPECT_FALSE(part.value.has_value());
}

}  // namespace
}  // namespace whet
