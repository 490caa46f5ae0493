// Supervised training on texts.
#ifndef WHET_ORCHESTRATOR_SFT_LOOP_H_
#define WHET_ORCHESTRATOR_SFT_LOOP_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "orchestrator/run_directory.h"
#include "policy/updater.h"
#include "rollout/train_batch.h"

namespace whet {

struct SftOptions {
  int64_t steps;
  uint64_t seed;
  int64_t rows_per_step;
  int64_t checkpoint_every_steps;  // 0: only after the last.
  int64_t checkpoints_kept;        // 0: all.
};

// Which samples make step `step` >= 1: epochs without end, each a shuffle of all `count`; a
// function of seed and step.
std::vector<size_t> SftRows(const SftOptions& options, size_t count, int64_t step);

class SftLoop {
 public:
  // None is owned; all outlive this.
  struct Parts {
    Updater* updater;
    const RunDirectory* run;
    const std::atomic<bool>* stop;  // The loop ends after the step in which it becomes true.
    std::function<absl::Status(const StepStats&)> on_step;
  };
  SftLoop(const Parts& parts, const SftOptions& options) : parts_(parts), options_(options) {}

  // Goes on from the newest checkpoint of the run to the last step, or until told to stop; leaves a
  // checkpoint where it ends.
  absl::Status Run(const std::vector<TrainSample>& samples);

 private:
  absl::Status Resume();
  absl::Status WriteCheckpoint();

  const Parts parts_;
  const SftOptions options_;
  std::vector<int64_t> checkpoints_;  // Steps, ascending.
};

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_SFT_LOOP_H_
