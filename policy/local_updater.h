// The updater on this machine. Includes LibTorch: for files of policy/ and its tests; others have
// policy/updater.h.
#ifndef WHET_POLICY_LOCAL_UPDATER_H_
#define WHET_POLICY_LOCAL_UPDATER_H_

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "policy/head.h"
#include "policy/micro_batch.h"
#include "policy/optimizer.h"
#include "policy/updater.h"
#include "policy/weights.h"

namespace whet {

// Sums over the tokens of a step, in their order.
struct StepTotals {
  double loss = 0;  // Weighted.
  double entropy = 0;
  double kl = 0;
  int64_t clipped_low = 0;
  int64_t clipped_high = 0;
  double ratio_max = 0;
  double difference = 0;  // Of logprobs from behavior logprobs, absolute.
  double difference_max = 0;
  int64_t top = 0;
  int64_t tokens = 0;
  int64_t rows = 0;
};

class LocalUpdater : public Updater {
 public:
  // `source` is the directory whose configuration and tokenizer checkpoints carry on. `master`
  // [total] f32, on the device.
  LocalUpdater(const ModelConfig& config, std::string source, at::Tensor master,
               const UpdaterOptions& options);

  absl::StatusOr<StepStats> Step(const TrainBatch& batch) override;
  StepStats Skip() override;
  int64_t steps() const override { return steps_; }
  std::shared_ptr<const WeightSet> Publish(PolicyVersion version) override;
  absl::StatusOr<std::vector<std::vector<float>>> Logprobs(
      const std::vector<TrainSample>& samples) override;
  absl::Status SaveWeights(const std::string& directory) override;
  absl::Status Save(const std::string& directory) override;
  absl::Status Restore(const std::string& directory) override;

  // Of the last step, after clipping, [total] f32; and the weights, [total] f32. For tests.
  const at::Tensor& gradient() const { return gradient_; }
  const at::Tensor& master() const { return master_; }

 private:
  void Accumulate(const MicroBatch& micro, const TrainBatch& batch, StepTotals* totals);
  std::vector<float> ReferenceLogprobs(const MicroBatch& micro,
                                       const std::vector<int64_t>& targets) const;
  HeadOptions Head() const;
  absl::StatusOr<StepStats> Update(const StepTotals& totals);
  absl::Status RestoreTensors(const std::string& directory);

  const ModelConfig config_;
  const std::string source_;
  const UpdaterOptions options_;
  at::Tensor master_;     // [total] f32
  at::Tensor flat_;       // [total] in the type of computing; the master itself where that is f32.
  at::Tensor gradient_;   // [total] f32
  at::Tensor reference_;  // [total] as flat_; undefined without one.
  Weights weights_;       // Views of flat_ and gradient_.
  Weights reference_weights_;  // Views of reference_.
  AdamWState adam_;
  const std::shared_ptr<SharedMemoryUse> use_ = std::make_shared<SharedMemoryUse>();
  int64_t steps_ = 0;
  int64_t skipped_in_a_row_ = 0;
};

}  // namespace whet

#endif  // WHET_POLICY_LOCAL_UPDATER_H_
