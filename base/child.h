// Helper processes that answer requests: the mathematics verifier, the jail's launcher, a user's
// own verifier. One mechanism for all of them, so that a crash, a hang or garbage of such a program
// costs one answer and is told in one way.
#ifndef WHET_BASE_CHILD_H_
#define WHET_BASE_CHILD_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/child_codec.h"
#include "base/child_process.h"

namespace whet {

class ChildLoop;

enum class AnswerOrder {
  kInOrder,   // One request after another: the oldest unanswered one is being worked on.
  kAnyOrder,  // Several at a time, answered as they are done. A second answer is dropped.
};

struct ChildOptions {
  std::string name;  // In messages: "whet-verify".
  ChildCommand command;
  std::shared_ptr<const ChildCodec> codec = std::make_shared<FrameCodec>();
  AnswerOrder order = AnswerOrder::kInOrder;
  int in_flight_max = 2;  // Requests sent and not answered yet.

  absl::Duration start_timeout = absl::Seconds(30);  // From start to greeting.
  // It is given up when it has died so often in a row without an answer, and without a request that
  // is to blame.
  int start_attempts_max = 5;
  // The same until it has greeted for the first time.
  int first_start_attempts_max = 5;
  // And also when it has ended, or was killed, so often in a row over requests and answered none
  // between them; 0: never.
  int fruitless_max = 0;
  // Before it is started again after it died without an answer; doubled each time in a row.
  absl::Duration backoff_min = absl::Milliseconds(50);
  absl::Duration backoff_max = absl::Seconds(5);

  size_t answer_bytes_max = size_t{64} << 20;
  size_t stderr_tail_bytes = 4096;  // What is kept of its last words.
};

// A program that is kept running. It is started at once, and again when it dies. Thread-safe:
// requests of many threads are pipelined.
//
// Requests must be idempotent. When the program dies, the request it died of is answered with an
// error, and the others that it had not answered are sent again: with kInOrder it died of the
// oldest, with kAnyOrder each is tried again alone, and what it then dies of is to blame. A program
// that takes its leave (child_codec.h) died of none.
//
// Deadlines are kept by the monotonic clock of the kernel. A request's timeout counts from when the
// program can begin with it: with kInOrder from its answer to the request before, with kAnyOrder
// from its last answer to any; then at most in_flight_max times from when it was sent. Waiting for
// a free place is bounded by the timeouts of the requests before.
class Child {
 public:
  using Done = std::function<void(absl::StatusOr<std::string> answer)>;

  explicit Child(ChildOptions options);

  // Kills the program with its whole process group; unanswered requests end with Cancelled.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Blocks until the program has greeted once. Returns FailedPrecondition, with its last words,
  // when it has been given up.
  absl::Status WaitUntilReady();

  // Sends `request` and later runs `done` once, on a thread of the child's own; it must not block
  // and must not destroy the Child. Its argument is the answer, or:
  //   DeadlineExceeded    the program worked on it for longer than `timeout` and was killed
  //   Aborted             the program died of it, or answered with garbage
  //   FailedPrecondition  the program does not start, or answers nothing; given up
  //   Cancelled           the Child was destroyed
  void Submit(std::string request, absl::Duration timeout, Done done);

  // The same, blocking.
  absl::StatusOr<std::string> Call(std::string request, absl::Duration timeout);

  // Whether it has been given up: every request fails.
  bool given_up() const;

  // The running process, or 0; for reports and tests.
  pid_t pid() const;

 private:
  const std::unique_ptr<ChildLoop> loop_;
  std::thread thread_;  // Runs loop_, and starts the program: PDEATHSIG follows this thread.
};

// Runs `submit` with a Done that keeps the answer, and blocks until it is there.
absl::StatusOr<std::string> AwaitAnswer(absl::FunctionRef<void(Child::Done)> submit);

}  // namespace whet

#endif  // WHET_BASE_CHILD_H_
