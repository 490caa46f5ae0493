#include "orchestrator/rescorer.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/orchestrator/ledger_records.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Notes what it is shown, and finds "four" right.
class FourIsRight : public RewardRule {
 public:
  FourIsRight(std::vector<std::string>* seen, absl::Status runs)
      : seen_(*seen), runs_(std::move(runs)) {}

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override {
    std::string call;
    std::vector<RewardPart> parts;
    for (const ScoreInput& input : inputs) {
      absl::StrAppend(&call, input.prompt.ground_truth, " ", input.completion.text, " ",
                      input.rollout.tokens.size(), ";");
      parts.push_back(
          PartOf(input.completion.text == "four" ? Verdict::kCorrect : Verdict::kWrong, ""));
    }
    seen_.push_back(call);
    return parts;
  }

  absl::StatusOr<std::vector<std::string>> GoldFaults(
      absl::Span<const absl::string_view> ground_truths) const override {
    if (!runs_.ok()) return runs_;
    return std::vector<std::string>(ground_truths.size());
  }

 private:
  std::vector<std::string>& seen_;
  const absl::Status runs_;
};

class RescorerTest : public LedgerTest {
 protected:
  // A draw of which `texts` are recorded and `samples` were asked for.
  void AddDraw(int64_t draw, int64_t batch, int64_t samples,
               const std::vector<std::string>& texts) {
    ASSERT_TRUE(ledger_->AddPrompts({SumPrompt()}).ok());
    ASSERT_TRUE(ledger_->AddLeases({TrainLease(samples, draw, batch)}).ok());
    for (size_t i = 0; i < texts.size(); ++i) {
      const RolloutId id = TrainId(static_cast<int64_t>(i), draw);
      ASSERT_TRUE(ledger_->AddRollout(ThreeTokens(id), texts[i]).ok());
      ASSERT_TRUE(ledger_->AddReward(id, OneAndAHalf(), TwoRules()).ok());
    }
  }

  static RescoringRequest Request() {
    return {.purpose = RandomPurpose::kTrain,
            .batch = std::nullopt,
            .groups_max = std::nullopt,
            .steps_per_batch = 1,
            .advantage = AdvantageOptions(),
            .shown_max = 10,
            .record = {}};
  }

  absl::StatusOr<Rescoring> Run(const RescoringRequest& request, bool stores = true,
                                int64_t stop_at = -1) {
    std::vector<WeightedRule> rules;
    rules.push_back({.name = "accuracy",
                     .weight = 1,
                     .gate = false,
                     .rule = std::make_unique<FourIsRight>(&seen_, runs_)});
    const std::unique_ptr<Rewarder> rewarder = Rewarder::Create(std::move(rules), {}).value();
    const std::unique_ptr<LedgerReader> reader = Reader();
    return Rescore({.reader = reader.get(),
                    .rewarder = rewarder.get(),
                    .ledger = stores ? ledger_.get() : nullptr},
                   request, [&](int64_t judged, int64_t /*of*/) { return judged != stop_at; });
  }

  std::vector<std::string> seen_;
  absl::Status runs_;
};

TEST_F(RescorerTest, JudgesWholeGroupsByTheirRecordedTexts) {
  AddDraw(0, 0, 2, {"four", "five"});
  AddDraw(1, 0, 2, {"four"});
  AddDraw(2, 1, 1, {"six"});
  const Rescoring rescoring = Run(Request()).value();
  EXPECT_THAT(seen_, ElementsAre("4 four 3;4 five 3;", "4 six 3;"));
  EXPECT_TRUE(rescoring.finished);
  EXPECT_EQ(rescoring.report.groups, 2);
  EXPECT_EQ(rescoring.report.left_out_groups, 1);
  EXPECT_EQ(rescoring.report.disagreements, 2);  // All were CORRECT.
  EXPECT_EQ(rescoring.report.shown[0].prompt->question, "2+2?");
}

TEST_F(RescorerTest, StoresWhatItJudges) {
  AddDraw(0, 0, 1, {"five"});
  RescoringRequest request = Request();
  request.record.rules = "rewards {}";
  EXPECT_EQ(Run(request).value().id, 1);
  const std::unique_ptr<LedgerReader> reader = Reader();
  EXPECT_EQ(reader->Rescorings().value()[0].rules, "rewards {}");
  EXPECT_TRUE(reader->Rescorings().value()[0].finished);
  EXPECT_EQ(reader->FindRescored(1, TrainId(0)).value()->reward.total, 0.0);
  EXPECT_EQ(TrainRollouts()[0].reward, 1.5);
}

TEST_F(RescorerTest, StoresNothingWithoutALedger) {
  AddDraw(0, 0, 1, {"five"});
  const Rescoring rescoring = Run(Request(), /*stores=*/false).value();
  EXPECT_EQ(rescoring.id, std::nullopt);
  EXPECT_EQ(rescoring.report.disagreements, 1);
  EXPECT_THAT(Reader()->Rescorings().value(), IsEmpty());
}

TEST_F(RescorerTest, StoppedItStaysUnfinishedAndARepetitionIsAnotherOne) {
  AddDraw(0, 0, 1, {"four"});
  AddDraw(1, 0, 1, {"four"});
  const Rescoring stopped = Run(Request(), /*stores=*/true, /*stop_at=*/1).value();
  EXPECT_FALSE(stopped.finished);
  EXPECT_EQ(stopped.report.groups, 1);
  EXPECT_EQ(Run(Request()).value().id, 2);
  const std::vector<RescoringRecord> rescorings = Reader()->Rescorings().value();
  ASSERT_THAT(rescorings, SizeIs(2));
  EXPECT_FALSE(rescorings[0].finished);
  EXPECT_EQ(rescorings[0].rollouts, 1);
  EXPECT_TRUE(rescorings[1].finished);
  EXPECT_EQ(rescorings[1].rollouts, 2);
}

TEST_F(RescorerTest, JudgesOnlyWhatIsAskedFor) {
  AddDraw(0, 0, 1, {"a"});
  AddDraw(1, 1, 1, {"b"});
  AddDraw(2, 1, 1, {"c"});
  RescoringRequest request = Request();
  request.batch = 1;
  request.groups_max = 1;
  EXPECT_TRUE(Run(request).ok());
  EXPECT_THAT(seen_, ElementsAre("4 b 3;"));
  request.purpose = RandomPurpose::kEvaluation;
  EXPECT_TRUE(absl::IsNotFound(Run(request).status()));
}

TEST_F(RescorerTest, RulesThatDoNotRunStoreNothing) {
  AddDraw(0, 0, 1, {"four"});
  runs_ = absl::UnavailableError("down");
  EXPECT_EQ(Run(Request()).status(), absl::UnavailableError("accuracy: down"));
  EXPECT_THAT(seen_, IsEmpty());
  EXPECT_THAT(Reader()->Rescorings().value(), IsEmpty());
}

}  // namespace
}  // namespace whet
