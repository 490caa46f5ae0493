// Judges groups of rollouts beside what else goes on.
#ifndef WHET_ORCHESTRATOR_JUDGING_H_
#define WHET_ORCHESTRATOR_JUDGING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/bounded_queue.h"
#include "base/clock.h"
#include "rewards/rewarder.h"
#include "rollout/reward.h"

namespace whet {

// Threads that call Rewarder::Score. They mostly wait, for processes and services; rules that
// compute take a processor from sampling, but never twice.
//
// One thread, the owner's, submits and takes.
class Judging {
 public:
  struct Work {
    size_t index;  // Whatever the owner knows it by.
    const RolloutGroup* group;
    absl::Span<const std::string> texts;
    int64_t step;
  };
  struct Judged {
    size_t index;
    absl::Status status;          // Why there are no rewards.
    std::vector<Reward> rewards;  // Of the group's rollouts.
    absl::Duration took;
  };

  // `rewarder` and `clock` are not owned and outlive this.
  Judging(const Rewarder* rewarder, int threads, Clock* clock);
  // Waits until the threads have ended; what they were given is dropped, what they judge is not
  // broken off.
  ~Judging();
  Judging(const Judging&) = delete;
  Judging& operator=(const Judging&) = delete;

  // What `work` refers to lives until it was taken, or until this ends.
  void Submit(const Work& work);

  // What no thread has begun with is not judged any more.
  void Drop();

  // One that is judged, in the order in which they became so; nullopt if none is, yet.
  std::optional<Judged> TryTake();
  // Waits for one; nullopt if nothing was submitted that has not been taken.
  std::optional<Judged> Take();

 private:
  void Run();

  const Rewarder* const rewarder_;
  Clock* const clock_;
  size_t outstanding_ = 0;  // Submitted and not taken.
  BoundedQueue<Work> work_;
  BoundedQueue<Judged> judged_;
  std::vector<std::thread> threads_;
};

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_JUDGING_H_
