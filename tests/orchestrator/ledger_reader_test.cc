// What is asked of a ledger by those who look at a run.
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orchestrator/ledger.h"
#include "tests/orchestrator/ledger_records.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LedgerReaderTest : public LedgerTest {
 protected:
  // A lease of draw `draw` in `batch`, with a rollout for each reward.
  void AddJudged(int64_t draw, int64_t batch, const std::vector<Reward>& rewards) {
    ASSERT_TRUE(ledger_->AddPrompts({SumPrompt()}).ok());
    const int64_t count = static_cast<int64_t>(rewards.size());
    ASSERT_TRUE(ledger_->AddLeases({TrainLease(count, draw, batch)}).ok());
    // In another order than they are found in: completions finish as they like.
    for (int64_t sample = count - 1; sample >= 0; --sample) {
      ASSERT_TRUE(ledger_->AddRollout(ThreeTokens(TrainId(sample, draw)), "four").ok());
      ASSERT_TRUE(
          ledger_
              ->AddReward(TrainId(sample, draw), rewards[static_cast<size_t>(sample)], TwoRules())
              .ok());
    }
  }

  std::vector<RolloutId> Find(const RolloutFilter& filter) {
    const std::vector<RolloutRecord> records = Reader()->FindRollouts(filter).value();
    std::vector<RolloutId> ids;
    ids.reserve(records.size());
    for (const RolloutRecord& record : records) ids.push_back(record.rollout.id);
    return ids;
  }
};

Reward Judged(Verdict verdict) {
  const double value = verdict == Verdict::kCorrect ? 1.0 : 0.0;
  return {.total = value, .parts = {{value, verdict, "why"}, {1.0, std::nullopt, ""}}};
}

TEST_F(LedgerReaderTest, RolloutsAreFoundInTheOrderOfTheirLeasesAndByBatch) {
  AddJudged(3, 0, {OneAndAHalf(), OneAndAHalf()});
  AddJudged(1, 1, {OneAndAHalf()});
  EXPECT_THAT(Find({.purpose = RandomPurpose::kTrain, .limit = 9}),
              ElementsAre(TrainId(0, 3), TrainId(1, 3), TrainId(0, 1)));
  EXPECT_THAT(Find({.purpose = RandomPurpose::kTrain, .batch = 1, .limit = 9}),
              ElementsAre(TrainId(0, 1)));
  EXPECT_THAT(Find({.purpose = RandomPurpose::kTrain, .batch = 2, .limit = 9}), IsEmpty());
  EXPECT_THAT(Find({.purpose = RandomPurpose::kEvaluation, .limit = 9}), IsEmpty());
  EXPECT_THAT(Find({.purpose = RandomPurpose::kTrain, .limit = 2}),
              ElementsAre(TrainId(0, 3), TrainId(1, 3)));
}

TEST_F(LedgerReaderTest, WrongOnesAreThoseWhoseFirstVerdictIsNotCorrect) {
  AddJudged(0, 0, {Judged(Verdict::kCorrect), Judged(Verdict::kWrong), Judged(Verdict::kNoAnswer)});
  EXPECT_THAT(Find({.purpose = RandomPurpose::kTrain, .wrong = true, .limit = 9}),
              ElementsAre(TrainId(1), TrainId(2)));
}

TEST_F(LedgerReaderTest, WithoutVerdictsThoseWithoutRewardAreWrong) {
  const Reward none = {.total = 0.0, .parts = {{0.0, std::nullopt, ""}, {0.0, std::nullopt, ""}}};
  const Reward some = {.total = 0.5, .parts = {{0.5, std::nullopt, ""}, {0.0, std::nullopt, ""}}};
  AddJudged(0, 0, {none, some});
  EXPECT_THAT(Find({.purpose = RandomPurpose::kTrain, .wrong = true, .limit = 9}),
              ElementsAre(TrainId(0)));
}

TEST_F(LedgerReaderTest, WhatIsNotJudgedYetIsNotWrong) {
  ASSERT_TRUE(AddGroup(ledger_.get(), 1).ok());
  EXPECT_THAT(Find({.purpose = RandomPurpose::kTrain, .limit = 9}), SizeIs(1));
  EXPECT_THAT(Find({.purpose = RandomPurpose::kTrain, .wrong = true, .limit = 9}), IsEmpty());
}

TEST_F(LedgerReaderTest, AFoundRolloutIsWholeWithTheNamesOfItsRules) {
  AddJudged(0, 0, {OneAndAHalf()});
  const std::vector<RolloutRecord> found =
      Reader()->FindRollouts({.purpose = RandomPurpose::kTrain, .limit = 1}).value();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].rollout.tokens, ElementsAre(4, 70'000, 2));
  EXPECT_EQ(found[0].text, "four");
  EXPECT_EQ(found[0].reward, 1.5);
  EXPECT_THAT(found[0].rules, ElementsAre("accuracy", "format"));
  ASSERT_THAT(found[0].parts, SizeIs(2));
  EXPECT_EQ(found[0].parts[0].verdict, Verdict::kCorrect);
  EXPECT_EQ(found[0].parts[0].message, "equal");
}

TEST_F(LedgerReaderTest, TheLastStepIsTheNewest) {
  EXPECT_FALSE(Reader()->LastStep().value().has_value());
  ASSERT_TRUE(AddGroup(ledger_.get(), 2).ok());
  ASSERT_TRUE(ledger_->RecordStep(StepOf(1, 0, {0})).ok());
  ASSERT_TRUE(ledger_->RecordStep(StepOf(2, 0, {1})).ok());
  const std::optional<StepRecord> last = Reader()->LastStep().value();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->step, 2);
  EXPECT_EQ(last->metrics, R"({"loss":0.5})");
}

TEST_F(LedgerReaderTest, AnEventKnowsWhenItWasAdded) {
  const absl::Time before = absl::Now();
  ASSERT_TRUE(ledger_->AddEvent({0, "started", ""}).ok());
  const std::vector<EventRecord> events = Reader()->Events().value();
  const absl::Time after = absl::Now();
  ASSERT_THAT(events, SizeIs(1));
  // SQLite's clock has milliseconds.
  EXPECT_GE(events[0].time, before - absl::Milliseconds(2));
  EXPECT_LE(events[0].time, after + absl::Milliseconds(2));
}

}  // namespace
}  // namespace whet
