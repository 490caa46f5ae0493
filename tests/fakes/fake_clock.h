// Time that stands still until a test moves it.
#ifndef WHET_TESTS_FAKES_FAKE_CLOCK_H_
#define WHET_TESTS_FAKES_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace whet {

// Sleep returns at once and moves the time by as much. Thread-safe.
class FakeClock final : public Clock {
 public:
  absl::Time Now() override {
    MutexLock lock(&mu_);
    return absl::UnixEpoch() + since_epoch_;
  }
  absl::Duration Monotonic() override {
    MutexLock lock(&mu_);
    return since_epoch_;
  }
  void Sleep(absl::Duration duration) override { Advance(duration); }

  void Advance(absl::Duration duration) {
    MutexLock lock(&mu_);
    since_epoch_ += duration;
  }

 private:
  Mutex mu_;
  absl::Duration since_epoch_ ABSL_GUARDED_BY(mu_) = absl::Hours(24 * 365 * 50);
};

}  // namespace whet

#endif  // WHET_TESTS_FAKES_FAKE_CLOCK_H_
