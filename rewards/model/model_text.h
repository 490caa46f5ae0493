// What a reward model reads of a rollout.
#ifndef WHET_REWARDS_MODEL_MODEL_TEXT_H_
#define WHET_REWARDS_MODEL_MODEL_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "rewards/reward_rule.h"

namespace whet {

// What of a completion is the response.
enum class ModelPlace {
  kSummary,   // What comes after the thought, without the white space before it: Completion::rest.
              // Of a thought that never ends nothing.
  kResponse,  // All of it.
};

struct ModelTextOptions {
  ModelPlace place = ModelPlace::kSummary;
  // A conversation as the reward model was trained to read it: {prompt} in it becomes what the user
  // asks (rewards/user_text.h), {response} the response. Empty: what the policy reads, and then the
  // response.
  std::string text_template = {};
};

// The response alone.
absl::string_view ModelResponse(const ScoreInput& input, ModelPlace place);

std::string ModelText(const ScoreInput& input, const ModelTextOptions& options);

}  // namespace whet

#endif  // WHET_REWARDS_MODEL_MODEL_TEXT_H_
