#include "orchestrator/rollout_collector.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/clock.h"
#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orchestrator/rollout_batch.h"
#include "rollout/local_source.h"
#include "tests/fakes/fake_generator.h"
#include "tests/orchestrator/ledger_records.h"

namespace whet {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using Scoring =
    std::function<absl::StatusOr<std::vector<RewardPart>>(absl::Span<const ScoreInput>)>;

class FakeRule : public RewardRule {
 public:
  explicit FakeRule(Scoring scoring) : scoring_(std::move(scoring)) {}
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override {
    return scoring_(inputs);
  }

 private:
  const Scoring scoring_;
};

// Gives its k-th rollout values[k].
std::unique_ptr<RewardRule> Gives(const std::vector<double>& values) {
  return std::make_unique<FakeRule>([values](absl::Span<const ScoreInput> inputs) {
    std::vector<RewardPart> parts;
    parts.reserve(inputs.size());
    for (const ScoreInput& input : inputs) {
      const double value = values[static_cast<size_t>(input.rollout.id.sample)];
      parts.push_back({.value = value, .verdict = std::nullopt, .message = ""});
    }
    return parts;
  });
}

std::unique_ptr<Rewarder> RewarderOf(std::vector<std::unique_ptr<RewardRule>> rules) {
  std::vector<WeightedRule> weighted;
  weighted.reserve(rules.size());
  for (std::unique_ptr<RewardRule>& rule : rules) {
    weighted.push_back({.name = absl::StrCat("rule", weighted.size()),
                        .weight = 1,
                        .gate = false,
                        .rule = std::move(rule)});
  }
  return Rewarder::Create(std::move(weighted), {}).value();
}

std::unique_ptr<Rewarder> RewarderOf(std::unique_ptr<RewardRule> rule) {
  std::vector<std::unique_ptr<RewardRule>> rules;
  rules.push_back(std::move(rule));
  return RewarderOf(std::move(rules));
}

// A token is a letter: 1 is "a".
std::string Letters(absl::Span<const int32_t> tokens) {
  std::string text;
  for (const int32_t token : tokens) text.push_back(static_cast<char>('a' + token - 1));
  return text;
}

TEST(TextOfTest, IsWithoutTheTokenThatEndedIt) {
  Rollout rollout = {};
  rollout.tokens = {1, 2, 26};
  rollout.finish = Finish::kStop;
  EXPECT_EQ(TextOf(rollout, Letters), "ab");
  rollout.finish = Finish::kLength;
  EXPECT_EQ(TextOf(rollout, Letters), "abz");
  rollout.tokens.clear();
  rollout.finish = Finish::kStop;
  EXPECT_EQ(TextOf(rollout, Letters), "");
}

class RolloutCollectorTest : public LedgerDirectoryTest {
 protected:
  RolloutCollectorTest()
      : ledger_(Ledger::Open(Path()).value()),
        reader_(LedgerReader::Open(Path()).value()),
        source_(&generator_) {}

  RolloutCollector::Parts PartsOf(const Rewarder* rewarder, RolloutSource* source) {
    return {.source = source,
            .decode = &decode_,
            .rewarder = rewarder,
            .ledger = ledger_.get(),
            .reader = reader_.get(),
            .clock = &clock_};
  }

  static CollectRequest Request(int64_t samples) {
    return {.purpose = RandomPurpose::kTrain,
            .batch = 0,
            .step = 1,
            .samples = samples,
            .seed = 1,
            .sampling = {}};
  }

  SystemClock clock_;
  DecodeFunction decode_ = Letters;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<LedgerReader> reader_;
  FakeGenerator generator_{100};
  LocalSource source_;
};

// Finishes one more rollout only when `before` says so.
class HeldSource : public RolloutSource {
 public:
  HeldSource(RolloutSource* source, std::function<absl::Status(int)> before)
      : source_(*source), before_(std::move(before)) {}
  absl::Status Request(std::vector<RolloutRequest> requests) override {
    return source_.Request(std::move(requests));
  }
  absl::StatusOr<std::vector<Rollout>> Wait() override {
    WHET_RETURN_IF_ERROR(before_(waits_++));
    return source_.Wait();
  }
  absl::Status Publish(std::shared_ptr<const WeightSet> weights) override {
    return source_.Publish(std::move(weights));
  }

 private:
  RolloutSource& source_;
  const std::function<absl::Status(int)> before_;
  int waits_ = 0;
};

TEST_F(RolloutCollectorTest, JudgesAGroupWhileOthersAreSampled) {
  absl::Notification judging;
  absl::Notification sampled;
  const auto rewarder = RewarderOf(std::make_unique<FakeRule>(
      [&](absl::Span<const ScoreInput> inputs) -> absl::StatusOr<std::vector<RewardPart>> {
        if (!judging.HasBeenNotified()) judging.Notify();
        sampled.WaitForNotification();
        return std::vector<RewardPart>(inputs.size(), PartOf(Verdict::kCorrect, ""));
      }));
  HeldSource source(&source_, [&](int waits) {
    if (waits == 0) return absl::OkStatus();
    const bool begun = judging.WaitForNotificationWithTimeout(absl::Seconds(60));
    sampled.Notify();
    return begun ? absl::OkStatus() : absl::InternalError("nothing is judged before all is there");
  });
  RolloutCollector collector(PartsOf(rewarder.get(), &source));
  const auto groups = collector.Collect(Request(1), {{SumPrompt(1), 0}, {SumPrompt(2), 0}});
  ASSERT_TRUE(groups.ok()) << groups.status();
  EXPECT_THAT(*groups, SizeIs(2));
  EXPECT_GT(collector.TakeStats().judging_threads, absl::ZeroDuration());
}

TEST_F(RolloutCollectorTest, WhatWasJudgedIsNotJudgedAgain) {
  int calls = 0;
  const auto rewarder =
      RewarderOf(std::make_unique<FakeRule>([&](absl::Span<const ScoreInput> inputs) {
        ++calls;
        return std::vector<RewardPart>(inputs.size(), PartOf(Verdict::kCorrect, ""));
      }));
  RolloutCollector collector(PartsOf(rewarder.get(), &source_));
  ASSERT_TRUE(collector.Collect(Request(2), {{SumPrompt(), 0}}).ok());
  ASSERT_TRUE(ledger_->Flush().ok());
  const auto again = collector.Collect(Request(2), {{SumPrompt(), 0}});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)[0].rewarded.rewards[1].total, 1.0);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(generator_.sampled(), 2);
}

TEST_F(RolloutCollectorTest, WhatWasJudgedBeforeACrashHoldsWhereTheGroupIsJudgedAgain) {
  ASSERT_TRUE(ledger_->AddPrompts({SumPrompt()}).ok());
  ASSERT_TRUE(ledger_->AddLeases({TrainLease(2)}).ok());
  for (int64_t sample = 0; sample < 2; ++sample) {
    ASSERT_TRUE(ledger_->AddRollout(ThreeTokens(TrainId(sample)), "x").ok());
  }
  const Reward before = {.total = 0.25, .parts = {{0.25, std::nullopt, ""}}};
  const auto names = std::make_shared<const std::vector<std::string>>(1, "rule0");
  ASSERT_TRUE(ledger_->AddReward(TrainId(0), before, names).ok());
  ASSERT_TRUE(ledger_->Flush().ok());
  const auto rewarder = RewarderOf(Gives({1, 1}));
  RolloutCollector collector(PartsOf(rewarder.get(), &source_));
  const auto groups = collector.Collect(Request(2), {{SumPrompt(), 0}});
  ASSERT_TRUE(groups.ok()) << groups.status();
  EXPECT_EQ((*groups)[0].rewarded.rewards[0].total, 0.25);
  EXPECT_EQ((*groups)[0].rewarded.rewards[1].total, 1.0);
}

TEST_F(RolloutCollectorTest, ARuleThatCannotGoOnEndsIt) {
  const auto rewarder = RewarderOf(std::make_unique<FakeRule>(
      [](absl::Span<const ScoreInput>) { return absl::FailedPreconditionError("no jail"); }));
  RolloutCollector collector(PartsOf(rewarder.get(), &source_));
  const auto groups = collector.Collect(Request(2), {{SumPrompt(1), 0}, {SumPrompt(2), 0}});
  EXPECT_TRUE(absl::IsFailedPrecondition(groups.status())) << groups.status();
  EXPECT_THAT(std::string(groups.status().message()), HasSubstr("no jail"));
}

// Two rules that contradict each other: every sum is 1.
std::unique_ptr<Rewarder> Contradicting() {
  std::vector<std::unique_ptr<RewardRule>> rules;
  rules.push_back(Gives({0, 1}));
  rules.push_back(Gives({1, 0}));
  return RewarderOf(std::move(rules));
}

RolloutBatchOptions Batch(bool normalize_then_sum) {
  return {.seed = 1,
          .sampling = {},
          .group_size = 2,
          .groups_per_batch = 1,
          .drop_equal_groups = true,
          .draws_max_ratio = 1,
          .mask_truncated = false,
          .excluded_share_max = 0,
          .advantage = {},
          .normalize_then_sum = normalize_then_sum,
          .steps_per_batch = 1};
}

TEST_F(RolloutCollectorTest, EqualSumsTeachOnlyWherePartsAreNormalized) {
  const auto rewarder = Contradicting();
  RolloutCollector collector(PartsOf(rewarder.get(), &source_));
  PromptOrder order({SumPrompt()}, 1);
  const RolloutBatchMaker::Parts parts = {.collector = &collector,
                                          .ledger = ledger_.get(),
                                          .order = &order,
                                          .rewarder = rewarder.get()};
  const auto summed = RolloutBatchMaker(parts, Batch(false)).Make(0, 0);
  ASSERT_TRUE(summed.ok()) << summed.status();
  EXPECT_EQ(summed->dropped_groups, 1);
  const auto normalized = RolloutBatchMaker(parts, Batch(true)).Make(1, 1);
  ASSERT_TRUE(normalized.ok()) << normalized.status();
  EXPECT_EQ(normalized->dropped_groups, 0);
  EXPECT_THAT(normalized->samples, SizeIs(2));
}

}  // namespace
}  // namespace whet
