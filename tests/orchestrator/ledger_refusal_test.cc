// What the ledger refuses, and what it says when the disk is full.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orchestrator/ledger.h"
#include "tests/orchestrator/ledger_records.h"

namespace whet {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class LedgerRefusalTest : public LedgerTest {};

// Everything that RecordStep refuses: with InvalidArgument, without a trace, and for good.
class RefusedStepTest : public LedgerTest {
 protected:
  void ExpectRefused(const StepRecord& step, const std::string& why) {
    const absl::Status status = ledger_->RecordStep(step);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(status.message(), HasSubstr(why));
    EXPECT_EQ(ledger_->Flush(), status);
    EXPECT_EQ(ledger_->AddEvent({0, "started", ""}), status);
    const std::unique_ptr<LedgerReader> reader = LedgerReader::Open(Path()).value();
    EXPECT_THAT(reader->Consumed(step.step).value(), IsEmpty());
    const std::vector<StepRecord> steps = reader->Steps().value();
    for (const StepRecord& recorded : steps) EXPECT_NE(recorded.step, step.step);
  }
};

TEST_F(RefusedStepTest, WithARolloutThatIsNotThere) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 2).ok());
  ExpectRefused(StepOf(1, 0, {0, 1, 2}), TrainId(2).Text());
  // What was queued before it is there, and pending.
  EXPECT_EQ(LedgerReader::Open(Path()).value()->DispositionCounts().value()[0], 2);
}

TEST_F(RefusedStepTest, WithARolloutOfAnotherBatch) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 2).ok());
  ASSERT_TRUE(ledger_->RecordStep(StepOf(1, 0, {0})).ok());
  ExpectRefused(StepOf(2, 1, {1, 0}), TrainId(0).Text());
  EXPECT_EQ(LedgerReader::Open(Path()).value()->DispositionCounts().value()[0], 1);
}

TEST_F(RefusedStepTest, WithARolloutThatWasGivenUp) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 1).ok());
  ASSERT_TRUE(ledger_->SetDisposition({TrainId(0)}, Disposition::kStale).ok());
  ExpectRefused(StepOf(1, 0, {0}), "not pending");
}

TEST_F(RefusedStepTest, WithARolloutTwice) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 1).ok());
  ExpectRefused(StepOf(1, 0, {0, 0}), "twice");
}

TEST_F(LedgerRefusalTest, ALeaseOfAnUnknownPromptIsRefused) {
  ASSERT_TRUE(ledger_->AddLeases({TrainLease(1)}).ok());
  const absl::Status status = ledger_->Flush();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("fedcba9876543210"));
}

TEST_F(LedgerRefusalTest, ARolloutThatNoLeaseAskedForIsRefused) {
  for (const RolloutId& id : {TrainId(2), TrainId(-1), TrainId(0, 1)}) {
    Reopen();
    ASSERT_TRUE(AddGroup(ledger_.get(), 2).ok());
    ASSERT_TRUE(ledger_->AddRollout(ThreeTokens(id), "").ok());
    const absl::Status status = ledger_->Flush();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(status.message(), HasSubstr(id.Text()));
  }
}

TEST_F(LedgerRefusalTest, ARewardOfAnUnknownRolloutIsRefused) {
  ASSERT_TRUE(ledger_->AddReward(TrainId(0), OneAndAHalf(), TwoRules()).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(ledger_->Flush()));
}

TEST_F(LedgerRefusalTest, ARolloutThatIsNotWellFormedIsRefusedAtOnceAndTheLedgerGoesOn) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 1).ok());
  Rollout short_logprobs = ThreeTokens(TrainId(0));
  short_logprobs.logprobs.pop_back();
  Rollout gap = ThreeTokens(TrainId(0));
  gap.spans[1].begin = 1;
  Rollout empty_span = ThreeTokens(TrainId(0));
  empty_span.spans[1].end = 2;
  Rollout beyond = ThreeTokens(TrainId(0));
  beyond.spans[1].end = 4;
  for (const Rollout& rollout : {short_logprobs, gap, empty_span, beyond}) {
    const absl::Status status = ledger_->AddRollout(rollout, "");
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(status.message(), HasSubstr(TrainId(0).Text()));
  }
  EXPECT_TRUE(ledger_->Flush().ok());
}

TEST_F(LedgerRefusalTest, NumbersThatAreNoneAreRefusedAtOnceAndTheLedgerGoesOn) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 1).ok());
  Reward total = OneAndAHalf();
  total.total = kNan;
  Reward part = OneAndAHalf();
  part.parts[1].value = kNan;
  EXPECT_TRUE(absl::IsInvalidArgument(ledger_->AddReward(TrainId(0), total, TwoRules())));
  EXPECT_TRUE(absl::IsInvalidArgument(ledger_->AddReward(TrainId(0), part, TwoRules())));
  StepRecord step = StepOf(1, 0, {0});
  step.consumed[0].advantage = kNan;
  EXPECT_TRUE(absl::IsInvalidArgument(ledger_->RecordStep(step)));
  EXPECT_TRUE(ledger_->Flush().ok());
}

TEST_F(LedgerRefusalTest, ASecondWriterIsRefusedUntilTheFirstHasGone) {
  const absl::Status status = Ledger::Open(Path()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(status.message(), AllOf(HasSubstr(Path()), HasSubstr(absl::StrCat(getpid()))));
  EXPECT_TRUE(ledger_->Flush().ok());  // The first is not disturbed.
  ledger_.reset();
  EXPECT_TRUE(Ledger::Open(Path()).ok());
}

// Adds rollouts of 10,000 tokens until that fails or `count` are confirmed one by one.
struct Filling {
  int64_t confirmed = 0;
  absl::Status status;
};
Filling Fill(Ledger* ledger, int64_t count) {
  Filling filling;
  filling.status = AddGroup(ledger, 0);
  filling.status.Update(ledger->AddLeases({TrainLease(count, 1)}));
  const RandomKey key(1, RandomPurpose::kSample);
  for (int64_t sample = 0; sample < count && filling.status.ok(); ++sample) {
    Rollout rollout = ThreeTokens(TrainId(sample, 1));
    constexpr int64_t kTokens = 10'000;
    rollout.tokens.assign(kTokens, 1);
    rollout.logprobs.clear();
    for (uint64_t i = 0; i < kTokens; ++i) rollout.logprobs.push_back(-key.Uniform(i));
    rollout.spans = {{0, kTokens, SpanKind::kSampled, 0}};
    filling.status.Update(ledger->AddRollout(std::move(rollout), ""));
    filling.status.Update(ledger->Flush());
    if (filling.status.ok()) ++filling.confirmed;
  }
  return filling;
}

// In a child process: fills the ledger at `path` until the disk is full, and exits with how many
// rollouts were confirmed, or 99 if it does not end as it should.
[[noreturn]] void ExitAtAFullDisk(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Ledger>> ledger = Ledger::Open(path);
  const Filling filling =
      ledger.ok() ? Fill(ledger->get(), 90) : Filling{.confirmed = 99, .status = ledger.status()};
  std::fprintf(stderr, "%s\n", filling.status.ToString().c_str());
  const bool told = absl::IsResourceExhausted(filling.status);
  // From then on every call says it, one that writes nothing too.
  const bool sticky = ledger.ok() && (*ledger)->Flush() == filling.status &&
                      (*ledger)->AddEvent({0, "started", ""}) == filling.status;
  std::_Exit(told && sticky ? static_cast<int>(filling.confirmed) : 99);
}

// Whether the process ended as ExitAtAFullDisk should; keeps its count.
struct ConfirmedSome {
  int* confirmed;
  bool operator()(int status) const {
    *confirmed = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return *confirmed > 0 && *confirmed < 90;
  }
};

// A limit that no file may exceed, in place of a full disk.
[[noreturn]] void ExitAtALimit(const std::string& path) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit = {1 << 20, 1 << 20};
  setrlimit(RLIMIT_FSIZE, &limit);
  ExitAtAFullDisk(path);
}

// A file system of 1 MiB at `directory`, for this process alone; it goes with it.
[[noreturn]] void ExitAtASmallFileSystem(const std::string& directory) {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=1m") != 0) {
    std::perror("mount");
    std::_Exit(99);
  }
  ExitAtAFullDisk(absl::StrCat(directory, "/ledger.db"));
}

TEST_F(LedgerRefusalTest, AFullDiskLosesNothingThatWasConfirmed) {
  ledger_.reset();
  int confirmed = 0;
  EXPECT_EXIT(ExitAtALimit(Path()), (ConfirmedSome{&confirmed}), "ledger.db: .*make room");
  Reopen();  // There is room again: it goes on.
  EXPECT_THAT(Reader()->Rollouts(RandomPurpose::kTrain, kPromptId, 1).value(), SizeIs(confirmed));
  EXPECT_TRUE(Fill(ledger_.get(), 90).status.ok());
}

TEST_F(LedgerRefusalTest, AFullFileSystemIsResourceExhausted) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may mount a small file system";
  ledger_.reset();
  int confirmed = 0;
  EXPECT_EXIT(ExitAtASmallFileSystem(root_), (ConfirmedSome{&confirmed}), "ledger.db: .*make room");
}

}  // namespace
}  // namespace whet
