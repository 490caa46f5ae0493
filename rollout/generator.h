// The seam behind which completions are sampled.
#ifndef WHET_ROLLOUT_GENERATOR_H_
#define WHET_ROLLOUT_GENERATOR_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "rollout/rollout.h"

namespace whet {

class WeightSet;  // policy/weight_set.h

// A Generator samples completions from one WeightSet by continuous batching. Not thread-safe: its
// owner's thread drives it. The same request gives the same tokens and log-probabilities, to the
// bit, whatever else is being sampled.
class Generator {
 public:
  virtual ~Generator() = default;

  // Queues one completion; samples nothing yet and never blocks. ResourceExhausted when the queue
  // is full (call Step() and try again); InvalidArgument for an empty prompt, ids outside the
  // vocabulary, or prompt and tokens_max that exceed the context window or the memory for keys and
  // values; AlreadyExists if this id is queued or running.
  virtual absl::Status Submit(RolloutRequest request) = 0;

  // One round: admits what fits, computes waiting prompts, samples one token for every running
  // sequence, appends what finished. ResourceExhausted if memory ran out; nothing queued is lost by
  // it.
  virtual absl::Status Step(std::vector<Rollout>* finished) = 0;

  // Whether Step() would do something: anything is queued or running, not only suspended.
  virtual bool busy() const = 0;

  // Forgets a queued, running or suspended completion. Unknown ids are ignored.
  virtual void Cancel(const RolloutId& id) = 0;

  // Takes a queued or running completion out of the rounds, until Continue. NotFound for other ids.
  virtual absl::Status Suspend(const RolloutId& id) = 0;
  // Appends `tokens`, as a span that was inserted, and goes on sampling. If they reach tokens_max
  // the completion is cut there and finishes in the next round. NotFound for ids that are not
  // suspended.
  virtual absl::Status Continue(const RolloutId& id, absl::Span<const int32_t> tokens) = 0;

  // From the next round on, samples with `weights`, of the same shape. Running sequences go on with
  // the keys and values they have; their spans tell which version sampled which token.
  virtual void SetWeights(std::shared_ptr<const WeightSet> weights) = 0;
};

}  // namespace whet

#endif  // WHET_ROLLOUT_GENERATOR_H_
