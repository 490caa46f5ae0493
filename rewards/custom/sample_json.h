// What verifiers of the user's own are told of a rollout, and what they say of it, as JSON.
#ifndef WHET_REWARDS_CUSTOM_SAMPLE_JSON_H_
#define WHET_REWARDS_CUSTOM_SAMPLE_JSON_H_

#include <string>

#include "absl/strings/string_view.h"
#include "rewards/reward_rule.h"
#include "rollout/reward.h"

namespace whet {

// {"v": 1, "prompt": the question, "completion": text without special tokens, "ground_truth",
//  "data_source", "finish": "stop" or "length", "completion_tokens": how many,
//  "extra": the row's other columns, an object}; with its `tokens` also "completion_ids".
std::string SampleJson(const ScoreInput& input, bool tokens);

// Of an answer {"reward": number or null, "verdict": a VerdictName, "message": text}, of which all
// but the reward may be missing; null is a part without value. {"error": text} is kFault, and so is
// whatever has another form. Never anything that counts as 0 but a 0.
RewardPart PartOfAnswer(absl::string_view answer);

}  // namespace whet

#endif  // WHET_REWARDS_CUSTOM_SAMPLE_JSON_H_
