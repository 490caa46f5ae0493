// What tests of rules begin with.
#ifndef WHET_TESTS_REWARDS_RULE_TEST_H_
#define WHET_TESTS_REWARDS_RULE_TEST_H_

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rewards/completion.h"
#include "rewards/reward_rule.h"

namespace whet {

// The part that `rule` gives to one completion.
inline RewardPart PartOf(RewardRule& rule, const std::string& ground_truth, const std::string& text,
                         Finish finish = Finish::kStop, const CompletionOptions& options = {}) {
  Prompt prompt = {};
  prompt.ground_truth = ground_truth;
  Rollout rollout = {};
  rollout.finish = finish;
  const Completion completion = ParseCompletion(text, options);
  const std::vector<ScoreInput> inputs = {
      {.prompt = prompt, .rollout = rollout, .completion = completion, .earlier = {}}};
  absl::StatusOr<std::vector<RewardPart>> parts = rule.Score(inputs);
  EXPECT_TRUE(parts.ok()) << parts.status();
  return parts->at(0);
}

}  // namespace whet

#endif  // WHET_TESTS_REWARDS_RULE_TEST_H_
