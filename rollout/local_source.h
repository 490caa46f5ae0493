// Rollouts from a generator in this process, on the caller's thread.
#ifndef WHET_ROLLOUT_LOCAL_SOURCE_H_
#define WHET_ROLLOUT_LOCAL_SOURCE_H_

#include <deque>
#include <memory>
#include <vector>

#include "rollout/generator.h"
#include "rollout/rollout_source.h"

namespace whet {

// What the generator's queue has no room for waits here, in order.
class LocalSource : public RolloutSource {
 public:
  // `generator` is not owned and outlives this.
  explicit LocalSource(Generator* generator) : generator_(generator) {}

  absl::Status Request(std::vector<RolloutRequest> requests) override;
  absl::StatusOr<std::vector<Rollout>> Wait() override;
  absl::Status Publish(std::shared_ptr<const WeightSet> weights) override;

 private:
  // Hands over what the generator takes.
  absl::Status Submit();

  Generator* const generator_;
  std::deque<RolloutRequest> waiting_;
};

}  // namespace whet

#endif  // WHET_ROLLOUT_LOCAL_SOURCE_H_
