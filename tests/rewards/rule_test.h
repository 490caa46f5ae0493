// What tests of rules begin with.
#ifndef WHET_TESTS_REWARDS_RULE_TEST_H_
#define WHET_TESTS_REWARDS_RULE_TEST_H_

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rewards/completion.h"
#include "rewards/reward_rule.h"

namespace whet {

// What `ask` says of one completion.
template <typename Ask>
auto OfCompletion(const std::string& ground_truth, const std::string& text, Finish finish,
                  const CompletionOptions& options, Ask ask) {
  Prompt prompt = {};
  prompt.ground_truth = ground_truth;
  Rollout rollout = {};
  rollout.finish = finish;
  const Completion completion = ParseCompletion(text, options);
  return ask(
      ScoreInput{.prompt = prompt, .rollout = rollout, .completion = completion, .earlier = {}});
}

// The part that `rule` gives to one completion.
inline RewardPart PartOf(RewardRule& rule, const std::string& ground_truth, const std::string& text,
                         Finish finish = Finish::kStop, const CompletionOptions& options = {}) {
  return OfCompletion(ground_truth, text, finish, options, [&rule](const ScoreInput& input) {
    absl::StatusOr<std::vector<RewardPart>> parts = rule.Score({input});
    EXPECT_TRUE(parts.ok()) << parts.status();
    return parts->at(0);
  });
}

// What it is counted as in a majority vote.
inline std::optional<std::string> AnswerKeyOf(RewardRule& rule, const std::string& text) {
  return OfCompletion("", text, Finish::kStop, {},
                      [&rule](const ScoreInput& input) { return rule.AnswerKey(input); });
}

}  // namespace whet

#endif  // WHET_TESTS_REWARDS_RULE_TEST_H_
