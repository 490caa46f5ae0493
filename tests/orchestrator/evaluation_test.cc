#include "orchestrator/evaluation.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/orchestrator/collected_groups.h"

namespace whet {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pair;

const std::vector<std::string> kRules = {"answer"};

// Keys by group and rollout.
using Keys = std::vector<std::vector<std::optional<std::string>>>;

Keys NoKeys(const std::vector<CollectedGroup>& groups) {
  Keys keys;
  for (const CollectedGroup& group : groups) keys.emplace_back(group.texts.size(), std::nullopt);
  return keys;
}

EvaluationMetrics Evaluate(const std::vector<CollectedGroup>& groups) {
  return EvaluationOf(groups, kRules, NoKeys(groups));
}

TEST(PassAtKTest, IsTheShareOfChoicesThatHaveARightOne) {
  // 1 - C(7,5) / C(10,5) = 1 - 21 / 252.
  EXPECT_NEAR(PassAtK(10, 3, 5), 0.9166666667, 1e-10);
  // One right one among 64: 8 of 64 choices have it.
  EXPECT_NEAR(PassAtK(64, 1, 8), 0.125, 1e-12);
  // Fewer wrong ones than are chosen.
  EXPECT_EQ(PassAtK(5, 2, 4), 1.0);
  // C(180,100) / C(200,100) beyond what doubles hold.
  EXPECT_NEAR(PassAtK(200, 20, 100), 0.9999996678, 1e-10);
}

TEST(PassAtKTest, OfNoRightOneIsNothingAndOfOneChoiceTheShare) {
  EXPECT_EQ(PassAtK(4, 0, 2), 0.0);
  EXPECT_NEAR(PassAtK(8, 3, 1), 3.0 / 8.0, 1e-15);
  EXPECT_EQ(PassAtK(1, 1, 1), 1.0);
}

TEST(MajorityOfTest, IsTheMostFrequentAnswer) {
  EXPECT_EQ(MajorityOf({{"4", "5", "5"}}), 1);
  EXPECT_EQ(MajorityOf({{"4", "5", "4", "5", "5"}}), 1);
}

TEST(MajorityOfTest, OfEquallyFrequentOnesIsTheFirst) {
  EXPECT_EQ(MajorityOf({{"5", "4", "4", "5"}}), 0);
  EXPECT_EQ(MajorityOf({{"9", "8", "7"}}), 0);
}

TEST(MajorityOfTest, LeavesOutThoseWithoutAnAnswer) {
  EXPECT_EQ(MajorityOf({{std::nullopt, std::nullopt, "4"}}), 2);
  EXPECT_EQ(MajorityOf({{std::nullopt, std::nullopt}}), std::nullopt);
  EXPECT_EQ(MajorityOf({}), std::nullopt);
}

TEST(EvaluationTest, AccuracyIsAMeanOverQuestionsWithItsStandardError) {
  // Shares 1, 1/2 and 0: mean 1/2, deviation 1/2, error 1/2 / sqrt(3).
  const EvaluationMetrics metrics =
      Evaluate({GroupOf({kRight, kRight}), GroupOf({kRight, kWrong}), GroupOf({kWrong, kWrong})});
  EXPECT_EQ(metrics.questions, 3);
  EXPECT_EQ(metrics.samples, 2);
  EXPECT_DOUBLE_EQ(metrics.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(metrics.accuracy_error, 0.5 / std::sqrt(3.0));
}

TEST(EvaluationTest, PassIsTakenAtPowersOfTwoUpToTheSamples) {
  // Of 5 one is right: 1/5, 2/5, 4/5.
  const EvaluationMetrics metrics = Evaluate({GroupOf({kWrong, kRight, kWrong, kWrong, kWrong})});
  EXPECT_THAT(metrics.pass_at,
              ElementsAre(Pair(1, DoubleNear(0.2, 1e-12)), Pair(2, DoubleNear(0.4, 1e-12)),
                          Pair(4, DoubleNear(0.8, 1e-12))));
}

TEST(EvaluationTest, WhatCouldNotBeJudgedIsLeftOut) {
  // 1 of 1, not 1 of 3; and a question of which nothing was judged counts nowhere.
  const EvaluationMetrics metrics =
      Evaluate({GroupOf({kRight, kFault, kFault}), GroupOf({kFault, kFault, kFault})});
  EXPECT_DOUBLE_EQ(metrics.accuracy, 1.0);
  EXPECT_EQ(metrics.batch.excluded, 5);
  EXPECT_EQ(metrics.batch.accuracy, 1.0);
  // No question has two that were judged.
  EXPECT_THAT(metrics.pass_at, ElementsAre(Pair(1, 1.0)));
}

TEST(EvaluationTest, ConsensusIsTheShareOfQuestionsWhoseMajorityIsRight) {
  const std::vector<CollectedGroup> groups = {GroupOf({kWrong, kRight, kRight}),
                                              GroupOf({kRight, kWrong, kWrong}),
                                              GroupOf({kWrong, kWrong, kWrong})};
  const Keys keys = {{"3", "4", "4"}, {"4", "5", "5"}, {std::nullopt, std::nullopt, std::nullopt}};
  const EvaluationMetrics metrics = EvaluationOf(groups, kRules, keys);
  ASSERT_TRUE(metrics.consensus.has_value());
  EXPECT_DOUBLE_EQ(*metrics.consensus, 1.0 / 3.0);
}

TEST(EvaluationTest, OneSampleHasNoConsensusAndOneQuestionNoError) {
  const EvaluationMetrics metrics = Evaluate({GroupOf({kRight})});
  EXPECT_FALSE(metrics.consensus.has_value());
  EXPECT_EQ(metrics.accuracy_error, 0.0);
  EXPECT_THAT(metrics.pass_at, ElementsAre(Pair(1, 1.0)));
}

TEST(EvaluationTest, ItsJsonHasTheseNames) {
  const Json json = ToJson(Evaluate({GroupOf({kRight, kWrong})}));
  EXPECT_EQ(json.GetDouble("eval_accuracy").value(), 0.5);
  EXPECT_EQ(json.GetDouble("eval_pass@2").value(), 1.0);
  EXPECT_EQ(json.GetDouble("eval_cons@2").value(), 0.0);
  EXPECT_EQ(json.GetDouble("eval_rewards/answer/mean").value(), 0.5);
  EXPECT_EQ(json.GetInt("eval_questions").value(), 1);
  EXPECT_EQ(json.Find("eval_groups"), nullptr);
}

}  // namespace
}  // namespace whet
