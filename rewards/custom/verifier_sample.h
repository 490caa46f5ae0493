// What verifiers of the user's own are told of a rollout.
#ifndef WHET_REWARDS_CUSTOM_VERIFIER_SAMPLE_H_
#define WHET_REWARDS_CUSTOM_VERIFIER_SAMPLE_H_

#include <cstdint>
#include <string>

#include "rewards/reward_rule.h"

namespace whet {

struct VerifierSample {
  std::string prompt;      // The question.
  std::string completion;  // Any bytes, without special tokens.
  std::string ground_truth;
  std::string data_source;
  std::string extra;  // A JSON object.
  int64_t completion_tokens = 0;
  bool finished = true;  // It was not cut off.
};

VerifierSample SampleOf(const ScoreInput& input);

}  // namespace whet

#endif  // WHET_REWARDS_CUSTOM_VERIFIER_SAMPLE_H_
