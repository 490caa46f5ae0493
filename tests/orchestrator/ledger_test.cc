#include "orchestrator/ledger.h"

#include <atomic>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/orchestrator/ledger_records.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(LedgerTest, TheFirstRunRecordHolds) {
  const RunRecord first = {.config = "lr: 1", .machine = "avx2", .version = "0.1"};
  EXPECT_FALSE(Reader()->Run().value().has_value());
  EXPECT_EQ(ledger_->BeginRun(first).value().config, "lr: 1");
  Reopen();
  const RunRecord other = {.config = "lr: 2", .machine = "amx", .version = "0.2"};
  const RunRecord holds = ledger_->BeginRun(other).value();
  EXPECT_EQ(holds.config, "lr: 1");
  EXPECT_EQ(holds.machine, "avx2");
  EXPECT_EQ(holds.version, "0.1");
  EXPECT_EQ(Reader()->Run().value()->config, "lr: 1");
}

TEST_F(LedgerTest, APromptComesBackWithoutItsTokens) {
  ASSERT_TRUE(ledger_->AddPrompts({SumPrompt()}).ok());
  const Prompt prompt = Reader()->FindPrompt(kPromptId).value().value();
  EXPECT_EQ(prompt.id, kPromptId);
  EXPECT_EQ(prompt.question, "2+2?");
  EXPECT_EQ(prompt.text, "Q: 2+2?\nA:");
  EXPECT_THAT(prompt.tokens, IsEmpty());
  EXPECT_EQ(prompt.ground_truth, "4");
  EXPECT_EQ(prompt.data_source, "sums");
  EXPECT_EQ(prompt.extra, R"({"level":1})");
  EXPECT_FALSE(Reader()->FindPrompt(1).value().has_value());
}

TEST_F(LedgerTest, LeasesComeBackByPurposeAndBatchInTheirOrder) {
  LeaseRecord evaluation = TrainLease(1, 0, 7);
  evaluation.purpose = RandomPurpose::kEvaluation;
  ASSERT_TRUE(ledger_->AddPrompts({SumPrompt(), SumPrompt(1)}).ok());
  LeaseRecord other_prompt = TrainLease(4, 0, 7);
  other_prompt.prompt = 1;
  ASSERT_TRUE(ledger_
                  ->AddLeases({TrainLease(8, 3, 7), other_prompt, TrainLease(8, 1, 7),
                               TrainLease(8, 0, 6), evaluation})
                  .ok());
  const std::vector<LeaseRecord> leases = Reader()->Leases(RandomPurpose::kTrain, 7).value();
  ASSERT_THAT(leases, SizeIs(3));
  EXPECT_EQ(leases[0].draw, 3);
  EXPECT_EQ(leases[0].prompt, kPromptId);
  EXPECT_EQ(leases[0].samples, 8);
  EXPECT_EQ(leases[0].batch, 7);
  EXPECT_EQ(leases[1].prompt, 1);
  EXPECT_EQ(leases[2].draw, 1);
  EXPECT_THAT(Reader()->Leases(RandomPurpose::kEvaluation, 7).value(), SizeIs(1));
  EXPECT_THAT(Reader()->Leases(RandomPurpose::kTrain, 8).value(), IsEmpty());
}

TEST_F(LedgerTest, ARolloutComesBackExactly) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 1).ok());
  const std::vector<RolloutRecord> rollouts = TrainRollouts();
  ASSERT_THAT(rollouts, SizeIs(1));
  const Rollout& rollout = rollouts[0].rollout;
  EXPECT_EQ(rollout.id, TrainId(0));
  EXPECT_THAT(rollout.tokens, ElementsAre(4, 70'000, 2));
  EXPECT_THAT(rollout.logprobs, ElementsAre(-0.5f, -1.25f, -0.0f));
  EXPECT_TRUE(std::signbit(rollout.logprobs[2]));
  EXPECT_THAT(rollout.spans,
              ElementsAre(Span{0, 2, SpanKind::kSampled, 5}, Span{2, 3, SpanKind::kInserted, 6}));
  EXPECT_EQ(rollout.finish, Finish::kLength);
  EXPECT_EQ(rollouts[0].text, "four");
  EXPECT_FALSE(rollouts[0].judged);
  EXPECT_FALSE(rollouts[0].reward.has_value());
  EXPECT_THAT(rollouts[0].parts, IsEmpty());
  EXPECT_EQ(rollouts[0].disposition, Disposition::kPending);
}

TEST_F(LedgerTest, TextIsKeptByteForByte) {
  ASSERT_TRUE(ledger_->AddPrompts({SumPrompt()}).ok());
  ASSERT_TRUE(ledger_->AddLeases({TrainLease(2)}).ok());
  const std::string odd("a\0b\xff\xe2\x88\x9a", 7);  // A NUL, a byte that is no UTF-8, a root sign.
  ASSERT_TRUE(ledger_->AddRollout(ThreeTokens(TrainId(0)), odd).ok());
  ASSERT_TRUE(ledger_->AddRollout(ThreeTokens(TrainId(1)), "").ok());
  EXPECT_EQ(TrainRollouts()[0].text, odd);
  EXPECT_EQ(TrainRollouts()[1].text, "");
}

TEST_F(LedgerTest, ACompletionOfNoTokensIsOneToo) {
  ASSERT_TRUE(ledger_->AddPrompts({SumPrompt()}).ok());
  ASSERT_TRUE(ledger_->AddLeases({TrainLease(1)}).ok());
  ASSERT_TRUE(ledger_
                  ->AddRollout({.id = TrainId(0),
                                .tokens = {},
                                .logprobs = {},
                                .spans = {},
                                .finish = Finish::kStop},
                               "")
                  .ok());
  EXPECT_THAT(TrainRollouts()[0].rollout.tokens, IsEmpty());
}

TEST_F(LedgerTest, RolloutsComeBackBySampleAndOfTheirDrawOnly) {
  ASSERT_TRUE(ledger_->AddPrompts({SumPrompt()}).ok());
  ASSERT_TRUE(ledger_->AddLeases({TrainLease(3, 0), TrainLease(3, 1)}).ok());
  for (const RolloutId& id : {TrainId(2), TrainId(1, 1), TrainId(0)}) {
    ASSERT_TRUE(ledger_->AddRollout(ThreeTokens(id), "").ok());
  }
  const std::vector<RolloutRecord> rollouts = TrainRollouts();
  ASSERT_THAT(rollouts, SizeIs(2));
  EXPECT_EQ(rollouts[0].rollout.id, TrainId(0));
  EXPECT_EQ(rollouts[1].rollout.id, TrainId(2));
}

TEST_F(LedgerTest, ARewardComesBackWithItsParts) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 2).ok());
  ASSERT_TRUE(ledger_->AddReward(TrainId(0), OneAndAHalf(), TwoRules()).ok());
  const Reward excluded = {
      .total = std::nullopt,
      .parts = {{std::nullopt, Verdict::kFault, "the judge died"}, {0.0, std::nullopt, ""}}};
  ASSERT_TRUE(ledger_->AddReward(TrainId(1), excluded, TwoRules()).ok());
  const std::vector<RolloutRecord> rollouts = TrainRollouts();
  EXPECT_TRUE(rollouts[0].judged);
  EXPECT_EQ(rollouts[0].reward, 1.5);
  ASSERT_THAT(rollouts[0].parts, SizeIs(2));
  EXPECT_EQ(rollouts[0].parts[0].value, 1.0);
  EXPECT_EQ(rollouts[0].parts[0].verdict, Verdict::kCorrect);
  EXPECT_EQ(rollouts[0].parts[0].message, "equal");
  EXPECT_EQ(rollouts[0].parts[1].value, 0.5);
  EXPECT_EQ(rollouts[0].parts[1].verdict, std::nullopt);
  EXPECT_TRUE(rollouts[1].judged);
  EXPECT_EQ(rollouts[1].reward, std::nullopt);
  EXPECT_EQ(rollouts[1].parts[0].value, std::nullopt);
  EXPECT_EQ(rollouts[1].parts[0].verdict, Verdict::kFault);
  EXPECT_EQ(rollouts[1].parts[1].value, 0.0);
}

TEST_F(LedgerTest, TheSecondOfTheSameIsIgnored) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 2).ok());
  ASSERT_TRUE(ledger_->AddReward(TrainId(0), OneAndAHalf(), TwoRules()).ok());
  ASSERT_TRUE(ledger_->RecordStep(StepOf(1, 0, {0})).ok());
  ASSERT_TRUE(ledger_->RecordCheckpoint({1, "a"}).ok());
  ASSERT_TRUE(ledger_->RecordEvaluation({1, "{}"}).ok());
  Reopen();

  Prompt prompt = *SumPrompt();
  prompt.ground_truth = "5";
  ASSERT_TRUE(ledger_->AddPrompts({std::make_shared<const Prompt>(prompt)}).ok());
  ASSERT_TRUE(ledger_->AddLeases({TrainLease(9, 0, 9)}).ok());
  Rollout rollout = ThreeTokens(TrainId(0));
  rollout.tokens[0] = 5;
  ASSERT_TRUE(ledger_->AddRollout(rollout, "five").ok());
  const Reward zero = {.total = 0.0, .parts = {{0.0, Verdict::kWrong, ""}, {0.0, {}, ""}}};
  ASSERT_TRUE(ledger_->AddReward(TrainId(0), zero, TwoRules()).ok());
  ASSERT_TRUE(ledger_->RecordStep(StepOf(1, 0, {1})).ok());
  ASSERT_TRUE(ledger_->RecordCheckpoint({1, "b"}).ok());
  ASSERT_TRUE(ledger_->RecordEvaluation({1, R"({"accuracy":1})"}).ok());

  const std::unique_ptr<LedgerReader> reader = Reader();
  EXPECT_EQ(reader->FindPrompt(kPromptId).value()->ground_truth, "4");
  EXPECT_THAT(reader->Leases(RandomPurpose::kTrain, 0).value(), SizeIs(1));
  EXPECT_THAT(reader->Leases(RandomPurpose::kTrain, 9).value(), IsEmpty());
  const std::vector<RolloutRecord> rollouts = TrainRollouts();
  ASSERT_THAT(rollouts, SizeIs(2));
  EXPECT_EQ(rollouts[0].rollout.tokens[0], 4);
  EXPECT_EQ(rollouts[0].text, "four");
  EXPECT_EQ(rollouts[0].reward, 1.5);
  EXPECT_THAT(rollouts[0].parts, SizeIs(2));
  EXPECT_EQ(rollouts[1].disposition, Disposition::kPending);
  ASSERT_THAT(reader->Consumed(1).value(), SizeIs(1));
  EXPECT_EQ(reader->Consumed(1).value()[0].id, TrainId(0));
  ASSERT_THAT(reader->Checkpoints().value(), SizeIs(1));
  EXPECT_EQ(reader->Checkpoints().value()[0].path, "a");
  EXPECT_EQ(reader->Evaluations().value()[0].metrics, "{}");
}

TEST_F(LedgerTest, EventsAreKeptEachInTheirOrder) {
  ASSERT_TRUE(ledger_->AddEvent({0, "started", ""}).ok());
  ASSERT_TRUE(ledger_->AddEvent({3, "interrupted", "SIGINT"}).ok());
  ASSERT_TRUE(ledger_->AddEvent({0, "started", ""}).ok());
  const std::vector<EventRecord> events = Reader()->Events().value();
  ASSERT_THAT(events, SizeIs(3));
  EXPECT_EQ(events[1].step, 3);
  EXPECT_EQ(events[1].kind, "interrupted");
  EXPECT_EQ(events[1].message, "SIGINT");
  EXPECT_EQ(events[2].kind, "started");
}

TEST_F(LedgerTest, ADispositionLeavesPendingOnce) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 3).ok());
  ASSERT_TRUE(ledger_->SetDisposition({TrainId(0), TrainId(1)}, Disposition::kStale).ok());
  ASSERT_TRUE(ledger_->SetDisposition({TrainId(1), TrainId(2)}, Disposition::kSurplus).ok());
  const std::vector<RolloutRecord> rollouts = TrainRollouts();
  EXPECT_EQ(rollouts[0].disposition, Disposition::kStale);
  EXPECT_EQ(rollouts[1].disposition, Disposition::kStale);
  EXPECT_EQ(rollouts[2].disposition, Disposition::kSurplus);
}

TEST_F(LedgerTest, TheDispositionOfARolloutThatIsNotThereIsNoMatter) {
  ASSERT_TRUE(ledger_->SetDisposition({TrainId(5)}, Disposition::kCancelled).ok());
  EXPECT_TRUE(ledger_->Flush().ok());
}

TEST_F(LedgerTest, DispositionsAreCountedInTheirOrder) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 6).ok());
  ASSERT_TRUE(ledger_->RecordStep(StepOf(1, 0, {0, 1})).ok());
  ASSERT_TRUE(ledger_->SetDisposition({TrainId(2)}, Disposition::kEqualGroup).ok());
  ASSERT_TRUE(ledger_->SetDisposition({TrainId(3)}, Disposition::kEvaluated).ok());
  // pending 4 and 5; trained 0 and 1; equal_group 2; stale …; evaluated 3.
  EXPECT_THAT(Reader()->DispositionCounts().value(), ElementsAre(2, 2, 1, 0, 0, 0, 0, 0, 1));
}

TEST_F(LedgerTest, DispositionsHaveNames) {
  EXPECT_EQ(DispositionName(Disposition::kEqualGroup), "equal_group");
  EXPECT_EQ(DispositionName(Disposition::kEvaluated), "evaluated");
}

TEST_F(LedgerTest, AStepTrainsWhatItConsumed) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 3).ok());
  ASSERT_TRUE(ledger_->RecordStep(StepOf(1, 0, {2, 0})).ok());
  const std::unique_ptr<LedgerReader> reader = LedgerReader::Open(Path()).value();  // No Flush.
  const std::vector<StepRecord> steps = reader->Steps().value();
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_EQ(steps[0].step, 1);
  EXPECT_EQ(steps[0].batch, 0);
  EXPECT_THAT(steps[0].consumed, IsEmpty());
  EXPECT_EQ(steps[0].metrics, R"({"loss":0.5})");
  EXPECT_EQ(steps[0].timings, R"({"seconds":2})");
  const std::vector<ConsumedRollout> consumed = reader->Consumed(1).value();
  ASSERT_THAT(consumed, SizeIs(2));
  EXPECT_EQ(consumed[0].id, TrainId(2));  // As the batch held them.
  EXPECT_EQ(consumed[0].advantage, 0.75);
  EXPECT_EQ(consumed[1].id, TrainId(0));
  EXPECT_EQ(consumed[1].advantage, 0.25);
  EXPECT_THAT(reader->DispositionCounts().value(), ElementsAre(1, 2, 0, 0, 0, 0, 0, 0, 0));
}

TEST_F(LedgerTest, AnAdvantageComesBackExactly) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 2).ok());
  StepRecord step = StepOf(1, 0, {0, 1});
  step.consumed[0].advantage = 1.0 / 3.0;
  step.consumed[1].advantage = -5e-324;
  ASSERT_TRUE(ledger_->RecordStep(step).ok());
  EXPECT_EQ(Reader()->Consumed(1).value()[0].advantage, 1.0 / 3.0);
  EXPECT_EQ(Reader()->Consumed(1).value()[1].advantage, -5e-324);
}

TEST_F(LedgerTest, StepsOfOneBatchMayConsumeTheSame) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 2).ok());
  EXPECT_TRUE(ledger_->RecordStep(StepOf(1, 0, {0, 1})).ok());
  EXPECT_TRUE(ledger_->RecordStep(StepOf(2, 0, {1, 0})).ok());
  EXPECT_THAT(Reader()->Consumed(2).value(), SizeIs(2));
}

TEST_F(LedgerTest, ACheckpointIsOfARecordedStepAndCanBeForgotten) {
  ASSERT_TRUE(ledger_->RecordStep(StepOf(1, 0, {})).ok());
  ASSERT_TRUE(ledger_->RecordCheckpoint({1, "checkpoints/step_1"}).ok());
  ASSERT_TRUE(ledger_->RecordCheckpoint({0, "checkpoints/step_0"}).ok());
  const std::vector<CheckpointRecord> checkpoints = Reader()->Checkpoints().value();
  ASSERT_THAT(checkpoints, SizeIs(2));
  EXPECT_EQ(checkpoints[0].step, 0);
  EXPECT_EQ(checkpoints[1].path, "checkpoints/step_1");
  ASSERT_TRUE(ledger_->ForgetCheckpoint(0).ok());
  ASSERT_TRUE(ledger_->ForgetCheckpoint(0).ok());  // None any more: no matter.
  EXPECT_THAT(Reader()->Checkpoints().value(), SizeIs(1));
  EXPECT_TRUE(absl::IsInvalidArgument(ledger_->RecordCheckpoint({2, "checkpoints/step_2"})));
}

TEST_F(LedgerTest, EvaluationsComeBackByStep) {
  ASSERT_TRUE(ledger_->RecordEvaluation({20, R"({"accuracy":0.5})"}).ok());
  ASSERT_TRUE(ledger_->RecordEvaluation({0, R"({"accuracy":0.25})"}).ok());
  const std::vector<EvaluationRecord> evaluations = Reader()->Evaluations().value();
  ASSERT_THAT(evaluations, SizeIs(2));
  EXPECT_EQ(evaluations[0].step, 0);
  EXPECT_EQ(evaluations[1].metrics, R"({"accuracy":0.5})");
}

TEST_F(LedgerTest, WhatIsQueuedIsWrittenWhenItGoes) {
  // More than the queue takes, and than one transaction does.
  constexpr int kEvents = 5000;
  for (int i = 0; i < kEvents; ++i) ASSERT_TRUE(ledger_->AddEvent({i, "started", ""}).ok());
  ledger_.reset();
  const std::vector<EventRecord> events = LedgerReader::Open(Path()).value()->Events().value();
  ASSERT_THAT(events, SizeIs(kEvents));
  for (int i = 0; i < kEvents; ++i) ASSERT_EQ(events[static_cast<size_t>(i)].step, i);
}

TEST_F(LedgerTest, ManyThreadsMayAdd) {
  constexpr int kThreads = 4;
  constexpr int64_t kEach = 100;
  ASSERT_TRUE(ledger_->AddPrompts({SumPrompt()}).ok());
  ASSERT_TRUE(ledger_->AddLeases({TrainLease(kThreads * kEach)}).ok());
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, thread] {
      for (int64_t i = 0; i < kEach; ++i) {
        const RolloutId id = TrainId(thread * kEach + i);
        EXPECT_TRUE(ledger_->AddRollout(ThreeTokens(id), "").ok());
        EXPECT_TRUE(ledger_->AddReward(id, OneAndAHalf(), TwoRules()).ok());
        if (i % 10 == 0) {
          EXPECT_TRUE(ledger_->Flush().ok());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(TrainRollouts(), SizeIs(kThreads * kEach));
}

TEST_F(LedgerTest, NothingThereIsNotFound) {
  const absl::Status status = LedgerReader::Open(Path("none.db")).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr(Path("none.db")));
  EXPECT_NE(access(Path("none.db").c_str(), F_OK), 0);
}

TEST_F(LedgerTest, AReaderSeesStepsWholeWhileTheyAreWritten) {
  constexpr int64_t kSteps = 50;
  ASSERT_TRUE(AddGroup(ledger_.get(), 2 * kSteps).ok());
  ASSERT_TRUE(ledger_->Flush().ok());
  std::atomic<bool> done = false;
  std::thread reading([&] {
    const std::unique_ptr<LedgerReader> reader = LedgerReader::Open(Path()).value();
    int64_t before = 0;
    while (!done) {
      const std::vector<int64_t> counts = reader->DispositionCounts().value();
      const int64_t trained = counts[static_cast<int>(Disposition::kTrained)];
      EXPECT_EQ(trained % 2, 0);  // Two a step.
      EXPECT_EQ(trained + counts[0], 2 * kSteps);
      EXPECT_GE(trained, before);
      before = trained;
    }
  });
  for (int64_t step = 1; step <= kSteps; ++step) {
    EXPECT_TRUE(ledger_->RecordStep(StepOf(step, step, {2 * step - 2, 2 * step - 1})).ok());
  }
  done = true;
  reading.join();
}

TEST_F(LedgerTest, AReaderThatStaysDoesNotHoldUpTheWriter) {
  const std::unique_ptr<LedgerReader> reader = Reader();
  EXPECT_THAT(reader->Events().value(), IsEmpty());
  ASSERT_TRUE(ledger_->AddEvent({1, "started", ""}).ok());
  ASSERT_TRUE(ledger_->Flush().ok());
  EXPECT_THAT(reader->Events().value(), SizeIs(1));  // Each call is a snapshot of its own.
  Reopen();
  ASSERT_TRUE(ledger_->AddEvent({2, "started", ""}).ok());
  ASSERT_TRUE(ledger_->Flush().ok());
  EXPECT_THAT(reader->Events().value(), SizeIs(2));
}

}  // namespace
}  // namespace whet
