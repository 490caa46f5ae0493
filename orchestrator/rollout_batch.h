// From draws of prompts to what the updater learns from.
#ifndef WHET_ORCHESTRATOR_ROLLOUT_BATCH_H_
#define WHET_ORCHESTRATOR_ROLLOUT_BATCH_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "orchestrator/batch_metrics.h"
#include "orchestrator/ledger.h"
#include "orchestrator/prompt_order.h"
#include "orchestrator/rollout_collector.h"
#include "rewards/advantage.h"
#include "rollout/train_batch.h"

namespace whet {

struct RolloutBatchOptions {
  uint64_t seed;
  SamplingParams sampling;
  int64_t group_size;
  int64_t groups_per_batch;
  bool drop_equal_groups;
  double draws_max_ratio;
  bool mask_truncated;
  double excluded_share_max;
  AdvantageOptions advantage;
  bool normalize_then_sum;  // Else sums of rules' values are normalized (rewards/advantage.h).
  int64_t steps_per_batch;
};

// A rollout batch: what was drawn, and what of it is learnt from.
struct RolloutBatch {
  int64_t batch;
  int64_t draws;                     // Groups drawn, dropped ones included.
  std::vector<TrainSample> samples;  // In the order of draws, then samples.
  std::vector<RolloutId> ids;        // Of `samples`.
  int64_t dropped_groups;            // Of which nothing is learnt.
  BatchMetrics metrics;              // Of all that was drawn.
  CollectStats collected;
};

class RolloutBatchMaker {
 public:
  // None is owned; all outlive this.
  struct Parts {
    RolloutCollector* collector;
    Ledger* ledger;
    PromptOrder* order;
    const Rewarder* rewarder;
  };
  RolloutBatchMaker(const Parts& parts, const RolloutBatchOptions& options)
      : parts_(parts), options_(options) {}

  // Draws from `first_draw` on until groups_per_batch groups teach something, or draws_max_ratio
  // times as many have been drawn; that may leave fewer, even none. In waves, each as large as what
  // is missing, so that what is drawn does not depend on which finishes first. Gives every rollout
  // that is not learnt from its disposition. FailedPrecondition if too many could not be judged.
  absl::StatusOr<RolloutBatch> Make(int64_t batch, int64_t first_draw);

 private:
  class Sorting;

  const Parts parts_;
  const RolloutBatchOptions options_;
};

// Cuts a batch into `parts` of equal size, shuffled if there are several: what one optimizer step
// is made from each. Each has indices into the samples; a small batch has empty parts.
std::vector<std::vector<size_t>> CutIntoParts(size_t samples, int64_t parts, const RandomKey& key);

// The samples at `indices`, as one of `parts` parts of a batch.
TrainBatch PartOf(const std::vector<TrainSample>& samples, const std::vector<size_t>& indices,
                  int64_t parts);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_ROLLOUT_BATCH_H_
