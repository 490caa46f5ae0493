// Reward models: a decoder of policy/model_config.h with a linear head on the last token's hidden
// state. Free of LibTorch.
#ifndef WHET_POLICY_REWARD_MODEL_H_
#define WHET_POLICY_REWARD_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "policy/checkpoint.h"
#include "policy/device.h"
#include "rollout/score_model.h"

namespace whet {

struct RewardModelOptions {
  ComputeOptions compute;
  std::optional<int64_t> label = std::nullopt;  // Whose value is given; unset: the only one's.
  int64_t tokens_max = 0;             // Longer sequences have no value. 0: longer than the context.
  int64_t micro_batch_tokens = 8192;  // That are computed at once, or one sequence.
};

// The model of a checkpoint that was opened as ModelKind::kRewardModel. The value is that of
// transformers' …ForSequenceClassification: the logit of the label, without a link function, at the
// last token that is not pad_token_id. Hidden states are computed in compute.type, the head's
// product is summed in f64.
//
// Computes on a thread of its own. What a call's sequences begin with alike, as the completions of
// a prompt do, is computed once. Memory: the weights in compute.type, and what a forward pass over
// micro_batch_tokens takes.
//
// InvalidArgument for a label that there is not, or if there are several and none is chosen; errors
// of Checkpoint::Tensor; ResourceExhausted if memory does not suffice.
absl::StatusOr<std::unique_ptr<ScoreModel>> MakeRewardModel(const Checkpoint& checkpoint,
                                                            const RewardModelOptions& options);

}  // namespace whet

#endif  // WHET_POLICY_REWARD_MODEL_H_
