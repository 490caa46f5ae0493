// What programs of users do, and what becomes of the samples that they had.
#include "rewards/custom/command_rule.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/custom/score.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

CommandRuleOptions Options(const std::string& manner = "") {
  CommandRuleOptions options;
  options.argv = {"python3", "-S", WHET_VERIFIER_PROGRAM};
  if (!manner.empty()) options.argv.push_back(manner);
  options.name = "mine";
  options.timeout = absl::Minutes(5);  // Never reached by a test that passes.
  return options;
}

std::unique_ptr<CommandRule> Rule(const CommandRuleOptions& options = Options()) {
  absl::StatusOr<std::unique_ptr<CommandRule>> rule = CommandRule::Create(options);
  EXPECT_TRUE(rule.ok()) << rule.status();
  return *std::move(rule);
}

TEST(CommandRuleTest, GivesWhatTheProgramSays) {
  const auto rule = Rule();
  const std::vector<RewardPart> parts = ScoreTexts(rule.get(), {"good 1", "good -0.5"});
  EXPECT_EQ(parts[0].value, 1.0);
  EXPECT_EQ(parts[1].value, -0.5);
}

TEST(CommandRuleTest, AnswersMayComeInAnyOrder) {
  const auto rule = Rule();
  const std::vector<RewardPart> parts = ScoreTexts(rule.get(), {"hold 1", "hold 2", "good 3"});
  EXPECT_EQ(parts[0].value, 1.0);
  EXPECT_EQ(parts[1].value, 2.0);
  EXPECT_EQ(parts[2].value, 3.0);
}

TEST(CommandRuleTest, ADeathCostsTheSampleItDiedOf) {
  ExpectOneFault(Rule().get(), "die", "out of luck");
}
TEST(CommandRuleTest, NaNIsNoReward) {
  ExpectOneFault(Rule().get(), "nan", "it answered wrongly: not JSON");
}
TEST(CommandRuleTest, ATextIsNoReward) {
  ExpectOneFault(Rule().get(), "text", "expected a number");
}
TEST(CommandRuleTest, GarbageIsNoReward) { ExpectOneFault(Rule().get(), "garbage", "what?"); }
TEST(CommandRuleTest, AnAnswerToNobodyIsNoReward) {
  ExpectOneFault(Rule().get(), "stranger", "an answer to nothing");
}
TEST(CommandRuleTest, AnEndlessLineIsNoReward) {
  ExpectOneFault(Rule().get(), "huge", "a line of more than");
}

TEST(CommandRuleTest, TheFirstOfTwoAnswersCounts) {
  const auto rule = Rule();
  const std::vector<RewardPart> parts = ScoreTexts(rule.get(), {"twice 1", "good 2"});
  EXPECT_EQ(parts[0].value, 1.0);
  EXPECT_EQ(parts[1].value, 2.0);
}

TEST(CommandRuleTest, WhatIsNeverAnsweredIsAFaultInTime) {
  CommandRuleOptions options = Options();
  options.timeout = absl::Milliseconds(300);
  const auto rule = Rule(options);
  const std::vector<RewardPart> parts = ScoreTexts(rule.get(), {"none", "good 1"});
  ExpectFault(parts[0], "no answer within 300ms");
  EXPECT_EQ(parts[1].value, 1.0);
}

TEST(CommandRuleTest, AProcessThatKeepsThePipesHoldsNothingUp) {
  const auto rule = Rule();
  EXPECT_EQ(ScoreTexts(rule.get(), {"fork 1"})[0].value, 1.0);
  ExpectFault(ScoreTexts(rule.get(), {"die"})[0], "out of luck");
  EXPECT_EQ(ScoreTexts(rule.get(), {"good 1"})[0].value, 1.0);
}

TEST(CommandRuleTest, SeveralProcessesShareTheWork) {
  CommandRuleOptions options = Options();
  options.processes = 3;
  options.in_flight_max = 2;
  const auto rule = Rule(options);
  const std::vector<std::string> texts(50, "good 1");
  for (const RewardPart& part : ScoreTexts(rule.get(), texts)) EXPECT_EQ(part.value, 1.0);
}

TEST(CommandRuleTest, TellsWhyAProgramDoesNotStart) {
  const auto why = [](const CommandRuleOptions& options) {
    return std::string(CommandRule::Create(options).status().message());
  };
  EXPECT_THAT(why(Options("fail")), HasSubstr("no licence"));
  EXPECT_THAT(why(Options("noise")), HasSubstr("Welcome to the verifier!"));
  EXPECT_THAT(why(Options("other")), HasSubstr("version 1 of the protocol"));
  CommandRuleOptions mute = Options("mute");
  mute.start_timeout = absl::Milliseconds(100);
  EXPECT_THAT(why(mute), HasSubstr("no greeting within 100ms"));
  CommandRuleOptions missing;
  missing.name = "mine";
  missing.argv = {"/nowhere/verifier"};
  EXPECT_THAT(why(missing), HasSubstr("/nowhere/verifier"));
  CommandRuleOptions not_executable = missing;
  not_executable.argv = {"/etc/passwd"};
  EXPECT_THAT(why(not_executable), HasSubstr("cannot start /etc/passwd: Permission denied"));
}

}  // namespace
}  // namespace whet
