// The first process in a jail: it makes the jail around itself, starts the program, buries the
// dead, counts, and when the program has ended goes, and with it all that is left.
#ifndef WHET_SANDBOX_JAIL_INIT_H_
#define WHET_SANDBOX_JAIL_INIT_H_

#include <linux/filter.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/command.h"
#include "sandbox/jail/syscall_filter.h"
#include "sandbox/jail/system_root.h"
#include "sandbox/jail/usage.h"

namespace whet::sandbox {

// What init tells the launcher through its status descriptor.
struct InitMessage {
  enum Kind : int32_t {
    kSetupFailed,  // `value` is an errno, `step` what failed.
    kExecFailed,   // The program could not be started: `value` is an errno.
    kExited,       // `value` is the program's wait status.
  };
  Kind kind;
  int32_t value;
  char step[32];
};

struct CollectedHeader {
  uint64_t index;  // Of the name in Command::collected.
  uint64_t size;
};

// Init's ends of what connects it with its launcher.
struct InitFds {
  int go;  // Where its command comes from, as WriteCommand writes it.
  int input;
  int output;
  int error;
  int status;
  int collected;  // Where the collected files go, each as a CollectedHeader and its bytes.
};

struct InitOptions {
  const std::vector<sock_filter>* filter;
  Identity outside;
  bool namespaces;
  int landlock;
  // Every 10 ms; else only when SIGUSR1 asks for it.
  bool counts;
  std::string scratch;  // Of weak isolation: a directory that is there. Else kScratch.
  Usage* usage;
  // The program is a fork of the calling process, whose child init is not, but its parent's: for
  // python_zygote.h. Else it begins by execve, and init is the caller's child.
  bool forked = false;
};

// Clones the calling process, which must have one thread, into namespaces of its own where
// `options` have them. The child is init: it makes as much of the jail as does not depend on the
// command, awaits that, and ends without a word if it never comes. Returns its process id, or minus
// an errno. In a forked program it returns 0, with its command's words in `argv`.
pid_t StartInit(const InitOptions& options, const InitFds& fds, std::vector<std::string>* argv);

// What every program has, and `own`: "KEY=VALUE".
std::vector<std::string> ProgramEnvironment(const std::string& scratch,
                                            const std::vector<std::string>& own);

// Sends what init has to know of `command`. Returns 0 or an errno.
int WriteCommand(int fd, const Command& command);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_INIT_H_
