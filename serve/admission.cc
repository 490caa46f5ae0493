#include "serve/admission.h"

#include <algorithm>

#include "base/check.h"

namespace whet::serve {

Admission::Admission(int places, int waiting_max)
    : waiting_max_(static_cast<size_t>(waiting_max)), free_(places) {
  WHET_CHECK(places > 0 && waiting_max >= 0);
}

bool Admission::Enter(absl::Duration patience) {
  const absl::Duration deadline = clock_.Monotonic() + patience;
  MutexLock lock(&mu_);
  if (closed_) return false;
  if (waiting_.empty() && free_ > 0) {
    --free_;
    return true;
  }
  if (waiting_.size() >= waiting_max_) return false;
  const uint64_t ticket = next_ticket_++;
  waiting_.push_back(ticket);
  absl::Duration left = patience;
  while (!closed_ && !MayEnter(ticket) && left > absl::ZeroDuration()) {
    changed_.WaitFor(&mu_, left);
    left = deadline - clock_.Monotonic();
  }
  const bool enters = !closed_ && MayEnter(ticket);
  if (enters) --free_;
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), ticket));
  changed_.NotifyAll();  // Another one is the oldest now.
  return enters;
}

void Admission::Leave() {
  MutexLock lock(&mu_);
  ++free_;
  changed_.NotifyAll();
}

void Admission::Close() {
  MutexLock lock(&mu_);
  closed_ = true;
  changed_.NotifyAll();
}

bool Admission::MayEnter(uint64_t ticket) const { return free_ > 0 && waiting_.front() == ticket; }

}  // namespace whet::serve
