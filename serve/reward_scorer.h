// Judges completions of other programs by a run's rules.
#ifndef WHET_SERVE_REWARD_SCORER_H_
#define WHET_SERVE_REWARD_SCORER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rewards/custom/verifier_sample.h"
#include "rewards/rewarder.h"
#include "rollout/reward.h"
#include "serve/admission.h"

namespace whet::serve {

struct RewardSample {
  VerifierSample sample;
  std::string group;  // Samples of one group that follow each other are compared; empty: none.
  // Of the completion. If they are not known, no two tokens are taken to be the same.
  std::vector<int32_t> token_ids;
};

struct RewardScorerOptions {
  int calls = 16;  // That are judged at a time.
  int calls_waiting = 256;
};

// Thread-safe.
class RewardScorer {
 public:
  // `rewarder` is not owned and outlives this.
  explicit RewardScorer(const Rewarder* rewarder, const RewardScorerOptions& options = {});

  // The reward of each sample, with the weights of step 0. ResourceExhausted if too many others
  // wait, or after waiting for `patience`; InvalidArgument for more than 2^24 tokens whose ids are
  // not known; else as Rewarder::Score.
  absl::StatusOr<std::vector<Reward>> Score(absl::Span<const RewardSample> samples,
                                            absl::Duration patience);

  const std::vector<std::string>& rule_names() const { return rewarder_->rule_names(); }

  // Calls that wait, and those that come, are refused.
  void Close() { admission_.Close(); }

 private:
  absl::StatusOr<std::vector<Reward>> Judge(absl::Span<const RewardSample> samples);

  const Rewarder* const rewarder_;
  Admission admission_;
};

}  // namespace whet::serve

#endif  // WHET_SERVE_REWARD_SCORER_H_
