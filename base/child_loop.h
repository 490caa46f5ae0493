// The thread behind base/child.h; nobody else includes this.
#ifndef WHET_BASE_CHILD_LOOP_H_
#define WHET_BASE_CHILD_LOOP_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace whet {

// Owns the process, its buffers and the requests that wait for it. Run() belongs to one thread;
// Post, Stop, AwaitReady and the getters to all others.
//
// A request is waiting → in flight → answered. A death moves what was in flight back to waiting,
// but for the one to blame.
class ChildLoop {
 public:
  explicit ChildLoop(ChildOptions options);

  void Run();

  void Post(std::string bytes, absl::Duration timeout, Child::Done done) ABSL_LOCKS_EXCLUDED(mu_);
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status AwaitReady() ABSL_LOCKS_EXCLUDED(mu_);
  bool given_up() const ABSL_LOCKS_EXCLUDED(mu_);
  pid_t pid() const { return pid_.load(); }

 private:
  struct Request {
    std::string bytes;
    absl::Duration timeout;
    Child::Done done;
    uint64_t id = 0;  // Set when it is sent.
    // On the monotonic clock, while in flight.
    absl::Duration sent = absl::ZeroDuration();
    absl::Duration due = absl::ZeroDuration();
    bool alone = false;  // Suspected of having killed the program.
  };

  // False once stopped.
  bool TakePosted() ABSL_LOCKS_EXCLUDED(mu_);

  void StartIfDue();
  void StartFailed(const absl::Status& why);
  void BackOff();
  void GiveUp(absl::string_view why) ABSL_LOCKS_EXCLUDED(mu_);
  void SetReady() ABSL_LOCKS_EXCLUDED(mu_);

  void SendWaiting();
  bool MaySendNext() const;
  void Send(Request request);
  // Sleeps until there is something to do. False if the process has died.
  bool Wait();
  std::optional<absl::Duration> NextDue() const;
  void ReadLastWords();
  // Both false if the program has hung up.
  bool Write();
  bool Read();
  absl::Status TakeMessages();
  absl::Status TakeMessage(ChildMessage message);
  void RenewDues();  // It has answered.
  void ExpireDue();

  // The program has ended, or is ended now because of `why`. Complete answers have been taken.
  void EndProcess(const absl::Status& why, std::optional<size_t> to_blame);
  std::optional<size_t> Suspect() const;
  std::string Describe(absl::string_view what) const;
  static void Finish(const Request& request, absl::StatusOr<std::string> answer);
  void FinishAll(const absl::Status& status);

  const ChildOptions options_;
  const UniqueFd wake_;  // An eventfd.
  SystemClock clock_;

  mutable Mutex mu_;
  CondVar changed_;
  std::vector<Request> posted_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  bool ready_ ABSL_GUARDED_BY(mu_) = false;     // Has greeted once.
  absl::Status given_up_ ABSL_GUARDED_BY(mu_);  // OK as long as it is not.
  std::atomic<pid_t> pid_ = 0;

  // Of the thread in Run() alone.
  bool dead_for_good_ = false;
  std::deque<Request> waiting_;
  std::deque<Request> in_flight_;  // Oldest first.
  uint64_t next_id_ = kGreetingId + 1;
  std::unique_ptr<ChildProcess> process_;
  bool greeted_ = false;
  bool ever_greeted_ = false;
  bool leaving_ = false;      // Has taken its leave.
  bool answered_ = false;     // Since it was started.
  int fruitless_ = 0;         // Starts in a row after which it died without an answer …
  int failed_starts_ = 0;     // … and without a request to blame.
  int unanswered_ = 0;        // Ends in a row between which it did not answer.
  absl::Duration start_due_;  // When to start it; from then on, when it must have greeted.
  std::string to_write_;
  size_t written_ = 0;  // Of to_write_.
  std::string received_;
  std::string last_words_;
  bool stderr_open_ = false;
};

}  // namespace whet

#endif  // WHET_BASE_CHILD_LOOP_H_
