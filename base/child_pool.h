// Several copies of one helper program behind one queue.
#ifndef WHET_BASE_CHILD_POOL_H_
#define WHET_BASE_CHILD_POOL_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/child.h"
#include "base/mutex.h"

namespace whet {

// Requests wait in one queue, first in, first out, and go to whichever child has a free place, so
// that a slow one delays nobody but the few that it already holds, and one that was given up only
// those. Thread-safe.
class ChildPool {
 public:
  // Starts `size` children, all with `options`.
  ChildPool(const ChildOptions& options, int size);

  // As ~Child: unanswered requests end with Cancelled.
  ~ChildPool();
  ChildPool(const ChildPool&) = delete;
  ChildPool& operator=(const ChildPool&) = delete;

  // Blocks until all have greeted; the first failure if one was given up.
  absl::Status WaitUntilReady();

  // As Child::Submit and Child::Call. `timeout` counts from when a child begins with the request.
  void Submit(std::string request, absl::Duration timeout, Child::Done done)
      ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<std::string> Call(std::string request, absl::Duration timeout);

  size_t size() const { return children_.size(); }

 private:
  struct Request {
    std::string bytes;
    absl::Duration timeout;
    Child::Done done;
  };

  // Hands queued requests to children with a free place.
  void Dispatch() ABSL_LOCKS_EXCLUDED(mu_);
  bool AllGivenUp() const;
  bool TakeNext(size_t* child, Request* request) ABSL_LOCKS_EXCLUDED(mu_);

  const int in_flight_max_;
  Mutex mu_;
  std::deque<Request> queue_ ABSL_GUARDED_BY(mu_);
  std::vector<int> in_flight_ ABSL_GUARDED_BY(mu_);  // Of each child.
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::unique_ptr<Child>> children_;
};

}  // namespace whet

#endif  // WHET_BASE_CHILD_POOL_H_
