#include "rewards/verify/confinement.h"

#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <new>

#include "absl/strings/str_cat.h"
#include "base/child_server.h"
#include "base/status.h"

namespace whet {
namespace {

// Read by handlers of signals; set once.
ConfinementOptions& Confined() {
  static ConfinementOptions& options = *new ConfinementOptions();
  return options;
}

constexpr int kAllowed[] = {
    SCMP_SYS(brk),          SCMP_SYS(clock_gettime),  SCMP_SYS(close),        SCMP_SYS(exit),
    SCMP_SYS(exit_group),   SCMP_SYS(fstat),          SCMP_SYS(futex),        SCMP_SYS(getpid),
    SCMP_SYS(getrandom),    SCMP_SYS(gettid),         SCMP_SYS(madvise),      SCMP_SYS(mmap),
    SCMP_SYS(mremap),       SCMP_SYS(munmap),         SCMP_SYS(read),         SCMP_SYS(recvfrom),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sendto),
    SCMP_SYS(setitimer),    SCMP_SYS(tgkill),         SCMP_SYS(write),
};

scmp_arg_cmp Equals(unsigned argument, uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}

absl::Status Allow(scmp_filter_ctx filter, int number, scmp_arg_cmp argument) {
  const int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1, argument);
  return error == 0 ? absl::OkStatus() : ErrnoStatus(-error, "seccomp_rule_add");
}

absl::Status FilterSystemCalls() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)),
                                                                seccomp_release);
  if (filter == nullptr) return absl::InternalError("seccomp_init failed");
  for (const int number : kAllowed) {
    const int error = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, number, 0);
    if (error != 0) return ErrnoStatus(-error, "seccomp_rule_add");
  }
  // What base/child_server.h asks for when it begins.
  WHET_RETURN_IF_ERROR(Allow(filter.get(), SCMP_SYS(prctl), Equals(0, PR_SET_PDEATHSIG)));
  WHET_RETURN_IF_ERROR(Allow(filter.get(), SCMP_SYS(newfstatat), Equals(3, AT_EMPTY_PATH)));
  const int error = seccomp_load(filter.get());
  return error == 0 ? absl::OkStatus() : ErrnoStatus(-error, "seccomp_load");
}

absl::Status LimitResource(__rlimit_resource resource, int64_t value) {
  const auto most = static_cast<rlim_t>(value);
  const rlimit limit = {.rlim_cur = most, .rlim_max = most};
  return setrlimit(resource, &limit) == 0 ? absl::OkStatus() : ErrnoStatus(errno, "setrlimit");
}

#ifdef WHET_SANITIZED
// Sanitizers reserve terabytes of addresses.
absl::Status LimitAddresses(int64_t /*bytes*/) { return absl::OkStatus(); }
#else
// Allows `bytes` of addresses more than this process uses.
absl::Status LimitAddresses(int64_t bytes) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                   std::fclose);
  if (file == nullptr) return ErrnoStatus(errno, "/proc/self/statm");
  long pages = 0;
  if (std::fscanf(file.get(), "%ld", &pages) != 1) {
    return absl::InternalError("/proc/self/statm tells no size");
  }
  return LimitResource(RLIMIT_AS, int64_t{pages} * sysconf(_SC_PAGESIZE) + bytes);
}
#endif

absl::Status LimitResources(int64_t memory_bytes) {
  WHET_RETURN_IF_ERROR(LimitResource(RLIMIT_CORE, 0));
  WHET_RETURN_IF_ERROR(LimitResource(RLIMIT_FSIZE, 0));
  return LimitAddresses(memory_bytes);
}

void OnSignal(int signal) {
  if (signal == SIGPROF) AnswerAndExit(Confined().timeout_answer);
  // The algebra's libraries abort where they get no memory.
  if (errno == ENOMEM) AnswerAndExit(Confined().memory_answer);
  ::signal(signal, SIG_DFL);
  raise(signal);
}

void OnNoMemory() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  AnswerAndExit(Confined().memory_answer);
}

absl::Status Handle(int signal) {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigfillset(&action.sa_mask);  // An answer is not begun within another.
  return sigaction(signal, &action, nullptr) == 0 ? absl::OkStatus()
                                                  : ErrnoStatus(errno, "sigaction");
}

void SetAlarm(absl::Duration after) {
  itimerval timer = {};
  timer.it_value = absl::ToTimeval(after);
  setitimer(ITIMER_PROF, &timer, nullptr);
}

}  // namespace

absl::Status Confine(const ConfinementOptions& options) {
  Confined() = options;
  std::set_new_handler(OnNoMemory);
  WHET_RETURN_IF_ERROR(Handle(SIGPROF));
  WHET_RETURN_IF_ERROR(Handle(SIGABRT));
  WHET_RETURN_IF_ERROR(LimitResources(options.memory_bytes));
  return FilterSystemCalls();
}

RequestAlarm::RequestAlarm() {
  errno = 0;
  SetAlarm(Confined().cpu_max);
}

RequestAlarm::~RequestAlarm() { SetAlarm(absl::ZeroDuration()); }

}  // namespace whet
