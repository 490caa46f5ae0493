#include "base/child.h"

#include <optional>
#include <utility>

#include "base/child_loop.h"
#include "base/mutex.h"

namespace whet {

Child::Child(ChildOptions options)
    : loop_(std::make_unique<ChildLoop>(std::move(options))), thread_([this] { loop_->Run(); }) {}

Child::~Child() {
  loop_->Stop();
  thread_.join();
}

absl::Status Child::WaitUntilReady() { return loop_->AwaitReady(); }

void Child::Submit(std::string request, absl::Duration timeout, Done done) {
  loop_->Post(std::move(request), timeout, std::move(done));
}

absl::StatusOr<std::string> Child::Call(std::string request, absl::Duration timeout) {
  return AwaitAnswer([&](Done done) { Submit(std::move(request), timeout, std::move(done)); });
}

bool Child::given_up() const { return loop_->given_up(); }

pid_t Child::pid() const { return loop_->pid(); }

absl::StatusOr<std::string> AwaitAnswer(absl::FunctionRef<void(Child::Done)> submit) {
  Mutex mu;
  CondVar arrived;
  std::optional<absl::StatusOr<std::string>> result;
  submit([&](absl::StatusOr<std::string> answer) {
    MutexLock lock(&mu);
    result = std::move(answer);
    // Under the lock: the waiter destroys the CondVar as soon as it has the result.
    arrived.NotifyOne();
  });
  MutexLock lock(&mu);
  while (!result.has_value()) arrived.Wait(&mu);
  return *std::move(result);
}

}  // namespace whet
