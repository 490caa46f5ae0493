#include "base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "base/status.h"

namespace whet {
namespace {

constexpr int kChannelFd = 3;  // In the child; base/child_server.cc has the same number.
constexpr absl::Duration kReapTimeout = absl::Seconds(10);

// Our end and the child's end of one connection, both above the descriptors 0 to 3 that the file
// actions overwrite one after another.
struct FdPair {
  UniqueFd ours;
  UniqueFd childs;
};

absl::StatusOr<FdPair> MoveAboveStandardFds(UniqueFd ours, UniqueFd childs) {
  FdPair pair{UniqueFd(fcntl(ours.get(), F_DUPFD_CLOEXEC, 10)),
              UniqueFd(fcntl(childs.get(), F_DUPFD_CLOEXEC, 10))};
  if (!pair.ours.valid() || !pair.childs.valid()) return ErrnoStatus(errno, "fcntl(F_DUPFD)");
  if (fcntl(pair.ours.get(), F_SETFL, O_NONBLOCK) != 0) return ErrnoStatus(errno, "fcntl(F_SETFL)");
  return pair;
}

absl::StatusOr<FdPair> MakeChannel() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return ErrnoStatus(errno, "socketpair");
  }
  return MoveAboveStandardFds(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

absl::StatusOr<FdPair> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "pipe2");
  return MoveAboveStandardFds(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

// posix_spawn's attributes and file actions, which must be destroyed.
class SpawnPlan {
 public:
  SpawnPlan() {
    WHET_CHECK(posix_spawn_file_actions_init(&actions_) == 0);
    WHET_CHECK(posix_spawnattr_init(&attributes_) == 0);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  void Connect(ChildChannel channel, int channel_fd, int stderr_fd) {
    if (channel == ChildChannel::kSocket) {
      posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
      posix_spawn_file_actions_adddup2(&actions_, stderr_fd, STDOUT_FILENO);
      posix_spawn_file_actions_adddup2(&actions_, channel_fd, kChannelFd);
    } else {
      posix_spawn_file_actions_adddup2(&actions_, channel_fd, STDIN_FILENO);
      posix_spawn_file_actions_adddup2(&actions_, channel_fd, STDOUT_FILENO);
    }
    posix_spawn_file_actions_adddup2(&actions_, stderr_fd, STDERR_FILENO);
    const int first_closed = channel == ChildChannel::kSocket ? kChannelFd + 1 : STDERR_FILENO + 1;
    posix_spawn_file_actions_addclosefrom_np(&actions_, first_closed);
  }

  void SetWorkingDirectory(const std::string& directory) {
    if (directory.empty()) return;
    posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

absl::string_view KeyOf(absl::string_view setting) { return setting.substr(0, setting.find('=')); }

// Our environment with `changes` over it.
std::vector<std::string> EnvironmentWith(const std::vector<std::string>& changes) {
  std::vector<std::string> result = changes;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    bool changed = false;
    for (const std::string& change : changes) changed |= KeyOf(change) == KeyOf(*entry);
    if (!changed) result.emplace_back(*entry);
  }
  return result;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  // posix_spawn takes char* for history's sake; it writes nothing.
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string DescribeEnd(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return absl::StrCat("exited with status ", info.si_status);
  return absl::StrCat("was killed by signal ", info.si_status, " (", strsignal(info.si_status),
                      ")");
}

}  // namespace

std::string ProgramBesideUs(absl::string_view name) {
  char path[4096] = {};
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
  const std::string self(path, static_cast<size_t>(std::max<ssize_t>(size, 0)));
  return absl::StrCat(self.substr(0, self.rfind('/') + 1), name);
}

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Spawn(const ChildCommand& command) {
  WHET_CHECK(!command.argv.empty());
  WHET_ASSIGN_OR_RETURN(FdPair channel, MakeChannel());
  WHET_ASSIGN_OR_RETURN(FdPair error_output, MakePipe());
  SpawnPlan plan;
  plan.Connect(command.channel, channel.childs.get(), error_output.childs.get());
  plan.SetWorkingDirectory(command.working_directory);
  const std::vector<std::string> environment = EnvironmentWith(command.environment);

  pid_t pid = 0;
  const int error = posix_spawnp(&pid, command.argv[0].c_str(), plan.actions(), plan.attributes(),
                                 Pointers(command.argv).data(), Pointers(environment).data());
  if (error != 0) return ErrnoStatus(error, absl::StrCat("cannot start ", command.argv[0]));
  // We have not reaped it, so the number is still this process's, even if it is dead.
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) {
    const int pidfd_error = errno;
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return ErrnoStatus(pidfd_error, "pidfd_open");
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(
      pid, std::move(pidfd), std::move(channel.ours), std::move(error_output.ours)));
}

ChildProcess::~ChildProcess() {
  if (!reaped_) KillAndReap(absl::ZeroDuration());
}

bool ChildProcess::AwaitDeath(absl::Duration timeout) const {
  pollfd dead{pidfd_.get(), POLLIN, 0};
  const timespec limit = absl::ToTimespec(timeout);
  int ready = 0;
  do {
    ready = ppoll(&dead, 1, &limit, nullptr);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

std::string ChildProcess::KillAndReap(absl::Duration grace) {
  WHET_CHECK(!reaped_);
  reaped_ = true;
  if (grace > absl::ZeroDuration()) AwaitDeath(grace);
  // Until it is reaped the group's number cannot belong to anybody else.
  kill(-pid_, SIGKILL);
  siginfo_t info = {};
  if (!AwaitDeath(kReapTimeout) || waitid(P_PID, pid_, &info, WEXITED | WNOHANG) != 0) {
    return "does not die (it hangs inside the kernel)";
  }
  return DescribeEnd(info);
}

}  // namespace whet
