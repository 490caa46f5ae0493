#include "base/child_pool.h"

#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status.h"

namespace whet {

ChildPool::ChildPool(const ChildOptions& options, int size)
    : in_flight_max_(options.in_flight_max), in_flight_(static_cast<size_t>(size), 0) {
  WHET_CHECK(size > 0);
  for (int i = 0; i < size; ++i) {
    ChildOptions numbered = options;
    numbered.name = absl::StrCat(options.name, " ", i);
    children_.push_back(std::make_unique<Child>(std::move(numbered)));
  }
}

ChildPool::~ChildPool() {
  std::deque<Request> queued;
  {
    MutexLock lock(&mu_);
    closed_ = true;
    queued.swap(queue_);
  }
  // Each child's answers come back through Dispatch, which finds the pool closed.
  children_.clear();
  for (Request& request : queued) {
    request.done(absl::CancelledError("the pool of children is being shut down"));
  }
}

absl::Status ChildPool::WaitUntilReady() {
  for (const std::unique_ptr<Child>& child : children_) {
    WHET_RETURN_IF_ERROR(child->WaitUntilReady());
  }
  return absl::OkStatus();
}

void ChildPool::Submit(std::string request, absl::Duration timeout, Child::Done done) {
  {
    MutexLock lock(&mu_);
    queue_.push_back({std::move(request), timeout, std::move(done)});
  }
  Dispatch();
}

absl::StatusOr<std::string> ChildPool::Call(std::string request, absl::Duration timeout) {
  return AwaitAnswer(
      [&](Child::Done done) { Submit(std::move(request), timeout, std::move(done)); });
}

bool ChildPool::AllGivenUp() const {
  return absl::c_all_of(children_, [](const auto& child) { return child->given_up(); });
}

bool ChildPool::TakeNext(size_t* child, Request* request) {
  MutexLock lock(&mu_);
  if (closed_ || queue_.empty()) return false;
  // One that was given up would answer at once, and so be the freest: it is only if all are.
  const bool given_up = AllGivenUp();
  std::optional<size_t> freest;
  for (size_t i = 0; i < in_flight_.size(); ++i) {
    if (children_[i]->given_up() != given_up || in_flight_[i] >= in_flight_max_) continue;
    if (!freest.has_value() || in_flight_[i] < in_flight_[*freest]) freest = i;
  }
  if (!freest.has_value()) return false;
  ++in_flight_[*freest];
  *child = *freest;
  *request = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

void ChildPool::Dispatch() {
  size_t child = 0;
  Request request;
  while (TakeNext(&child, &request)) {
    children_[child]->Submit(
        std::move(request.bytes), request.timeout,
        [this, child, done = std::move(request.done)](absl::StatusOr<std::string> answer) {
          {
            MutexLock lock(&mu_);
            --in_flight_[child];
          }
          Dispatch();
          done(std::move(answer));
        });
  }
}

}  // namespace whet
