// Small records for the tests of the ledger, and a place for its file.
#ifndef WHET_TESTS_ORCHESTRATOR_LEDGER_RECORDS_H_
#define WHET_TESTS_ORCHESTRATOR_LEDGER_RECORDS_H_

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gtest/gtest.h"
#include "orchestrator/ledger.h"

namespace whet {

// An empty directory for each test, which everybody may read.
class LedgerDirectoryTest : public ::testing::Test {
 protected:
  LedgerDirectoryTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/ledger_XXXXXX");
    root_ = mkdtemp(pattern.data());
    chmod(root_.c_str(), 0755);
  }
  ~LedgerDirectoryTest() override {
    chmod(root_.c_str(), 0755);
    RemoveAll(root_).IgnoreError();
  }

  std::string Path(absl::string_view name = "ledger.db") const {
    return absl::StrCat(root_, "/", name);
  }

  std::string root_;
};

// Its top bit is set: SQLite's integers have a sign.
inline constexpr uint64_t kPromptId = 0xfedcba9876543210;

inline RolloutId TrainId(int64_t sample, int64_t draw = 0) {
  return {RandomPurpose::kTrain, kPromptId, draw, sample};
}

inline std::shared_ptr<const Prompt> SumPrompt(uint64_t id = kPromptId) {
  return std::make_shared<const Prompt>(Prompt{.id = id,
                                               .question = "2+2?",
                                               .text = "Q: 2+2?\nA:",
                                               .tokens = {1, 2, 3},
                                               .ground_truth = "4",
                                               .data_source = "sums",
                                               .extra = R"({"level":1})"});
}

inline LeaseRecord TrainLease(int64_t samples, int64_t draw = 0, int64_t batch = 0) {
  return {.purpose = RandomPurpose::kTrain,
          .prompt = kPromptId,
          .draw = draw,
          .samples = samples,
          .batch = batch};
}

inline Rollout ThreeTokens(const RolloutId& id) {
  return {.id = id,
          .tokens = {4, 70'000, 2},
          .logprobs = {-0.5f, -1.25f, -0.0f},
          .spans = {{0, 2, SpanKind::kSampled, 5}, {2, 3, SpanKind::kInserted, 6}},
          .finish = Finish::kLength};
}

inline std::shared_ptr<const std::vector<std::string>> TwoRules() {
  return std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"accuracy", "format"});
}

inline Reward OneAndAHalf() {
  return {.total = 1.5, .parts = {{1.0, Verdict::kCorrect, "equal"}, {0.5, std::nullopt, ""}}};
}

// The prompt, a lease of its draw 0 for `count` samples, and all their rollouts.
inline absl::Status AddGroup(Ledger* ledger, int64_t count) {
  absl::Status status = ledger->AddPrompts({SumPrompt()});
  status.Update(ledger->AddLeases({TrainLease(count)}));
  for (int64_t sample = 0; sample < count; ++sample) {
    status.Update(ledger->AddRollout(ThreeTokens(TrainId(sample)), "four"));
  }
  return status;
}

// A step of batch `batch` that consumed `samples` of draw 0.
inline StepRecord StepOf(int64_t step, int64_t batch, const std::vector<int64_t>& samples) {
  StepRecord record = {.step = step,
                       .batch = batch,
                       .consumed = {},
                       .metrics = R"({"loss":0.5})",
                       .timings = R"({"seconds":2})"};
  for (const int64_t sample : samples) {
    record.consumed.push_back({TrainId(sample), 0.25 * static_cast<double>(sample + 1)});
  }
  return record;
}

// In a child process of a test: whoever runs it may not write to others' files from now on.
inline void BecomeNobody() {
  constexpr uid_t kNobody = 65534;
  if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) std::_Exit(99);
}

// With an open ledger.
class LedgerTest : public LedgerDirectoryTest {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    ledger_.reset();
    ledger_ = Ledger::Open(Path()).value();
  }

  // Reads what is there once all that was queued is.
  std::unique_ptr<LedgerReader> Reader() {
    EXPECT_TRUE(ledger_->Flush().ok());
    return LedgerReader::Open(Path()).value();
  }

  std::vector<RolloutRecord> TrainRollouts() {
    return Reader()->Rollouts(RandomPurpose::kTrain, kPromptId, 0).value();
  }

  std::unique_ptr<Ledger> ledger_;
};

}  // namespace whet

#endif  // WHET_TESTS_ORCHESTRATOR_LEDGER_RECORDS_H_
