// Rescorings in the ledger, and ledgers of the version before there were any.
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orchestrator/ledger.h"
#include "orchestrator/ledger_schema.h"
#include "orchestrator/ledger_sqlite.h"
#include "tests/orchestrator/ledger_records.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RescoringRecord Begun(const std::string& rules) {
  RescoringRecord record;
  record.rules = rules;
  record.judged = "train";
  record.version = "whet 1";
  return record;
}

Reward Wrong() {
  return {.total = std::nullopt,
          .parts = {{0.0, Verdict::kWrong, "other"}, {std::nullopt, Verdict::kFault, "gone"}}};
}

class LedgerRescoringTest : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    ASSERT_TRUE(AddGroup(ledger_.get(), 2).ok());
    ASSERT_TRUE(ledger_->AddReward(TrainId(0), OneAndAHalf(), TwoRules()).ok());
  }
};

TEST_F(LedgerRescoringTest, WhatItGaveStandsBesideWhatTheRunWasGiven) {
  const absl::Time before = absl::Now();
  const int64_t id = ledger_->BeginRescoring(Begun("rewards {}")).value();
  ASSERT_TRUE(ledger_->AddRescored(id, TrainId(0), Wrong(), TwoRules()).ok());
  ASSERT_TRUE(ledger_->FinishRescoring(id).ok());
  const std::unique_ptr<LedgerReader> reader = Reader();
  const std::vector<RescoringRecord> rescorings = reader->Rescorings().value();
  ASSERT_THAT(rescorings, SizeIs(1));
  EXPECT_EQ(rescorings[0].id, 1);
  EXPECT_EQ(rescorings[0].rules, "rewards {}");
  EXPECT_EQ(rescorings[0].judged, "train");
  EXPECT_EQ(rescorings[0].version, "whet 1");
  EXPECT_EQ(rescorings[0].rollouts, 1);
  EXPECT_TRUE(rescorings[0].finished);
  EXPECT_GE(rescorings[0].time, before - absl::Milliseconds(2));  // SQLite's clock has these.
  const std::optional<RescoredRecord> rescored = reader->FindRescored(1, TrainId(0)).value();
  ASSERT_TRUE(rescored.has_value());
  EXPECT_EQ(rescored->reward.total, std::nullopt);
  EXPECT_THAT(rescored->rules, ElementsAre("accuracy", "format"));
  ASSERT_THAT(rescored->reward.parts, SizeIs(2));
  EXPECT_EQ(rescored->reward.parts[0].value, 0.0);
  EXPECT_EQ(rescored->reward.parts[0].verdict, Verdict::kWrong);
  EXPECT_EQ(rescored->reward.parts[0].message, "other");
  EXPECT_EQ(rescored->reward.parts[1].value, std::nullopt);
  EXPECT_EQ(reader->FindRescored(1, TrainId(1)).value(), std::nullopt);
  const std::vector<RolloutRecord> rollouts = TrainRollouts();
  EXPECT_EQ(rollouts[0].reward, 1.5);
  EXPECT_EQ(rollouts[0].parts[0].verdict, Verdict::kCorrect);
}

TEST_F(LedgerRescoringTest, EachIsOneOfItsOwnAndUnfinishedUntilItIsSaid) {
  ASSERT_EQ(ledger_->BeginRescoring(Begun("a")).value(), 1);
  ASSERT_EQ(ledger_->BeginRescoring(Begun("a")).value(), 2);
  ASSERT_TRUE(ledger_->AddRescored(2, TrainId(0), Wrong(), TwoRules()).ok());
  ASSERT_TRUE(ledger_->FinishRescoring(2).ok());
  const std::vector<RescoringRecord> rescorings = Reader()->Rescorings().value();
  ASSERT_THAT(rescorings, SizeIs(2));
  EXPECT_FALSE(rescorings[0].finished);
  EXPECT_TRUE(rescorings[1].finished);
  EXPECT_EQ(Reader()->FindRescored(1, TrainId(0)).value(), std::nullopt);
}

TEST_F(LedgerRescoringTest, WhatIsAddedTwiceKeepsTheFirst) {
  ASSERT_TRUE(ledger_->BeginRescoring(Begun("a")).ok());
  ASSERT_TRUE(ledger_->AddRescored(1, TrainId(0), OneAndAHalf(), TwoRules()).ok());
  ASSERT_TRUE(ledger_->AddRescored(1, TrainId(0), Wrong(), TwoRules()).ok());
  EXPECT_EQ(Reader()->FindRescored(1, TrainId(0)).value()->reward.total, 1.5);
}

TEST_F(LedgerRescoringTest, OfWhatIsNotThereIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(ledger_->FinishRescoring(1)));
  Reopen();
  ASSERT_TRUE(ledger_->AddRescored(1, TrainId(0), Wrong(), TwoRules()).ok());
  EXPECT_THAT(ledger_->Flush().message(), HasSubstr("rescoring 1 is not in the ledger"));
  Reopen();
  ASSERT_TRUE(ledger_->BeginRescoring(Begun("a")).ok());
  ASSERT_TRUE(ledger_->AddRescored(1, TrainId(7), Wrong(), TwoRules()).ok());
  EXPECT_THAT(ledger_->Flush().message(), HasSubstr(TrainId(7).Text()));
}

TEST_F(LedgerRescoringTest, NumbersThatAreNoneAreRefusedAtOnce) {
  ASSERT_TRUE(ledger_->BeginRescoring(Begun("a")).ok());
  Reward nan = Wrong();
  nan.parts[0].value = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(absl::IsInvalidArgument(ledger_->AddRescored(1, TrainId(0), nan, TwoRules())));
  EXPECT_TRUE(ledger_->Flush().ok());
}

// As a whet wrote it that knew no rescorings.
class OlderLedgerTest : public LedgerRescoringTest {
 protected:
  void SetUp() override {
    LedgerRescoringTest::SetUp();
    ledger_.reset();
    const std::unique_ptr<Sqlite> database = Sqlite::Open(Path(), SqliteMode::kWrite).value();
    ASSERT_TRUE(database
                    ->Execute("DROP TABLE rescored_part; DROP TABLE rescored; "
                              "DROP TABLE rescoring; PRAGMA user_version = 1")
                    .ok());
  }
};

TEST_F(OlderLedgerTest, IsReadAsItIs) {
  const std::unique_ptr<LedgerReader> reader = LedgerReader::Open(Path()).value();
  const std::vector<RolloutRecord> rollouts =
      reader->Rollouts(RandomPurpose::kTrain, kPromptId, 0).value();
  ASSERT_THAT(rollouts, SizeIs(2));
  EXPECT_EQ(rollouts[0].reward, 1.5);
  EXPECT_THAT(reader->Rescorings().value(), IsEmpty());
  EXPECT_EQ(reader->FindRescored(1, TrainId(0)).value(), std::nullopt);
  // Nothing was written to it.
  const std::unique_ptr<Sqlite> database = Sqlite::Open(Path(), SqliteMode::kRead).value();
  EXPECT_EQ(ReadLedgerVersion(database.get()).value(), 1);
}

TEST_F(OlderLedgerTest, IsBroughtUpToDateByAWriterAndKeepsWhatItHas) {
  const std::unique_ptr<LedgerReader> open_before = LedgerReader::Open(Path()).value();
  ASSERT_THAT(open_before->Rescorings().value(), IsEmpty());
  Reopen();
  ASSERT_TRUE(ledger_->BeginRescoring(Begun("a")).ok());
  ASSERT_TRUE(ledger_->AddRescored(1, TrainId(0), Wrong(), TwoRules()).ok());
  EXPECT_EQ(TrainRollouts()[0].reward, 1.5);
  EXPECT_THAT(Reader()->Rescorings().value(), SizeIs(1));
  EXPECT_THAT(open_before->Rescorings().value(), SizeIs(1));
  EXPECT_TRUE(open_before->FindRescored(1, TrainId(0)).value().has_value());
}

}  // namespace
}  // namespace whet
