// What libraries of users do, and what becomes of the samples that they had.
#include "rewards/custom/library_rule.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/custom/score.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<LibraryRule> Rule(LibraryRuleOptions options = {}) {
  options.name = "mine";
  if (options.path.empty()) options.path = WHET_VERIFIER_LIBRARY;
  absl::StatusOr<std::unique_ptr<LibraryRule>> rule = LibraryRule::Create(options);
  EXPECT_TRUE(rule.ok()) << rule.status();
  return *std::move(rule);
}

TEST(LibraryRuleTest, ACrashCostsTheSampleItDiedOf) {
  ExpectOneFault(Rule().get(), "crash", "signal 6");
}
TEST(LibraryRuleTest, AFailedCallCostsTheSampleThatFailed) {
  ExpectOneFault(Rule().get(), "fail", "whet_verifier_score gave 1");
}
TEST(LibraryRuleTest, NaNIsNoReward) { ExpectOneFault(Rule().get(), "nan", "the reward is nan"); }
TEST(LibraryRuleTest, AVerdictThatIsNoneIsNoReward) {
  ExpectOneFault(Rule().get(), "odd", "there is no verdict 99");
}

TEST(LibraryRuleTest, ALongMessageIsCut) {
  const auto rule = Rule();
  EXPECT_EQ(ScoreTexts(rule.get(), {"long"})[0].message.size(), 1023U);
}

TEST(LibraryRuleTest, WhatNeverComesBackIsAFaultInTime) {
  LibraryRuleOptions options;
  options.timeout = absl::Milliseconds(300);
  const auto rule = Rule(options);
  const std::vector<RewardPart> parts = ScoreTexts(rule.get(), {"good 1", "hang"});
  EXPECT_EQ(parts[0].value, 1.0);
  ExpectFault(parts[1], "no answer within 300ms");
}

TEST(LibraryRuleTest, ManySamplesGoInBatches) {
  LibraryRuleOptions options;
  options.batch = 7;
  options.processes = 2;
  const auto rule = Rule(options);
  std::vector<std::string> texts;
  texts.reserve(100);
  for (int i = 0; i < 100; ++i) texts.push_back("good " + std::to_string(i));
  const std::vector<RewardPart> parts = ScoreTexts(rule.get(), texts);
  for (size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(parts[i].value, static_cast<double>(i));
}

TEST(LibraryRuleTest, TellsWhyALibraryIsRefused) {
  const auto why = [](const std::string& path, const std::string& config) {
    LibraryRuleOptions options;
    options.path = path;
    options.config = config;
    return std::string(LibraryRule::Create(options).status().message());
  };
  EXPECT_THAT(why(WHET_VERIFIER_LIBRARY, "refuse"), HasSubstr("I do not like this config"));
  EXPECT_THAT(why(WHET_OTHER_VERIFIER_LIBRARY, ""), HasSubstr("built for version 2"));
  EXPECT_THAT(why("/nowhere/mine.so", ""), HasSubstr("/nowhere/mine.so"));
  EXPECT_THAT(why("libm.so.6", ""), HasSubstr("it has no whet_verifier_abi"));
}

}  // namespace
}  // namespace whet
