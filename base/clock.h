// Time as a collaborator: whoever waits or stamps is handed a Clock, so that a test can hand
// another.
#ifndef WHET_BASE_CLOCK_H_
#define WHET_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace whet {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time, for stamps and leases. May jump when the machine's clock is set.
  virtual absl::Time Now() = 0;

  // Time since some fixed instant, never backwards: for durations and back-off.
  virtual absl::Duration Monotonic() = 0;

  // Blocks the calling thread. Returns at once if `duration` is not positive.
  virtual void Sleep(absl::Duration duration) = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() override;
  absl::Duration Monotonic() override;
  void Sleep(absl::Duration duration) override;
};

}  // namespace whet

#endif  // WHET_BASE_CLOCK_H_
