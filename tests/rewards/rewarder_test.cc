#include "rewards/rewarder.h"

#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

using ScoreFunction =
    std::function<absl::StatusOr<std::vector<RewardPart>>(absl::Span<const ScoreInput>)>;

RewardPart Part(std::optional<double> value, std::optional<Verdict> verdict = std::nullopt) {
  return {.value = value, .verdict = verdict, .message = ""};
}

class FakeRule : public RewardRule {
 public:
  FakeRule(std::vector<std::string> after, ScoreFunction score, Scope scope = Scope::kRollout)
      : after_(std::move(after)), score_(std::move(score)), scope_(scope) {}
  Scope scope() const override { return scope_; }
  std::vector<std::string> after() const override { return after_; }
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override {
    return score_(inputs);
  }

 private:
  std::vector<std::string> after_;
  ScoreFunction score_;
  Scope scope_;
};

std::unique_ptr<RewardRule> Gives(const std::vector<RewardPart>& parts) {
  return std::make_unique<FakeRule>(std::vector<std::string>(),
                                    [parts](absl::Span<const ScoreInput>) { return parts; });
}

std::unique_ptr<RewardRule> Fails(const absl::Status& status) {
  return std::make_unique<FakeRule>(std::vector<std::string>(),
                                    [status](absl::Span<const ScoreInput>) { return status; });
}

// Gives 0 to all, and notes its name when it runs.
std::unique_ptr<RewardRule> Notes(const std::string& name, std::vector<std::string> after,
                                  std::vector<std::string>* log) {
  return std::make_unique<FakeRule>(std::move(after),
                                    [name, log](absl::Span<const ScoreInput> inputs) {
                                      log->push_back(name);
                                      return std::vector<RewardPart>(inputs.size(), Part(0));
                                    });
}

absl::StatusOr<std::unique_ptr<Rewarder>> Create(std::vector<WeightedRule> rules) {
  return Rewarder::Create(std::move(rules), {});
}

RolloutGroup Group(size_t count) {
  RolloutGroup group;
  auto prompt = std::make_shared<Prompt>();
  prompt->ground_truth = "gold";
  group.prompt = prompt;
  for (size_t i = 0; i < count; ++i) {
    Rollout rollout = {};
    rollout.tokens = {static_cast<int32_t>(i + 1), 26};
    group.rollouts.push_back(std::move(rollout));
  }
  return group;
}

template <typename... R>
std::vector<WeightedRule> RulesOf(R... rules) {
  std::vector<WeightedRule> list;
  (list.push_back(std::move(rules)), ...);
  return list;
}

WeightedRule Named(std::string name, std::unique_ptr<RewardRule> rule, double weight = 1,
                   bool gate = false) {
  return {.name = std::move(name), .weight = weight, .gate = gate, .rule = std::move(rule)};
}

// Its rollouts say "a", "b" …
absl::StatusOr<std::vector<Reward>> Score(const Rewarder& rewarder, const RolloutGroup& group) {
  std::vector<std::string> texts;
  texts.reserve(group.rollouts.size());
  for (size_t i = 0; i < group.rollouts.size(); ++i) {
    texts.emplace_back(1, static_cast<char>('a' + i));
  }
  return rewarder.Score(GroupTexts{group, texts}, /*step=*/1);
}

struct Scored {
  double weight;
  RewardPart part;
  bool gate = false;
};

// The total of one rollout with these parts.
std::optional<double> TotalOf(const std::vector<Scored>& scored) {
  std::vector<WeightedRule> rules;
  Reward reward;
  for (const Scored& one : scored) {
    rules.push_back({.name = "r", .weight = one.weight, .gate = one.gate, .rule = nullptr});
    reward.parts.push_back(one.part);
  }
  SumUp(rules, /*step=*/1, &reward);
  return reward.total;
}

TEST(TotalTest, IsTheWeightedSum) {
  // 2 * 0.5 + -1 * 0.25 = 0.75
  EXPECT_EQ(TotalOf({{2, Part(0.5)}, {-1, Part(0.25)}}), 0.75);
}

TEST(TotalTest, LeavesOutAbsentParts) {
  EXPECT_EQ(TotalOf({{2, Part(0.5)}, {1, Part(std::nullopt)}}), 1.0);
}

TEST(TotalTest, IsAbsentIfAllPartsAre) {
  EXPECT_EQ(TotalOf({{1, Part(std::nullopt)}, {1, Part(std::nullopt)}}), std::nullopt);
}

TEST(TotalTest, IsAbsentIfAJudgeCouldNotJudge) {
  EXPECT_EQ(TotalOf({{1, Part(1)}, {1, Part(std::nullopt, Verdict::kFault)}}), std::nullopt);
  EXPECT_EQ(TotalOf({{1, Part(1)}, {1, Part(std::nullopt, Verdict::kUnparseableGold)}}),
            std::nullopt);
  EXPECT_EQ(TotalOf({{1, Part(1)}, {1, Part(0, Verdict::kNoAnswer)}}), 1.0);
}

TEST(TotalTest, IsZeroBehindAClosedGate) {
  EXPECT_EQ(TotalOf({{1, Part(0), true}, {1, Part(1)}}), 0.0);
  EXPECT_EQ(TotalOf({{1, Part(0), true}, {1, Part(std::nullopt, Verdict::kFault)}}), 0.0);
  EXPECT_EQ(TotalOf({{1, Part(0)}, {1, Part(1)}}), 1.0);
}

TEST(TotalTest, CountsAnOpenGate) { EXPECT_EQ(TotalOf({{0.1, Part(1), true}, {1, Part(1)}}), 1.1); }

TEST(TotalTest, IsNotClosedByAGateThatGaveNothing) {
  EXPECT_EQ(TotalOf({{1, Part(std::nullopt), true}, {1, Part(1)}}), 1.0);
  EXPECT_EQ(TotalOf({{1, Part(std::nullopt, Verdict::kFault), true}, {1, Part(1)}}), std::nullopt);
}

// The weights at `steps` of a rule with this schedule.
std::vector<double> Weights(std::vector<WeightPoint> schedule, const std::vector<int64_t>& steps) {
  const WeightedRule rule = {.name = "r",
                             .weight = 7,
                             .gate = false,
                             .rule = nullptr,
                             .data_sources = {},
                             .schedule = std::move(schedule)};
  std::vector<double> weights;
  weights.reserve(steps.size());
  for (const int64_t step : steps) weights.push_back(rule.WeightAt(step));
  return weights;
}

TEST(WeightTest, IsAlwaysTheSameWithoutSchedule) {
  EXPECT_THAT(Weights({}, {0, 1000}), ElementsAre(7, 7));
}

TEST(WeightTest, GoesStraightFromPointToPoint) {
  EXPECT_THAT(Weights({{10, 0}, {20, 1}, {40, 0.5}}, {0, 10, 15, 20, 30, 40, 99}),
              ElementsAre(0, 0, 0.5, 1, 0.75, 0.5, 0.5));
}

TEST(WeightTest, JumpsFromOneStepToTheNext) {
  EXPECT_THAT(Weights({{10, 0}, {11, 1}}, {10, 11}), ElementsAre(0, 1));
}

TEST(RewarderTest, SumsWithTheWeightsOfTheStep) {
  std::vector<WeightedRule> rules = RulesOf(Named("x", Gives({Part(1)})));
  rules[0].schedule = {{0, 0}, {4, 1}};
  const auto rewarder = Create(std::move(rules)).value();
  EXPECT_EQ(Score(*rewarder, Group(1)).value()[0].total, 0.25);
  EXPECT_THAT(rewarder->WeightsAt(3), ElementsAre(0.75));
}

TEST(RewarderTest, GivesEachRolloutItsParts) {
  const auto rewarder = Create(
      RulesOf(Named("x", Gives({Part(1), Part(2)})), Named("y", Gives({Part(10), Part(20)}), 0.1)));
  ASSERT_TRUE(rewarder.ok()) << rewarder.status();
  EXPECT_THAT((*rewarder)->rule_names(), ElementsAre("x", "y"));
  const std::vector<Reward> rewards = Score(**rewarder, Group(2)).value();
  ASSERT_EQ(rewards.size(), 2);
  EXPECT_EQ(rewards[1].parts[0].value, 2);
  EXPECT_EQ(rewards[1].parts[1].value, 20);
  EXPECT_EQ(rewards[0].total, 2);  // 1 + 0.1 * 10
  EXPECT_EQ(rewards[1].total, 4);  // 2 + 0.1 * 20
}

TEST(RewarderTest, ShowsRulesThePromptAndTheParsedText) {
  std::vector<std::string> seen;
  const auto rewarder = Create(RulesOf(
      Named("x", std::make_unique<FakeRule>(
                     std::vector<std::string>(), [&seen](absl::Span<const ScoreInput> inputs) {
                       std::vector<RewardPart> parts;
                       for (const ScoreInput& input : inputs) {
                         seen.push_back(absl::StrCat(input.prompt.ground_truth, " ",
                                                     *input.completion.answer_region, " ",
                                                     input.rollout.tokens.size()));
                         parts.push_back(Part(1));
                       }
                       return parts;
                     }))));
  ASSERT_TRUE(Score(**rewarder, Group(2)).ok());
  EXPECT_THAT(seen, ElementsAre("gold a 2", "gold b 2"));
}

// Notes how many inputs each call has.
std::unique_ptr<RewardRule> NotesCalls(RewardRule::Scope scope, std::vector<size_t>* calls) {
  return std::make_unique<FakeRule>(
      std::vector<std::string>(),
      [calls](absl::Span<const ScoreInput> inputs) {
        calls->push_back(inputs.size());
        return std::vector<RewardPart>(inputs.size(), Part(1));
      },
      scope);
}

TEST(RewarderTest, ShowsAllGroupsAtOnceToRulesThatDoNotCompare) {
  std::vector<size_t> by_rollout;
  std::vector<size_t> by_group;
  const auto rewarder =
      Create(RulesOf(Named("x", NotesCalls(RewardRule::Scope::kRollout, &by_rollout)),
                     Named("y", NotesCalls(RewardRule::Scope::kGroup, &by_group))));
  const RolloutGroup first = Group(2);
  const RolloutGroup second = Group(3);
  const std::vector<std::string> texts = {"a", "b", "c"};
  const auto rewards = (*rewarder)->Score(
      {{first, absl::MakeConstSpan(texts).first(2)}, {Group(0), {}}, {second, texts}}, 1);
  ASSERT_TRUE(rewards.ok()) << rewards.status();
  EXPECT_THAT(*rewards, ElementsAre(SizeIs(2), IsEmpty(), SizeIs(3)));
  EXPECT_THAT(by_rollout, ElementsAre(5));
  EXPECT_THAT(by_group, ElementsAre(2, 3));
}

TEST(RewarderTest, ScoresAnEmptyGroup) {
  const auto rewarder = Create(RulesOf(Named("x", Gives({}))));
  const auto scored = Score(**rewarder, Group(0));
  ASSERT_TRUE(scored.ok()) << scored.status();
  EXPECT_THAT(*scored, IsEmpty());
}

TEST(RewarderOrderTest, RunsARuleAfterThoseItReads) {
  std::vector<std::string> log;
  const auto rewarder =
      Create(RulesOf(Named("a", Notes("a", {"c"}, &log)), Named("b", Notes("b", {}, &log)),
                     Named("c", Notes("c", {"b"}, &log)), Named("d", Notes("d", {}, &log))));
  ASSERT_TRUE(rewarder.ok()) << rewarder.status();
  ASSERT_TRUE(Score(**rewarder, Group(1)).ok());
  EXPECT_THAT(log, ElementsAre("b", "c", "a", "d"));
  EXPECT_THAT((*rewarder)->rule_names(), ElementsAre("a", "b", "c", "d"));
}

TEST(RewarderOrderTest, ShowsExactlyTheNamedPartsOfTheSameRollout) {
  std::vector<std::pair<std::string, double>> seen;
  auto reader = std::make_unique<FakeRule>(std::vector<std::string>{"b"},
                                           [&seen](absl::Span<const ScoreInput> inputs) {
                                             for (const ScoreInput& input : inputs) {
                                               for (const auto& [name, part] : input.earlier)
                                                 seen.emplace_back(name, *part->value);
                                             }
                                             return std::vector<RewardPart>(inputs.size(), Part(0));
                                           });
  const auto rewarder =
      Create(RulesOf(Named("a", Gives({Part(1), Part(2)})), Named("reader", std::move(reader)),
                     Named("b", Gives({Part(3), Part(4)}))));
  ASSERT_TRUE(Score(**rewarder, Group(2)).ok());
  EXPECT_THAT(seen, ElementsAre(Pair("b", 3.0), Pair("b", 4.0)));
}

TEST(RewarderOrderTest, RejectsRulesThatWaitForEachOther) {
  std::vector<std::string> log;
  const auto rewarder = Create(RulesOf(
      Named("free", Notes("free", {}, &log)), Named("outside", Notes("outside", {"a"}, &log)),
      Named("a", Notes("a", {"free", "b"}, &log)), Named("b", Notes("b", {"a"}, &log))));
  EXPECT_TRUE(absl::IsInvalidArgument(rewarder.status()));
  EXPECT_EQ(rewarder.status().message(),
            R"(reward rules wait for each other: "a" after "b" after "a")");
  EXPECT_THAT(std::string(Create(RulesOf(Named("a", Notes("a", {"a"}, &log)))).status().message()),
              HasSubstr(R"("a" after "a")"));
}

TEST(RewarderCreateTest, RejectsWhatCannotBe) {
  std::vector<std::string> log;
  const auto error_of = [](std::vector<WeightedRule> rules) {
    const absl::Status status = Create(std::move(rules)).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(error_of({}), HasSubstr("at least one"));
  EXPECT_THAT(error_of(RulesOf(Named("x", Gives({})), Named("", Gives({})))),
              HasSubstr("rule 2 has no name"));
  EXPECT_THAT(error_of(RulesOf(Named("x", Gives({})), Named("x", Gives({})))),
              HasSubstr(R"(two reward rules are called "x")"));
  EXPECT_THAT(error_of(RulesOf(Named("x", Gives({}), std::nan("")))), HasSubstr("weight"));
  std::vector<WeightedRule> falling = RulesOf(Named("x", Gives({})));
  falling[0].schedule = {{5, 1}, {5, 2}};
  EXPECT_THAT(error_of(std::move(falling)), HasSubstr("steps of its weights must rise"));
  EXPECT_THAT(
      error_of(RulesOf(Named("x", Notes("x", {"answr"}, &log)), Named("answer", Gives({})))),
      AllOf(HasSubstr(R"("x" comes after "answr")"), HasSubstr(R"("x", "answer")")));
}

TEST(RewarderFailureTest, AFailureThatPassesExcludesTheRollouts) {
  for (const absl::Status& status :
       {absl::UnavailableError("down"), absl::InternalError("down"), absl::UnknownError("down"),
        absl::AbortedError("down"), absl::DeadlineExceededError("down"),
        absl::ResourceExhaustedError("down")}) {
    const auto rewarder =
        Create(RulesOf(Named("x", Gives({Part(1), Part(1)})), Named("service", Fails(status))));
    const auto scored = Score(**rewarder, Group(2));
    ASSERT_TRUE(scored.ok()) << scored.status();
    for (const Reward& reward : *scored) {
      EXPECT_EQ(reward.total, std::nullopt);
      EXPECT_EQ(reward.parts[0].value, 1);
      EXPECT_EQ(reward.parts[1].value, std::nullopt);
      EXPECT_EQ(reward.parts[1].verdict, Verdict::kFault);
      EXPECT_EQ(reward.parts[1].message, "down");
    }
  }
}

TEST(RewarderFailureTest, AFailureThatStaysIsReturned) {
  for (const absl::Status& status :
       {absl::InvalidArgumentError("no"), absl::FailedPreconditionError("no"),
        absl::UnimplementedError("no"), absl::DataLossError("no"), absl::CancelledError("no")}) {
    const auto rewarder = Create(RulesOf(Named("service", Fails(status))));
    const auto scored = Score(**rewarder, Group(2));
    EXPECT_EQ(scored.status().code(), status.code());
    EXPECT_EQ(scored.status().message(), R"(reward rule "service": no)");
  }
}

TEST(RewarderFailureTest, AValueThatIsNoNumberExcludesItsRolloutOnly) {
  const auto rewarder =
      Create(RulesOf(Named("x", Gives({Part(std::nan("")), Part(HUGE_VAL), Part(1)}))));
  const std::vector<Reward> rewards = Score(**rewarder, Group(3)).value();
  EXPECT_EQ(rewards[0].parts[0].verdict, Verdict::kFault);
  EXPECT_THAT(rewards[0].parts[0].message, HasSubstr("nan"));
  EXPECT_EQ(rewards[0].total, std::nullopt);
  EXPECT_EQ(rewards[1].total, std::nullopt);
  EXPECT_EQ(rewards[2].total, 1);
}

// Rules for a data source each.
std::unique_ptr<Rewarder> OfSources(std::unique_ptr<RewardRule> math,
                                    std::unique_ptr<RewardRule> code) {
  std::vector<WeightedRule> rules =
      RulesOf(Named("math", std::move(math)), Named("code", std::move(code)));
  rules[0].data_sources = {"gsm8k", "aime"};
  rules[1].data_sources = {"mbpp"};
  return Create(std::move(rules)).value();
}

std::shared_ptr<const Prompt> PromptOf(const std::string& source, const std::string& gold) {
  auto prompt = std::make_shared<Prompt>();
  prompt->data_source = source;
  prompt->ground_truth = gold;
  return prompt;
}

TEST(RewarderSourceTest, ARuleJudgesPromptsOfItsSourcesAlone) {
  const auto rewarder = OfSources(Gives({Part(1)}), Fails(absl::InternalError("not asked")));
  RolloutGroup group = Group(1);
  group.prompt = PromptOf("aime", "gold");
  const std::vector<Reward> rewards = Score(*rewarder, group).value();
  EXPECT_EQ(rewards[0].total, 1.0);
  EXPECT_EQ(rewards[0].parts[1].value, std::nullopt);
  EXPECT_EQ(rewards[0].parts[1].verdict, std::nullopt);
}

// Wants ground truths that are not empty.
class WantsGold : public RewardRule {
 public:
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override {
    return std::vector<RewardPart>(inputs.size(), Part(1));
  }
  absl::StatusOr<std::vector<std::string>> GoldFaults(
      absl::Span<const absl::string_view> ground_truths) const override {
    std::vector<std::string> faults;
    faults.reserve(ground_truths.size());
    for (const absl::string_view truth : ground_truths)
      faults.emplace_back(truth.empty() ? "empty" : "");
    return faults;
  }
};

TEST(RewarderSourceTest, TellsWhichPromptsCannotBeJudged) {
  const auto rewarder = OfSources(std::make_unique<WantsGold>(), Gives({}));
  const auto faults = rewarder->GoldFaults({PromptOf("gsm8k", "4"), PromptOf("gsm8k", ""),
                                            PromptOf("mbpp", ""), PromptOf("poems", "x")});
  ASSERT_TRUE(faults.ok()) << faults.status();
  EXPECT_THAT(*faults,
              ElementsAre("", "math: empty", "", "no rule judges the data source \"poems\""));
}

// A verifier that does not run.
class Unreachable : public RewardRule {
 public:
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override {
    return std::vector<RewardPart>(inputs.size(), Part(1));
  }
  absl::StatusOr<std::vector<std::string>> GoldFaults(
      absl::Span<const absl::string_view> /*ground_truths*/) const override {
    return absl::UnavailableError("down");
  }
};

TEST(RewarderSourceTest, BlamesNoPromptForAVerifierThatDoesNotRun) {
  const auto rewarder = OfSources(std::make_unique<Unreachable>(), Gives({}));
  EXPECT_EQ(rewarder->GoldFaults({PromptOf("gsm8k", "4")}).status(),
            absl::UnavailableError("math: down"));
}

}  // namespace
}  // namespace whet
