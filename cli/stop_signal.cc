#include "cli/stop_signal.h"

#include <signal.h>
#include <unistd.h>

#include <cstring>

#include "base/check.h"

namespace whet {
namespace {

constexpr int kInterruptedStatus = 130;  // 128 + SIGINT, as shells have it.

// A signal handler has nothing else to reach them by.
std::atomic<bool> stop_requested = false;
std::atomic<const char*> stop_notice = "";
static_assert(std::atomic<bool>::is_always_lock_free);
static_assert(std::atomic<const char*>::is_always_lock_free);

void OnSignal(int) {
  if (stop_requested.exchange(true)) _exit(kInterruptedStatus);
  const char* notice = stop_notice.load();
  // The message is a courtesy: where it cannot be written the run stops all the same.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, notice, strlen(notice));
}

}  // namespace

const std::atomic<bool>* CatchStopSignals(const char* notice) {
  stop_notice = notice;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;  // Writes to disk go on.
  for (const int signal : {SIGINT, SIGTERM}) WHET_CHECK(sigaction(signal, &action, nullptr) == 0);
  return &stop_requested;
}

}  // namespace whet
