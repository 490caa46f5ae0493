// What tests of the rules of rewards/shape begin with.
#ifndef WHET_TESTS_REWARDS_SHAPE_SHAPE_TEST_H_
#define WHET_TESTS_REWARDS_SHAPE_SHAPE_TEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rewards/completion.h"
#include "rewards/reward_rule.h"

namespace whet {

// A completion, as the rules of this folder look at it.
struct Sampled {
  std::string text = {};
  std::vector<int32_t> tokens = {};
  std::optional<double> correctness = {};  // What the rule "right" gave.
  Finish finish = Finish::kStop;
};

// A right one, or a wrong one, of so many tokens.
inline Sampled OfTokens(size_t tokens, std::optional<double> correctness = std::nullopt) {
  return {.tokens = std::vector<int32_t>(tokens, 5), .correctness = correctness};
}

// What `rule` gives them in one call; after "right", if it reads another rule.
inline std::vector<RewardPart> PartsOf(RewardRule& rule, const std::vector<Sampled>& group) {
  const Prompt prompt = {};
  std::vector<Rollout> rollouts(group.size());
  std::vector<Completion> completions;
  std::vector<RewardPart> earlier;
  for (size_t i = 0; i < group.size(); ++i) {
    rollouts[i].tokens = group[i].tokens;
    rollouts[i].finish = group[i].finish;
    completions.push_back(ParseCompletion(group[i].text, {}));
    earlier.push_back({.value = group[i].correctness, .verdict = std::nullopt, .message = ""});
  }
  std::vector<ScoreInput> inputs;
  for (size_t i = 0; i < group.size(); ++i) {
    inputs.push_back(
        {.prompt = prompt, .rollout = rollouts[i], .completion = completions[i], .earlier = {}});
    for (const std::string& name : rule.after()) {
      EXPECT_EQ(name, "right");
      inputs.back().earlier["right"] = &earlier[i];
    }
  }
  absl::StatusOr<std::vector<RewardPart>> parts = rule.Score(inputs);
  EXPECT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ(parts->size(), group.size());
  return *std::move(parts);
}

// Only their values: these rules have no verdict.
inline std::vector<std::optional<double>> ValuesOf(RewardRule& rule,
                                                   const std::vector<Sampled>& group) {
  std::vector<std::optional<double>> values;
  for (const RewardPart& part : PartsOf(rule, group)) {
    EXPECT_FALSE(part.verdict.has_value());
    values.push_back(part.value);
  }
  return values;
}

inline std::optional<double> ValueOf(RewardRule& rule, const Sampled& sampled) {
  return ValuesOf(rule, {sampled}).at(0);
}

}  // namespace whet

#endif  // WHET_TESTS_REWARDS_SHAPE_SHAPE_TEST_H_
