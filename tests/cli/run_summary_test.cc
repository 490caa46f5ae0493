#include "cli/run_summary.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/config.pb.h"
#include "tests/orchestrator/ledger_records.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RunSummary Finished() {
  return {.name = "r1_zero",
          .command = "train",
          .state = RunState::kFinished,
          .done = 120,
          .of = 120,
          .first_accuracy = 0.5,
          .last_accuracy = 0.975,
          .begun = absl::FromUnixSeconds(1'700'000'000),  // 2023-11-14 22:13:20 UTC
          .error = {}};
}

EventRecord Event(const std::string& kind) { return {.step = 0, .kind = kind, .message = ""}; }

TEST(RunsTableTest, HasALineARun) {
  RunSummary eval = Finished();
  eval.name = "eval";
  eval.command = "eval";
  eval.of = 800;
  eval.state = RunState::kRunning;
  RunSummary broken = Finished();
  broken.name = "broken";
  broken.command = "";
  broken.state = RunState::kUnreadable;
  broken.done = 0;
  broken.of.reset();
  broken.first_accuracy.reset();
  broken.last_accuracy.reset();
  broken.begun = absl::InfinitePast();
  broken.error = absl::DataLossError("the file is damaged");
  EXPECT_EQ(RunsTable({Finished(), eval, broken}, absl::UTCTimeZone()),
            "run      command  state        done          accuracy          begun\n"
            "r1_zero  train    finished     120/120       50.0% → 97.5%     2023-11-14 22:13\n"
            "eval     eval     running      120/800       97.5%             2023-11-14 22:13\n"
            "broken   -        unreadable   0             -                 -\n"
            "broken: the file is damaged\n");
}

TEST(RunsTableTest, AsJsonWhatIsNotKnownIsNull) {
  RunSummary run = Finished();
  EXPECT_EQ(ToJson(run).Dump(),
            R"({"run":"r1_zero","command":"train","state":"finished","done":120,"of":120,)"
            R"("first_accuracy":0.5,"last_accuracy":0.975,"begun":"2023-11-14T22:13:20.000Z"})");
  run.of.reset();
  run.last_accuracy.reset();
  EXPECT_TRUE(ToJson(run).Find("of")->is_null());
  EXPECT_TRUE(ToJson(run).Find("last_accuracy")->is_null());
}

TEST(EndOfTest, IsWhatWasRecordedLast) {
  EXPECT_EQ(EndOf({}, false), RunState::kCrashed);
  EXPECT_EQ(EndOf({Event("started")}, false), RunState::kCrashed);
  EXPECT_EQ(EndOf({Event("started"), Event("finished")}, false), RunState::kFinished);
  EXPECT_EQ(EndOf({Event("started"), Event("interrupted")}, false), RunState::kInterrupted);
  EXPECT_EQ(
      EndOf({Event("started"), Event("interrupted"), Event("resumed"), Event("differs")}, false),
      RunState::kCrashed);
  // An evaluation that is recorded is made, whatever happened then.
  EXPECT_EQ(EndOf({Event("started")}, true), RunState::kFinished);
}

TEST(StoredConfigTest, KnowsWhoseItIs) {
  config::TrainConfig train;
  train.set_steps(3);
  config::EvalConfig eval;
  eval.mutable_evaluation()->set_samples(2);
  config::SftConfig sft;
  sft.set_steps(3);
  EXPECT_EQ(ReadStoredConfig(FullConfigText(train)).command, "train");
  EXPECT_EQ(ReadStoredConfig(FullConfigText(eval)).command, "eval");
  EXPECT_EQ(ReadStoredConfig(FullConfigText(sft)).command, "sft");
  EXPECT_EQ(ReadStoredConfig("no: configuration").command, "");
  EXPECT_EQ(ReadStoredConfig("no: configuration").config, nullptr);
}

// Runs on disk.
class SummarizeTest : public LedgerDirectoryTest {
 protected:
  // A run of `steps` steps with this configuration.
  void Store(const google::protobuf::Message& config) {
    RunDirectory run = RunDirectory::Open(root_).value();
    ASSERT_TRUE(run.StoreConfig(FullConfigText(config)).ok());
  }

  void StoreTraining() {
    config::TrainConfig train;
    train.set_steps(3);
    Store(train);
  }
};

TEST_F(SummarizeTest, ATrainingRunIsAsFarAsItsLedgerSays) {
  StoreTraining();
  {
    const std::unique_ptr<Ledger> ledger = Ledger::Open(Path()).value();
    ASSERT_TRUE(ledger->AddEvent(Event("started")).ok());
    ASSERT_TRUE(AddGroup(ledger.get(), 1).ok());
    ASSERT_TRUE(ledger->RecordEvaluation({0, R"({"eval_accuracy":0.25})"}).ok());
    ASSERT_TRUE(ledger->RecordStep(StepOf(1, 0, {0})).ok());
    ASSERT_TRUE(ledger->RecordEvaluation({1, R"({"eval_accuracy":0.5})"}).ok());
    ASSERT_TRUE(ledger->AddEvent(Event("interrupted")).ok());
  }
  const RunSummary run = Summarize(root_);
  EXPECT_EQ(run.command, "train");
  EXPECT_EQ(run.state, RunState::kInterrupted);
  EXPECT_EQ(run.done, 1);
  EXPECT_EQ(run.of, 3);
  EXPECT_EQ(run.first_accuracy, 0.25);
  EXPECT_EQ(run.last_accuracy, 0.5);
}

TEST_F(SummarizeTest, OneThatIsWrittenToIsRunning) {
  StoreTraining();
  EXPECT_EQ(Summarize(root_).state, RunState::kCrashed);
  const RunDirectory writer = RunDirectory::Open(root_).value();
  EXPECT_EQ(Summarize(root_).state, RunState::kRunning);
}

TEST_F(SummarizeTest, ALedgerThatIsNoneIsToldOf) {
  StoreTraining();
  ASSERT_TRUE(WriteFileAtomically(Path(), "this is no database, though it is long enough").ok());
  const RunSummary run = Summarize(root_);
  EXPECT_EQ(run.state, RunState::kUnreadable);
  EXPECT_THAT(std::string(run.error.message()), HasSubstr("ledger.db"));
}

TEST_F(SummarizeTest, SupervisedTrainingIsAsFarAsItsCheckpoints) {
  config::SftConfig sft;
  sft.set_steps(20);
  Store(sft);
  for (const char* const name : {"step_5", "step_10", "step_x", ".step_15.tmp"}) {
    ASSERT_TRUE(MakeDirectories(absl::StrCat(root_, "/checkpoints/", name)).ok());
  }
  EXPECT_THAT(CheckpointSteps(RunPaths(root_)), ElementsAre(5, 10));
  EXPECT_EQ(Summarize(root_).done, 10);
  EXPECT_EQ(Summarize(root_).state, RunState::kUnfinished);
  ASSERT_TRUE(MakeDirectories(Path("checkpoints/step_20")).ok());
  EXPECT_EQ(Summarize(root_).state, RunState::kFinished);
}

TEST_F(SummarizeTest, AnEvaluationIsAsFarAsItsCompletions) {
  Store(config::EvalConfig());
  {
    const std::unique_ptr<Ledger> ledger = Ledger::Open(Path()).value();
    const RolloutId id = {RandomPurpose::kEvaluation, kPromptId, 0, 0};
    LeaseRecord lease = TrainLease(4);
    lease.purpose = RandomPurpose::kEvaluation;
    ASSERT_TRUE(ledger->AddPrompts({SumPrompt()}).ok());
    ASSERT_TRUE(ledger->AddLeases({lease}).ok());
    ASSERT_TRUE(ledger->AddRollout(ThreeTokens(id), "").ok());
  }
  const RunSummary run = Summarize(root_);
  EXPECT_EQ(run.done, 1);
  EXPECT_EQ(run.of, 4);
  EXPECT_EQ(run.state, RunState::kCrashed);
}

TEST_F(SummarizeTest, WhereNothingIsThereIsNoRun) {
  EXPECT_FALSE(IsRun(root_));
  const absl::Status status = OpenRunIn(root_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("there is no run at "));
}

}  // namespace
}  // namespace whet
