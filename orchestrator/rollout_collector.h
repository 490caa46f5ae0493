// Gets groups of judged rollouts: from the ledger what it has, from the source the rest.
#ifndef WHET_ORCHESTRATOR_ROLLOUT_COLLECTOR_H_
#define WHET_ORCHESTRATOR_ROLLOUT_COLLECTOR_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "orchestrator/judging.h"
#include "orchestrator/ledger.h"
#include "orchestrator/prompt_order.h"
#include "rewards/rewarder.h"
#include "rollout/reward.h"
#include "rollout/rollout_source.h"
#include "rollout/sampling_params.h"

namespace whet {

// The text of token ids, without special tokens. Thread-safe.
using DecodeFunction = std::function<std::string(absl::Span<const int32_t>)>;

// A completion as text: its tokens without the one that ended it, which is left out as a token and
// not as text: a model that spells out "<|im_end|>" has written that.
std::string TextOf(const Rollout& rollout, const DecodeFunction& decode);

// What is wanted of each draw.
struct CollectRequest {
  RandomPurpose purpose;
  int64_t batch;    // LeaseRecord::batch.
  int64_t step;     // For which they are judged: rules' weights depend on it.
  int64_t samples;  // Rollouts of each draw.
  uint64_t seed;    // The run's.
  SamplingParams sampling;
};

struct CollectedGroup {
  RewardedGroup rewarded;
  std::vector<std::string> texts;  // Of the rollouts.
};

// Where time went, and how much was new.
struct CollectStats {
  absl::Duration generating;
  absl::Duration judging;          // After generating: what is judged meanwhile costs no time.
  absl::Duration judging_threads;  // Of all groups, added up.
  int64_t sampled_rollouts = 0;
  int64_t sampled_tokens = 0;
  int64_t recorded_rollouts = 0;  // That the ledger had.
};

// Not thread-safe.
class RolloutCollector {
 public:
  // None is owned; all outlive this. `reader` is of `ledger`'s file.
  struct Parts {
    RolloutSource* source;
    const DecodeFunction* decode;
    const Rewarder* rewarder;
    Ledger* ledger;
    LedgerReader* reader;
    Clock* clock;
  };
  explicit RolloutCollector(const Parts& parts)
      : parts_(parts), judging_(parts.rewarder, kJudgingThreads, parts.clock) {}

  // All groups of `draws`, in their order, rollouts by sample. Leases, rollouts and rewards are
  // queued for the ledger as they come; a rollout that it has is not sampled again, nor judged
  // again if it was. A completion is judged with its whole group, while others are still sampled.
  // FailedPrecondition if an earlier command asked for another number of samples here.
  absl::StatusOr<std::vector<CollectedGroup>> Collect(const CollectRequest& request,
                                                      const std::vector<Draw>& draws);

  // Since the last call.
  CollectStats TakeStats();

 private:
  class Gathering;

  // Groups that are judged at a time.
  static constexpr int kJudgingThreads = 8;

  const Parts parts_;
  Judging judging_;
  CollectStats stats_;
};

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_ROLLOUT_COLLECTOR_H_
