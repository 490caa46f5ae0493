#include "base/child_loop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/status.h"

namespace whet {
namespace {

// The last lines of `text`, at most `bytes_max`.
void KeepTail(size_t bytes_max, std::string* text) {
  if (text->size() > bytes_max) text->erase(0, text->size() - bytes_max);
}

// A status that shares nothing with `status`, for another thread: Debian's libabsl counts
// references where ThreadSanitizer does not see it.
absl::Status Separate(const absl::Status& status) {
  return absl::Status(status.code(), status.message());
}

}  // namespace

ChildLoop::ChildLoop(ChildOptions options)
    : options_(std::move(options)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  WHET_CHECK(wake_.valid());
  WHET_CHECK(options_.in_flight_max > 0);
  WHET_CHECK(options_.start_attempts_max > 0);
}

void ChildLoop::Post(std::string bytes, absl::Duration timeout, Child::Done done) {
  {
    MutexLock lock(&mu_);
    posted_.push_back({std::move(bytes), timeout, std::move(done)});
  }
  eventfd_write(wake_.get(), 1);
}

void ChildLoop::Stop() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
  }
  eventfd_write(wake_.get(), 1);
}

absl::Status ChildLoop::AwaitReady() {
  MutexLock lock(&mu_);
  while (!ready_ && given_up_.ok()) changed_.Wait(&mu_);
  return Separate(given_up_);
}

bool ChildLoop::given_up() const {
  MutexLock lock(&mu_);
  return !given_up_.ok();
}

void ChildLoop::Run() {
  start_due_ = clock_.Monotonic();
  while (TakePosted()) {
    StartIfDue();
    SendWaiting();
    const bool alive = Wait();
    if (process_ == nullptr) continue;
    ReadLastWords();
    const bool writable = Write();
    const bool readable = Read();
    if (absl::Status garbage = TakeMessages(); !garbage.ok()) {
      EndProcess(garbage, Suspect());
    } else if (!alive || !writable || !readable) {
      EndProcess(absl::OkStatus(), Suspect());
    } else {
      ExpireDue();
    }
  }
  process_.reset();
  pid_ = 0;
  FinishAll(absl::CancelledError(absl::StrCat(options_.name, " is being shut down")));
}

bool ChildLoop::TakePosted() {
  std::vector<Request> posted;
  {
    MutexLock lock(&mu_);
    if (stopping_) {
      for (Request& request : posted_) waiting_.push_back(std::move(request));
      posted_.clear();
      return false;
    }
    posted.swap(posted_);
  }
  for (Request& request : posted) waiting_.push_back(std::move(request));
  if (dead_for_good_) {
    absl::Status why;
    {
      MutexLock lock(&mu_);
      why = given_up_;
    }
    FinishAll(why);
  }
  return true;
}

void ChildLoop::StartIfDue() {
  if (process_ != nullptr || dead_for_good_ || clock_.Monotonic() < start_due_) return;
  greeted_ = false;
  leaving_ = false;
  answered_ = false;
  stderr_open_ = true;
  to_write_.clear();
  written_ = 0;
  received_.clear();
  last_words_.clear();
  absl::StatusOr<std::unique_ptr<ChildProcess>> process = ChildProcess::Spawn(options_.command);
  if (!process.ok()) return StartFailed(process.status());
  process_ = *std::move(process);
  pid_ = process_->pid();
  start_due_ = clock_.Monotonic() + options_.start_timeout;
}

void ChildLoop::StartFailed(const absl::Status& why) {
  ++failed_starts_;
  // No further attempt mends a missing or forbidden program.
  const bool hopeless = absl::IsNotFound(why) || absl::IsPermissionDenied(why);
  const int attempts_max =
      ever_greeted_ ? options_.start_attempts_max : options_.first_start_attempts_max;
  if (hopeless || failed_starts_ >= attempts_max) {
    return GiveUp(
        absl::StrFormat("does not start (%d attempts): %s", failed_starts_, why.message()));
  }
  BackOff();
}

void ChildLoop::BackOff() {
  ++fruitless_;
  const absl::Duration backoff = options_.backoff_min * (1LL << std::min(fruitless_ - 1, 20));
  start_due_ = clock_.Monotonic() + std::min(backoff, options_.backoff_max);
}

void ChildLoop::GiveUp(absl::string_view why) {
  dead_for_good_ = true;
  const absl::Status status = absl::FailedPreconditionError(absl::StrCat(options_.name, " ", why));
  {
    MutexLock lock(&mu_);
    given_up_ = status;
    changed_.NotifyAll();
  }
  FinishAll(status);
}

void ChildLoop::SetReady() {
  greeted_ = true;
  ever_greeted_ = true;
  MutexLock lock(&mu_);
  ready_ = true;
  changed_.NotifyAll();
}

bool ChildLoop::MaySendNext() const {
  if (waiting_.empty() || in_flight_.size() >= static_cast<size_t>(options_.in_flight_max)) {
    return false;
  }
  if (in_flight_.empty()) return true;
  return !waiting_.front().alone && !in_flight_.front().alone;
}

void ChildLoop::SendWaiting() {
  while (process_ != nullptr && greeted_ && !leaving_ && MaySendNext()) {
    Request request = std::move(waiting_.front());
    waiting_.pop_front();
    Send(std::move(request));
  }
}

void ChildLoop::Send(Request request) {
  request.id = next_id_++;
  request.sent = clock_.Monotonic();
  request.due = request.sent + request.timeout;
  to_write_ += options_.codec->Encode({request.id, request.bytes});
  in_flight_.push_back(std::move(request));
}

std::optional<absl::Duration> ChildLoop::NextDue() const {
  if (dead_for_good_) return std::nullopt;
  if (process_ == nullptr || !greeted_) return start_due_;
  if (in_flight_.empty()) return std::nullopt;
  if (options_.order == AnswerOrder::kInOrder) return in_flight_.front().due;
  const auto soonest =
      std::min_element(in_flight_.begin(), in_flight_.end(),
                       [](const Request& a, const Request& b) { return a.due < b.due; });
  return soonest->due;
}

bool ChildLoop::Wait() {
  enum { kWake, kChannel, kDeath, kStderr, kCount };
  pollfd fds[kCount] = {};
  for (pollfd& fd : fds) fd = {-1, POLLIN, 0};  // poll skips -1.
  fds[kWake].fd = wake_.get();
  if (process_ != nullptr) {
    fds[kChannel].fd = process_->channel_fd();
    if (written_ < to_write_.size()) fds[kChannel].events |= POLLOUT;
    fds[kDeath].fd = process_->pidfd();
    if (stderr_open_) fds[kStderr].fd = process_->stderr_fd();
  }
  timespec timeout = {};
  const std::optional<absl::Duration> due = NextDue();
  if (due.has_value()) {
    timeout = absl::ToTimespec(std::max(*due - clock_.Monotonic(), absl::ZeroDuration()));
  }
  if (ppoll(fds, kCount, due.has_value() ? &timeout : nullptr, nullptr) < 0) return true;
  eventfd_t ignored = 0;
  eventfd_read(wake_.get(), &ignored);
  return fds[kDeath].revents == 0;
}

bool ChildLoop::Write() {
  while (written_ < to_write_.size()) {
    const ssize_t count = send(process_->channel_fd(), to_write_.data() + written_,
                               to_write_.size() - written_, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    written_ += static_cast<size_t>(count);
  }
  to_write_.clear();
  written_ = 0;
  return true;
}

bool ChildLoop::Read() {
  char buffer[64 * 1024];
  while (true) {
    const ssize_t count = read(process_->channel_fd(), buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    received_.append(buffer, static_cast<size_t>(count));
    // What is longer is refused by the codec before all of it is here.
    if (received_.size() > options_.answer_bytes_max) return true;
  }
}

absl::Status ChildLoop::TakeMessages() {
  size_t begin = 0;
  absl::Status result;
  while (result.ok()) {
    size_t consumed = 0;
    absl::StatusOr<std::optional<ChildMessage>> message = options_.codec->Decode(
        absl::string_view(received_).substr(begin), options_.answer_bytes_max, &consumed);
    if (!message.ok()) {
      result = message.status();
    } else if (message->has_value()) {
      begin += consumed;
      result = TakeMessage(**std::move(message));
    } else {
      break;
    }
  }
  received_.erase(0, begin);
  return result;
}

absl::Status ChildLoop::TakeMessage(ChildMessage message) {
  if (!greeted_) {
    if (message.id != kGreetingId) return absl::InvalidArgumentError("it did not greet first");
    SetReady();
    return absl::OkStatus();
  }
  if (message.id == kGreetingId) {
    leaving_ = true;
    return absl::OkStatus();
  }
  const auto request = std::find_if(in_flight_.begin(), in_flight_.end(),
                                    [&](const Request& r) { return r.id == message.id; });
  if (request == in_flight_.end()) {
    // A second answer harms nobody where they come in any order.
    const bool repeated = options_.order == AnswerOrder::kAnyOrder && message.id < next_id_;
    if (repeated) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("an answer to nothing, id ", message.id));
  }
  if (options_.order == AnswerOrder::kInOrder && request != in_flight_.begin()) {
    return absl::InvalidArgumentError(absl::StrCat("an answer out of order, id ", message.id));
  }
  answered_ = true;
  fruitless_ = 0;
  failed_starts_ = 0;
  unanswered_ = 0;
  Request answered = std::move(*request);
  in_flight_.erase(request);
  RenewDues();
  Finish(answered, std::move(message.payload));
  return absl::OkStatus();
}

void ChildLoop::ReadLastWords() {
  char buffer[4096];
  while (true) {
    const ssize_t count = read(process_->stderr_fd(), buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      stderr_open_ = false;
      return;
    }
    last_words_.append(buffer, static_cast<size_t>(count));
    KeepTail(options_.stderr_tail_bytes, &last_words_);
  }
}

void ChildLoop::RenewDues() {
  const absl::Duration now = clock_.Monotonic();
  if (options_.order == AnswerOrder::kInOrder) {
    // Only now does it begin with the next.
    if (!in_flight_.empty()) in_flight_.front().due = now + in_flight_.front().timeout;
    return;
  }
  // Nobody knows which of them it works on, one or all; but it works.
  for (Request& request : in_flight_) {
    request.due =
        std::min(now + request.timeout, request.sent + request.timeout * options_.in_flight_max);
  }
}

void ChildLoop::ExpireDue() {
  const std::optional<absl::Duration> due = NextDue();
  if (!due.has_value() || clock_.Monotonic() < *due) return;
  if (!greeted_) {
    return EndProcess(absl::DeadlineExceededError(absl::StrCat(
                          "no greeting within ", absl::FormatDuration(options_.start_timeout))),
                      std::nullopt);
  }
  const auto late = std::find_if(in_flight_.begin(), in_flight_.end(),
                                 [&](const Request& request) { return request.due == *due; });
  EndProcess(absl::DeadlineExceededError(
                 absl::StrCat("no answer within ", absl::FormatDuration(late->timeout))),
             Suspect());
}

std::optional<size_t> ChildLoop::Suspect() const {
  if (leaving_) return std::nullopt;
  const bool certain = options_.order == AnswerOrder::kInOrder || in_flight_.size() == 1;
  if (certain && !in_flight_.empty()) return 0;
  return std::nullopt;
}

std::string ChildLoop::Describe(absl::string_view what) const {
  const absl::string_view words = absl::StripAsciiWhitespace(last_words_);
  return absl::StrCat(options_.name, " (pid ", process_->pid(), ") ", what,
                      words.empty() ? "" : "; its last words: ", words);
}

void ChildLoop::EndProcess(const absl::Status& why, std::optional<size_t> to_blame) {
  // Where it hung up by itself, its end is near, and how it ends is worth knowing.
  const std::string ended =
      process_->KillAndReap(why.ok() ? absl::Seconds(1) : absl::ZeroDuration());
  ReadLastWords();
  absl::Status status =
      why.ok()
          ? absl::AbortedError(Describe(ended))
          : absl::Status(absl::IsDeadlineExceeded(why) ? why.code() : absl::StatusCode::kAborted,
                         Describe(absl::StrCat("was killed: ", why.message())));
  process_.reset();
  pid_ = 0;
  start_due_ = clock_.Monotonic();
  std::optional<Request> blamed;
  if (to_blame.has_value()) {
    blamed = std::move(in_flight_[*to_blame]);
    in_flight_.erase(in_flight_.begin() + static_cast<std::ptrdiff_t>(*to_blame));
  }
  while (!in_flight_.empty()) {
    Request request = std::move(in_flight_.back());
    in_flight_.pop_back();
    request.alone |= !to_blame.has_value() && !leaving_;
    waiting_.push_front(std::move(request));
  }
  if (greeted_ && !leaving_ && !answered_ && ++unanswered_ == options_.fruitless_max) {
    if (blamed.has_value()) Finish(*blamed, status);
    return GiveUp(absl::StrCat("gives no answers: ", status.message()));
  }
  if (blamed.has_value()) {
    // A request that kills it is not the program's fault, but may be one of many such.
    if (!answered_) BackOff();
    Finish(*blamed, std::move(status));
  } else if (!answered_) {
    StartFailed(status);
  }
}

void ChildLoop::Finish(const Request& request, absl::StatusOr<std::string> answer) {
  request.done(std::move(answer));
}

void ChildLoop::FinishAll(const absl::Status& status) {
  std::deque<Request> unanswered = std::move(in_flight_);
  in_flight_.clear();
  for (Request& request : waiting_) unanswered.push_back(std::move(request));
  waiting_.clear();
  for (const Request& request : unanswered) Finish(request, Separate(status));
}

}  // namespace whet
