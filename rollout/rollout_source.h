// The seam behind which rollouts are asked for: engines in this process, or workers elsewhere.
#ifndef WHET_ROLLOUT_ROLLOUT_SOURCE_H_
#define WHET_ROLLOUT_ROLLOUT_SOURCE_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rollout/rollout.h"

namespace whet {

class WeightSet;  // policy/weight_set.h

// Not thread-safe: its owner's thread drives it.
class RolloutSource {
 public:
  virtual ~RolloutSource() = default;

  // Asks for rollouts. Samples nothing yet, and never blocks. InvalidArgument for requests that no
  // source could sample (Generator::Submit); AlreadyExists for ids that are outstanding: then none
  // of `requests` is taken.
  virtual absl::Status Request(std::vector<RolloutRequest> requests) = 0;

  // Waits until something that was asked for is finished, and returns all that is; nothing only if
  // nothing is outstanding. Unavailable if it can never be finished here.
  virtual absl::StatusOr<std::vector<Rollout>> Wait() = 0;

  // Samples with `weights` from now on. What is outstanding goes on with them.
  virtual absl::Status Publish(std::shared_ptr<const WeightSet> weights) = 0;
};

}  // namespace whet

#endif  // WHET_ROLLOUT_ROLLOUT_SOURCE_H_
