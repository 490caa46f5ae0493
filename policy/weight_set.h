// A policy's weights, as they are handed from the updater to generators. Free of LibTorch; files of
// policy/ look inside with policy/weights.h.
#ifndef WHET_POLICY_WEIGHT_SET_H_
#define WHET_POLICY_WEIGHT_SET_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "policy/checkpoint.h"
#include "policy/device.h"
#include "rollout/rollout.h"

namespace whet {

struct Weights;

// Keeps those who compute with shared memory apart from the one who rewrites it. Not a lock: who
// breaks the rule is stopped by a WHET_CHECK, for nobody may ever wait here.
class SharedMemoryUse {
 public:
  class Reading;
  class Writing;

 private:
  std::atomic<int> state_ = 0;  // Readers, or -1 while it is written.
};

// Immutable while anybody computes with it. A training step rewrites the memory that the sets of
// one run share (staleness 0): only between rounds of generation, which is checked.
class WeightSet {
 public:
  // Takes `weights`, whose memory is watched by `use`.
  WeightSet(PolicyVersion version, Weights weights, std::shared_ptr<SharedMemoryUse> use);
  ~WeightSet();
  WeightSet(const WeightSet&) = delete;

  PolicyVersion version() const { return version_; }
  const ModelConfig& config() const;
  const Weights& weights() const { return *weights_; }
  SharedMemoryUse* use() const { return use_.get(); }

 private:
  const PolicyVersion version_;
  const std::unique_ptr<const Weights> weights_;
  const std::shared_ptr<SharedMemoryUse> use_;
};

// The weights of a checkpoint as version 0, to compute in `compute` on `device`. Errors of
// Checkpoint::Open, with file and tensor; ResourceExhausted if memory does not suffice.
absl::StatusOr<std::shared_ptr<const WeightSet>> LoadWeightSet(const Checkpoint& checkpoint,
                                                               const ComputeOptions& compute);

class SharedMemoryUse::Reading {
 public:
  explicit Reading(SharedMemoryUse* use);
  ~Reading();
  Reading(const Reading&) = delete;

 private:
  SharedMemoryUse* const use_;
};

class SharedMemoryUse::Writing {
 public:
  explicit Writing(SharedMemoryUse* use);
  ~Writing();
  Writing(const Writing&) = delete;

 private:
  SharedMemoryUse* const use_;
};

}  // namespace whet

#endif  // WHET_POLICY_WEIGHT_SET_H_
