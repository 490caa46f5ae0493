// Completions for rules that know nothing else.
#ifndef WHET_TESTS_REWARDS_CUSTOM_SCORE_H_
#define WHET_TESTS_REWARDS_CUSTOM_SCORE_H_

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rewards/completion.h"
#include "rewards/reward_rule.h"

namespace whet {

// Judges all of them in one call.
inline std::vector<RewardPart> ScoreTexts(RewardRule* rule, const std::vector<std::string>& texts) {
  const Prompt prompt = {};
  const Rollout rollout = {};
  std::vector<Completion> completions;
  completions.reserve(texts.size());
  for (const std::string& text : texts) completions.push_back(ParseCompletion(text, {}));
  std::vector<ScoreInput> inputs;
  inputs.reserve(texts.size());
  for (const Completion& completion : completions) {
    inputs.push_back(
        {.prompt = prompt, .rollout = rollout, .completion = completion, .earlier = {}});
  }
  absl::StatusOr<std::vector<RewardPart>> parts = rule->Score(inputs);
  EXPECT_TRUE(parts.ok()) << parts.status();
  return *std::move(parts);
}

inline void ExpectFault(const RewardPart& part, const std::string& why) {
  EXPECT_EQ(part.value, std::nullopt);
  EXPECT_EQ(part.verdict, Verdict::kFault);
  EXPECT_THAT(part.message, ::testing::HasSubstr(why));
}

// One completion among others fails, which have their rewards.
inline void ExpectOneFault(RewardRule* rule, const std::string& text, const std::string& why) {
  const std::vector<RewardPart> parts =
      ScoreTexts(rule, {"good 1", "good 0.5", text, "good 0.25", "null"});
  EXPECT_EQ(parts[0].value, 1.0);
  EXPECT_EQ(parts[1].value, 0.5);
  ExpectFault(parts[2], why);
  EXPECT_EQ(parts[3].value, 0.25);
  EXPECT_EQ(parts[4].value, std::nullopt);
  EXPECT_EQ(parts[4].verdict, std::nullopt);
  EXPECT_EQ(parts[4].message, "does not apply");
}

}  // namespace whet

#endif  // WHET_TESTS_REWARDS_CUSTOM_SCORE_H_
