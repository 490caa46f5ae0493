#include "orchestrator/ledger_schema.h"

#include <memory>
#include <string>

#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orchestrator/ledger.h"
#include "orchestrator/ledger_sqlite.h"
#include "tests/orchestrator/ledger_records.h"

namespace whet {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Files that are not what they should be: the writer and the reader say so alike.
class LedgerFileTest : public LedgerDirectoryTest {
 protected:
  // Runs `sql` on the file as any program could.
  void Edit(const std::string& sql) {
    const std::unique_ptr<Sqlite> database = Sqlite::Open(Path(), SqliteMode::kWrite).value();
    const absl::Status status = database->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }

  void ExpectRefused(absl::StatusCode code, const std::string& why) {
    for (const absl::Status& status :
         {Ledger::Open(Path()).status(), LedgerReader::Open(Path()).status()}) {
      EXPECT_EQ(status.code(), code) << status;
      EXPECT_THAT(status.message(), AllOf(HasSubstr(Path()), HasSubstr(why)));
    }
  }
};

TEST_F(LedgerFileTest, ANewOneHasOurVersionAndName) {
  ASSERT_TRUE(Ledger::Open(Path()).ok());
  const std::string header = ReadFile(Path()).value().substr(0, 100);
  EXPECT_EQ(header.substr(68, 4), "whet");  // Where SQLite keeps the application's id.
  const std::unique_ptr<Sqlite> database = Sqlite::Open(Path(), SqliteMode::kRead).value();
  EXPECT_EQ(ReadLedgerVersion(database.get()).value(), LedgerVersion());
}

TEST_F(LedgerFileTest, AnEmptyFileBecomesALedger) {
  ASSERT_TRUE(WriteFileAtomically(Path(), "").ok());
  EXPECT_TRUE(absl::IsNotFound(LedgerReader::Open(Path()).status()));
  EXPECT_TRUE(Ledger::Open(Path()).ok());
  EXPECT_TRUE(LedgerReader::Open(Path()).ok());
}

TEST_F(LedgerFileTest, GarbageIsDataLossAndIsNotTouched) {
  for (const std::string& garbage : {std::string("hello"), std::string(100'000, 'x')}) {
    ASSERT_TRUE(WriteFileAtomically(Path(), garbage).ok());
    ExpectRefused(absl::StatusCode::kDataLoss, "not a database");
    EXPECT_EQ(ReadFile(Path()).value(), garbage);
  }
}

TEST_F(LedgerFileTest, AnotherProgramsDatabaseIsDataLossAndIsNotTouched) {
  Edit("CREATE TABLE notes (text TEXT); PRAGMA user_version = 1");
  const std::string before = ReadFile(Path()).value();
  ExpectRefused(absl::StatusCode::kDataLoss, "no ledger of whet");
  EXPECT_EQ(ReadFile(Path()).value(), before);
}

TEST_F(LedgerFileTest, ADatabaseWithoutVersionsIsNoLedgerEither) {
  Edit("CREATE TABLE notes (text TEXT)");
  ExpectRefused(absl::StatusCode::kDataLoss, "no ledger of whet");
}

TEST_F(LedgerFileTest, ANewerVersionAsksForANewerWhet) {
  ASSERT_TRUE(Ledger::Open(Path()).ok());
  Edit("PRAGMA user_version = 99");
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "version 99");
}

TEST_F(LedgerFileTest, AMissingTableIsDataLoss) {
  ASSERT_TRUE(Ledger::Open(Path()).ok());
  Edit("DROP TABLE event");
  EXPECT_TRUE(absl::IsDataLoss(LedgerReader::Open(Path()).value()->Events().status()));
  const std::unique_ptr<Ledger> ledger = Ledger::Open(Path()).value();
  ASSERT_TRUE(ledger->AddEvent({1, "started", ""}).ok());
  EXPECT_TRUE(absl::IsDataLoss(ledger->Flush()));
}

TEST_F(LedgerFileTest, ADamagedPageIsDataLoss) {
  {
    const std::unique_ptr<Ledger> ledger = Ledger::Open(Path()).value();
    ASSERT_TRUE(AddGroup(ledger.get(), 200).ok());
  }
  std::string bytes = ReadFile(Path()).value();
  constexpr size_t kPage = 4096;
  ASSERT_GT(bytes.size(), 8 * kPage);
  for (size_t i = kPage; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
  ASSERT_TRUE(WriteFileAtomically(Path(), bytes).ok());
  const std::unique_ptr<LedgerReader> reader = LedgerReader::Open(Path()).value();
  EXPECT_TRUE(absl::IsDataLoss(reader->Rollouts(RandomPurpose::kTrain, kPromptId, 0).status()));
  const std::unique_ptr<Ledger> ledger = Ledger::Open(Path()).value();
  ASSERT_TRUE(ledger->AddPrompts({SumPrompt()}).ok());
  const absl::Status status = ledger->Flush();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr(Path()));
}

TEST_F(LedgerFileTest, ADamagedBlobIsDataLossThatNamesTheRollout) {
  {
    const std::unique_ptr<Ledger> ledger = Ledger::Open(Path()).value();
    ASSERT_TRUE(AddGroup(ledger.get(), 1).ok());
  }
  Edit("UPDATE completion SET tokens = x'0004'");
  const absl::Status status =
      LedgerReader::Open(Path()).value()->Rollouts(RandomPurpose::kTrain, kPromptId, 0).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.message(), AllOf(HasSubstr(Path()), HasSubstr(TrainId(0).Text())));
}

TEST_F(LedgerFileTest, NumbersThatMeanNothingAreDataLoss) {
  {
    const std::unique_ptr<Ledger> ledger = Ledger::Open(Path()).value();
    ASSERT_TRUE(AddGroup(ledger.get(), 1).ok());
    ASSERT_TRUE(ledger->AddReward(TrainId(0), OneAndAHalf(), TwoRules()).ok());
  }
  for (const char* edit :
       {"UPDATE rollout SET disposition = 9", "UPDATE rollout SET disposition = 0, finish = 2",
        "UPDATE rollout SET finish = 0, token_count = 4",
        "UPDATE rollout SET token_count = 3; UPDATE reward SET verdict = 8"}) {
    Edit(edit);
    EXPECT_TRUE(absl::IsDataLoss(
        LedgerReader::Open(Path()).value()->Rollouts(RandomPurpose::kTrain, kPromptId, 0).status()))
        << edit;
  }
}

TEST_F(LedgerFileTest, ALockedDatabaseIsFailedPrecondition) {
  // By a program that knows nothing of the lock which keeps other writers out.
  const std::unique_ptr<Sqlite> holder = Sqlite::Open(Path(), SqliteMode::kWrite).value();
  ASSERT_TRUE(holder->Execute("CREATE TABLE t (a); BEGIN EXCLUSIVE").ok());
  const std::unique_ptr<Sqlite> other = Sqlite::Open(Path(), SqliteMode::kWrite).value();
  ASSERT_TRUE(other->Execute("PRAGMA busy_timeout = 1").ok());
  const absl::Status status = other->Execute("INSERT INTO t VALUES (1)");
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(status.message(), AllOf(HasSubstr(Path()), HasSubstr("end that")));
}

TEST_F(LedgerFileTest, ADirectoryThatIsNotThereIsFailedPrecondition) {
  const absl::Status status = Ledger::Open(Path("none/ledger.db")).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("directory exists"));
}

TEST_F(LedgerFileTest, AFileThatMayNotBeWrittenIsFailedPrecondition) {
  ASSERT_TRUE(Ledger::Open(Path()).ok());
  EXPECT_EXIT(
      {
        chmod(Path().c_str(), 0444);
        chmod(Path("ledger.db.lock").c_str(), 0666);
        BecomeNobody();
        const absl::Status status = Ledger::Open(Path()).status();
        std::fprintf(stderr, "%s\n", status.ToString().c_str());
        std::_Exit(absl::IsFailedPrecondition(status) ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "may write");
}

TEST_F(LedgerFileTest, ADirectoryThatMayNotBeWrittenIsFailedPrecondition) {
  chmod(root_.c_str(), 0555);
  EXPECT_EXIT(
      {
        BecomeNobody();
        const absl::Status status = Ledger::Open(Path()).status();
        std::_Exit(absl::IsFailedPrecondition(status) ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST_F(LedgerFileTest, AClosedOneIsReadableInADirectoryThatMayNotBeWritten) {
  {
    const std::unique_ptr<Ledger> ledger = Ledger::Open(Path()).value();
    ASSERT_TRUE(AddGroup(ledger.get(), 2).ok());
  }
  EXPECT_EXIT(
      {
        chmod(Path().c_str(), 0444);
        chmod(root_.c_str(), 0555);
        BecomeNobody();
        const auto reader = LedgerReader::Open(Path());
        if (!reader.ok()) std::fprintf(stderr, "%s\n", reader.status().ToString().c_str());
        std::_Exit(reader.ok() && (*reader)->DispositionCounts().value()[0] == 2 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST_F(LedgerFileTest, AnyNameWillDo) {
  for (const char* name : {"a?b#c%41 d.db", ":memory:"}) {
    ASSERT_TRUE(Ledger::Open(Path(name)).ok()) << name;
    EXPECT_TRUE(LedgerReader::Open(Path(name)).ok()) << name;
    EXPECT_EQ(ReadFile(Path(name)).value().substr(0, 6), "SQLite") << name;
  }
}

}  // namespace
}  // namespace whet
