// Samples and results as proto/reward.proto has them. Includes generated code: for .cc files.
#ifndef WHET_REWARDS_REMOTE_REWARD_WIRE_H_
#define WHET_REWARDS_REMOTE_REWARD_WIRE_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/reward.pb.h"
#include "rewards/custom/batches.h"
#include "rollout/reward.h"

namespace whet {

// Ids are positions in the batch. With its `tokens` also their ids.
rewards::v1::ScoreRequest RequestOf(InputBatch batch, bool tokens);

// The parts of a batch of `count`, in its order. DataLoss if there is another number of results, or
// an id that is none of the batch, or one twice. A result with a value that is not finite, or a
// verdict that there is not, is a kFault.
absl::StatusOr<std::vector<RewardPart>> PartsOf(const rewards::v1::ScoreResponse& response,
                                                size_t count);

rewards::v1::Verdict VerdictToWire(const std::optional<Verdict>& verdict);

}  // namespace whet

#endif  // WHET_REWARDS_REMOTE_REWARD_WIRE_H_
