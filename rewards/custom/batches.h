// Asking somebody who judges batches.
#ifndef WHET_REWARDS_CUSTOM_BATCHES_H_
#define WHET_REWARDS_CUSTOM_BATCHES_H_

#include <cstddef>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/reward_rule.h"

namespace whet {

using InputBatch = absl::Span<const ScoreInput>;
using BatchParts = absl::StatusOr<std::vector<RewardPart>>;

// Judges several batches side by side: the parts of each, or why it failed.
using JudgeBatches =
    absl::FunctionRef<std::vector<BatchParts>(const std::vector<InputBatch>& batches)>;

// Has `inputs` judged in batches of at most `batch_max`. A batch that fails is tried again input by
// input, so that only those to blame have no reward: kFault, with the reason. Not so if it is
// Unavailable: then nobody was there to judge it.
std::vector<RewardPart> ScoreInBatches(InputBatch inputs, size_t batch_max, JudgeBatches judge);

}  // namespace whet

#endif  // WHET_REWARDS_CUSTOM_BATCHES_H_
