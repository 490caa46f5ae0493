#include "policy/weight_set.h"

#include <ATen/ATen.h>

#include <utility>

#include "base/check.h"
#include "policy/torch_guard.h"
#include "policy/torch_types.h"
#include "policy/weights.h"

namespace whet {

SharedMemoryUse::Reading::Reading(SharedMemoryUse* use) : use_(use) {
  WHET_CHECK(use_->state_.fetch_add(1) >= 0);
}
SharedMemoryUse::Reading::~Reading() { use_->state_.fetch_sub(1); }

SharedMemoryUse::Writing::Writing(SharedMemoryUse* use) : use_(use) {
  int none = 0;
  WHET_CHECK(use_->state_.compare_exchange_strong(none, -1));
}
SharedMemoryUse::Writing::~Writing() { use_->state_.store(0); }

WeightSet::WeightSet(PolicyVersion version, Weights weights, std::shared_ptr<SharedMemoryUse> use)
    : version_(version),
      weights_(std::make_unique<const Weights>(std::move(weights))),
      use_(std::move(use)) {}
WeightSet::~WeightSet() = default;

const ModelConfig& WeightSet::config() const { return weights_->config; }

absl::StatusOr<std::shared_ptr<const WeightSet>> LoadWeightSet(const Checkpoint& checkpoint,
                                                               const ComputeOptions& compute) {
  return CatchTorch([&]() -> absl::StatusOr<std::shared_ptr<const WeightSet>> {
    absl::StatusOr<at::Tensor> flat = LoadFlat(checkpoint, ScalarTypeOf(compute.type));
    if (!flat.ok()) return flat.status();
    Weights weights = ViewWeights(checkpoint.config(), flat->to(TorchDeviceOf(compute.device)));
    weights.rows_min = compute.rows_min;
    return std::make_shared<const WeightSet>(0, std::move(weights),
                                             std::make_shared<SharedMemoryUse>());
  });
}

}  // namespace whet
