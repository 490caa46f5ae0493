#include "cli/stop_signal.h"

#include <signal.h>
#include <unistd.h>

#include "base/check.h"

namespace whet {
namespace {

constexpr int kInterruptedStatus = 130;  // 128 + SIGINT, as shells have it.
constexpr char kStopping[] =
    "\nwhet: finishing the step and writing a checkpoint; once more to stop at once\n";

// A signal handler has nothing else to reach it by.
std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void OnSignal(int) {
  if (stop_requested.exchange(true)) _exit(kInterruptedStatus);
  // The message is a courtesy: where it cannot be written the run stops all the same.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kStopping, sizeof(kStopping) - 1);
}

}  // namespace

const std::atomic<bool>* CatchStopSignals() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;  // Writes to disk go on.
  for (const int signal : {SIGINT, SIGTERM}) WHET_CHECK(sigaction(signal, &action, nullptr) == 0);
  return &stop_requested;
}

}  // namespace whet
