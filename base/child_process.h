// One run of a helper program: the operating system's side of base/child.h, which is what callers
// want; this part only starts, watches and ends a process.
#ifndef WHET_BASE_CHILD_PROCESS_H_
#define WHET_BASE_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"

namespace whet {

// The path of a program of ours that is installed in the folder of the one that runs.
std::string ProgramBesideUs(absl::string_view name);

// Where the program finds the socket that leads to us.
enum class ChildChannel {
  // File descriptor 3, for programs of ours. Its stdin is empty; what it or a library prints to
  // stdout goes where stderr goes and cannot disturb the messages.
  kSocket,
  // Its stdin and stdout, for other people's programs.
  kStdio,
};

struct ChildCommand {
  std::vector<std::string> argv;         // argv[0] is searched in PATH if it holds no slash.
  std::vector<std::string> environment;  // "KEY=VALUE", over what we have ourselves.
  std::string working_directory;         // Empty: ours.
  ChildChannel channel = ChildChannel::kSocket;
};

// A process in a process group of its own (so a Ctrl-C at our terminal does not reach it), with no
// descriptor of ours but the channel, default signal handlers and nothing blocked. Not thread-safe.
class ChildProcess {
 public:
  // Returns NotFound or PermissionDenied if there is no such program, ResourceExhausted if the
  // machine has no process or descriptor left. That it then runs is not known yet.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Spawn(const ChildCommand& command);

  // Kills it with its group if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  int channel_fd() const { return channel_.get(); }  // Non-blocking, both ways.
  int stderr_fd() const { return stderr_.get(); }    // Non-blocking, to read.
  int pidfd() const { return pidfd_.get(); }         // Readable once it is dead.

  // Gives the process `grace` to end by itself, then kills its whole group and reaps it. Returns
  // how it ended, to go after its name: "exited with status 3", "was killed by signal 6 (Aborted)";
  // if it was alive until now, signal 9. At most once.
  std::string KillAndReap(absl::Duration grace);

 private:
  ChildProcess(pid_t pid, UniqueFd pidfd, UniqueFd channel, UniqueFd error_output)
      : pid_(pid),
        pidfd_(std::move(pidfd)),
        channel_(std::move(channel)),
        stderr_(std::move(error_output)) {}

  bool AwaitDeath(absl::Duration timeout) const;  // False if it still runs then.

  const pid_t pid_;
  UniqueFd pidfd_;
  UniqueFd channel_;
  UniqueFd stderr_;
  bool reaped_ = false;
};

}  // namespace whet

#endif  // WHET_BASE_CHILD_PROCESS_H_
