// How many requests are worked on at a time.
#ifndef WHET_SERVE_ADMISSION_H_
#define WHET_SERVE_ADMISSION_H_

#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace whet::serve {

// A queue before a few places, first come, first served. Thread-safe.
class Admission {
 public:
  // At most `waiting_max` wait at a time.
  Admission(int places, int waiting_max);

  // Blocks until the caller has a place, for `patience` at most, and returns true. False, without a
  // place: too many wait already, patience is at its end, or Close() was called.
  bool Enter(absl::Duration patience) ABSL_LOCKS_EXCLUDED(mu_);

  // Gives the place back; once for each Enter() that was true.
  void Leave() ABSL_LOCKS_EXCLUDED(mu_);

  // Sends away all who wait, and all who come.
  void Close() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  bool MayEnter(uint64_t ticket) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const size_t waiting_max_;
  SystemClock clock_;
  Mutex mu_;
  CondVar changed_;
  int free_ ABSL_GUARDED_BY(mu_);
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t next_ticket_ ABSL_GUARDED_BY(mu_) = 0;
  std::deque<uint64_t> waiting_ ABSL_GUARDED_BY(mu_);  // Tickets, the oldest first.
};

}  // namespace whet::serve

#endif  // WHET_SERVE_ADMISSION_H_
