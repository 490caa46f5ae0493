// The seam behind which a policy learns. Free of LibTorch.
#ifndef WHET_POLICY_UPDATER_H_
#define WHET_POLICY_UPDATER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "policy/checkpoint.h"
#include "policy/device.h"
#include "policy/lr_schedule.h"
#include "policy/policy_loss.h"
#include "policy/weight_set.h"
#include "rollout/train_batch.h"

namespace whet {

enum class Objective {
  kPolicy,      // policy/policy_loss.h.
  kSupervised,  // Mean of -log p over the tokens that count; advantages are not read.
};

struct UpdaterOptions {
  ComputeOptions compute;
  Objective objective = Objective::kPolicy;
  PolicyLossOptions loss;
  double temperature = 1.0;     // Logits are divided by it, as where rollouts were sampled.
  int64_t reference_steps = 0;  // The reference becomes the policy after each so many; 0: never.
  LrOptions lr;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.0;       // Not of norms and biases.
  double gradient_norm_max = 1.0;  // 0: none.
  int64_t micro_batch_tokens = 8192;
  // Start from random weights instead of the checkpoint's.
  std::optional<RandomKey> random_weights;
};

// Owns the weights that are trained, f32 whatever the model computes in, and the optimizer's state.
// Not thread-safe: its owner's thread drives it.
class Updater {
 public:
  virtual ~Updater() = default;

  // One optimizer update. The gradient does not depend on how the batch is cut into micro-batches,
  // but for rounding. If loss or gradient is not finite the weights stay as they were and the step
  // is skipped, which is not an error; the third in a row is: FailedPrecondition. ResourceExhausted
  // if memory ran out: nothing has changed, and smaller micro-batches would help.
  //
  // No generator may be in a round with the weights of this updater (a WHET_CHECK).
  virtual absl::StatusOr<StepStats> Step(const TrainBatch& batch) = 0;

  // Counts a step in which there is nothing to learn from: no weight changes.
  virtual StepStats Skip() = 0;

  // Steps made, skipped ones included.
  virtual int64_t steps() const = 0;

  // The weights as they are now, to be sampled from under the name `version`. They share memory
  // with the updater: from its next Step on they are the new ones.
  virtual std::shared_ptr<const WeightSet> Publish(PolicyVersion version) = 0;

  // log p of each token that counts, by sample, at the temperature; the same bits as a generator
  // gave, where arithmetic is exact.
  virtual absl::StatusOr<std::vector<std::vector<float>>> Logprobs(
      const std::vector<TrainSample>& samples) = 0;

  // Writes a Hugging Face checkpoint into `directory`, which is empty.
  virtual absl::Status SaveWeights(const std::string& directory) = 0;
  // The same, and what training goes on from into `directory`/trainer.
  virtual absl::Status Save(const std::string& directory) = 0;
  // Becomes what Save wrote: the next Step is the same to the bit. DataLoss, with the file, for
  // what is damaged or of another model.
  virtual absl::Status Restore(const std::string& directory) = 0;
};

// One on this machine. Errors of LoadWeightSet.
absl::StatusOr<std::unique_ptr<Updater>> MakeUpdater(const Checkpoint& checkpoint,
                                                     const UpdaterOptions& options);

}  // namespace whet

#endif  // WHET_POLICY_UPDATER_H_
