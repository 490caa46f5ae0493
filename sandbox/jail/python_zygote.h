// Python, started once and forked for every program: PythonLanguage() without the time that an
// interpreter takes to start.
#ifndef WHET_SANDBOX_JAIL_PYTHON_ZYGOTE_H_
#define WHET_SANDBOX_JAIL_PYTHON_ZYGOTE_H_

#include <sys/types.h>

#include <memory>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "sandbox/command.h"
#include "sandbox/jail/init.h"

namespace whet::sandbox {

// A process of its own, so that no program begins with what the launcher has heard of others. What
// they have in common is where things lie in memory, and the modules that are imported already.
class PythonZygote {
 public:
  // Forks it from the calling process, which must have one thread and be in the system root, and
  // waits until Python runs there: libpython is loaded, nothing executed. `options` are those of
  // its inits. FailedPrecondition, saying what to install, where it does not.
  static absl::StatusOr<std::unique_ptr<PythonZygote>> Start(const InitOptions& options);
  ~PythonZygote();
  PythonZygote(const PythonZygote&) = delete;

  // Starts an init whose program is a fork of Python, and which is the calling process's child.
  // Minus an errno if it cannot. If the zygote has died, so does the calling program: a new one
  // forked from here would know what has been run.
  pid_t StartInit(const InitFds& fds);

  // Whether such a program is what `command` wants: PythonLanguage()'s, as it is.
  static bool Serves(const Command& command);

 private:
  PythonZygote(pid_t process, UniqueFd channel);

  const pid_t process_;
  const UniqueFd channel_;
};

// What is in a process's memory from its beginning, its forks have too: begins the calling program
// anew, with `argv`, without an environment, and with as large a stack as programs may want; how
// far the first thread's may grow is decided then. Returns if it has begun so, or if it cannot.
absl::Status BeginBare(char** argv);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_PYTHON_ZYGOTE_H_
