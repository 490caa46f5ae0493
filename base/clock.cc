#include "base/clock.h"

#include <chrono>
#include <thread>

#include "absl/time/clock.h"

namespace whet {

absl::Time SystemClock::Now() { return absl::Now(); }

absl::Duration SystemClock::Monotonic() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

void SystemClock::Sleep(absl::Duration duration) {
  if (duration > absl::ZeroDuration()) {
    std::this_thread::sleep_for(absl::ToChronoNanoseconds(duration));
  }
}

}  // namespace whet
