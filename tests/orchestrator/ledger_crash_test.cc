// The process that writes is killed at each crash point, at each pass of it; what was confirmed is
// there, what is there is consistent, and the same calls again complete it.
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orchestrator/ledger.h"
#include "orchestrator/ledger_sqlite.h"
#include "tests/orchestrator/ledger_records.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr uint64_t kProgramPrompt = 0xf000000000000001;
constexpr int kKilled = 128 + SIGKILL;  // As a shell puts it.

// Each finds nothing in a sound ledger.
constexpr const char* kFaults[] = {
    "SELECT 1 FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    "SELECT 1 FROM pragma_foreign_key_check",
    // A rollout without its tokens.
    "SELECT 1 FROM rollout LEFT JOIN completion ON rollout = id WHERE rollout IS NULL",
    // Judged, and without a row for each of the two rules; or the other way round.
    "SELECT 1 FROM rollout AS r "
    "WHERE (SELECT count(*) FROM reward WHERE rollout = r.id) <> 2 * r.judged",
    // Trained, and in no step; or the other way round.
    "SELECT 1 FROM rollout AS r "
    "WHERE (r.disposition = 1) <> EXISTS (SELECT 1 FROM step_rollout WHERE rollout = r.id)",
    // A step without its two rollouts.
    "SELECT 1 FROM step AS s WHERE (SELECT count(*) FROM step_rollout WHERE step = s.step) <> 2",
    // A checkpoint of a step that is not recorded.
    "SELECT 1 FROM checkpoint WHERE step <> 0 AND step NOT IN (SELECT step FROM step)",
};

class LedgerCrashTest : public LedgerDirectoryTest {
 protected:
  // The program's exit status, as a shell puts it.
  int RunProgram(const std::string& crash_point) {
    const std::string command = absl::StrCat("WHET_CRASH_POINT=", crash_point, " ",
                                             WHET_LEDGER_PROGRAM, " ", Path(), " ", Report());
    return WEXITSTATUS(std::system(absl::StrCat(command, "; exit $?").c_str()));
  }

  std::string Report() const { return Path("report"); }

  // What the program was told is on the disk.
  bool Confirmed(absl::string_view what) const {
    const absl::StatusOr<std::string> report = ReadFile(Report());
    if (!report.ok()) return false;
    for (const absl::string_view line : absl::StrSplit(*report, '\n')) {
      if (line == what) return true;
    }
    return false;
  }

  void ExpectSound() const {
    const std::unique_ptr<Sqlite> database = Sqlite::Open(Path(), SqliteMode::kRead).value();
    for (const char* fault : kFaults) {
      int rows = 0;
      ASSERT_TRUE(database->Prepared(fault)
                      .ForEachRow([&] {
                        ++rows;
                        return absl::OkStatus();
                      })
                      .ok())
          << fault;
      EXPECT_EQ(rows, 0) << fault;
    }
  }

  void ExpectWhatWasConfirmed() const {
    const std::unique_ptr<LedgerReader> reader = LedgerReader::Open(Path()).value();
    if (Confirmed("run")) {
      EXPECT_TRUE(reader->Run().value().has_value());
    }
    if (Confirmed("rollouts")) {
      EXPECT_THAT(reader->Rollouts(RandomPurpose::kTrain, kProgramPrompt, 0).value(), SizeIs(4));
    }
    const size_t steps = reader->Steps().value().size();
    if (Confirmed("step_1")) {
      EXPECT_GE(steps, 1);
    }
    if (Confirmed("step_2")) {
      EXPECT_EQ(steps, 2);
    }
    if (Confirmed("checkpoint")) {
      EXPECT_THAT(reader->Checkpoints().value(), SizeIs(1));
    }
  }

  // As if nothing had happened.
  void ExpectWhole() const {
    const std::unique_ptr<LedgerReader> reader = LedgerReader::Open(Path()).value();
    const std::vector<RolloutRecord> rollouts =
        reader->Rollouts(RandomPurpose::kTrain, kProgramPrompt, 0).value();
    ASSERT_THAT(rollouts, SizeIs(4));
    for (int64_t sample = 0; sample < 4; ++sample) {
      const RolloutRecord& record = rollouts[static_cast<size_t>(sample)];
      EXPECT_THAT(record.rollout.tokens, ElementsAre(7, 8, 9, static_cast<int32_t>(sample)));
      EXPECT_EQ(record.reward, 1.5);
      EXPECT_THAT(record.parts, SizeIs(2));
      EXPECT_EQ(record.disposition, Disposition::kTrained);
    }
    EXPECT_THAT(reader->Steps().value(), SizeIs(2));
    EXPECT_THAT(reader->Checkpoints().value(), SizeIs(1));
  }

  // Kills the program at the first, second … pass of `point`, each time on a ledger of its own,
  // until it lives. Returns how often it died.
  int KillAtEachPass(const std::string& point) {
    for (int pass = 1;; ++pass) {
      RemoveAll(root_).IgnoreError();
      MakeDirectories(root_).IgnoreError();
      const int status = RunProgram(absl::StrCat(point, ":", pass));
      if (status == 0) return pass - 1;
      EXPECT_EQ(status, kKilled) << point << " " << pass;
      if (status != kKilled) return pass - 1;
      // Before its first commit there is an empty ledger: that is sound, too.
      ExpectWhatWasConfirmed();
      ExpectSound();
      EXPECT_EQ(RunProgram(""), 0) << "after " << point << " " << pass;
      ExpectSound();
      ExpectWhole();
    }
  }
};

TEST_F(LedgerCrashTest, ARunThatIsNotKilledIsWhole) {
  EXPECT_EQ(RunProgram(""), 0);
  EXPECT_TRUE(Confirmed("end"));
  ExpectSound();
  ExpectWhole();
}

TEST_F(LedgerCrashTest, DyingBeforeACommitLosesNothingThatWasConfirmed) {
  // At least: the run, the rollouts, two steps, a checkpoint.
  EXPECT_GE(KillAtEachPass("ledger:before_commit"), 5);
}

TEST_F(LedgerCrashTest, DyingAfterACommitDoublesNothing) {
  EXPECT_GE(KillAtEachPass("ledger:after_commit"), 5);
}

TEST_F(LedgerCrashTest, DyingAroundTheCommitOfAStep) {
  EXPECT_EQ(KillAtEachPass("ledger:step_before_commit"), 2);
  EXPECT_EQ(KillAtEachPass("ledger:step_after_commit"), 2);
}

TEST_F(LedgerCrashTest, DyingAroundTheCommitOfACheckpoint) {
  EXPECT_EQ(KillAtEachPass("ledger:checkpoint_before_commit"), 1);
  EXPECT_EQ(KillAtEachPass("ledger:checkpoint_after_commit"), 1);
}

TEST_F(LedgerCrashTest, DyingWhileTheTablesAreMadeLeavesAnEmptyFileThatIsFilledLater) {
  EXPECT_EQ(RunProgram("ledger:migrate_before_commit"), kKilled);
  EXPECT_TRUE(absl::IsNotFound(LedgerReader::Open(Path()).status()));
  EXPECT_EQ(RunProgram(""), 0);
  ExpectWhole();
}

TEST_F(LedgerCrashTest, AStepThatDiedUncommittedLeavesItsRolloutsPending) {
  EXPECT_EQ(RunProgram("ledger:step_before_commit:2"), kKilled);
  const std::unique_ptr<LedgerReader> reader = LedgerReader::Open(Path()).value();
  // Two in step 1, two that step 2 was about to consume.
  EXPECT_EQ(reader->DispositionCounts().value()[static_cast<int>(Disposition::kTrained)], 2);
  EXPECT_EQ(reader->DispositionCounts().value()[static_cast<int>(Disposition::kPending)], 2);
}

TEST_F(LedgerCrashTest, OneProcessAtATimeWrites) {
  std::unique_ptr<Ledger> ledger = Ledger::Open(Path()).value();
  EXPECT_EQ(RunProgram(""), 1);
  EXPECT_FALSE(Confirmed("run"));
  ledger.reset();
  EXPECT_EQ(RunProgram(""), 0);
}

TEST_F(LedgerCrashTest, WhatACrashLeftIsReadableInADirectoryThatMayNotBeWritten) {
  EXPECT_EQ(RunProgram("ledger:step_after_commit:2"), kKilled);
  EXPECT_EXIT(
      {
        chmod(root_.c_str(), 0555);
        BecomeNobody();
        const auto reader = LedgerReader::Open(Path());
        std::_Exit(reader.ok() && (*reader)->Steps().value().size() == 2 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace whet
