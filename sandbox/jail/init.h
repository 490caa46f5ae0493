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

struct InitOptions {
  const std::vector<sock_filter>* filter;
  Identity outside;
  bool namespaces;
  int landlock;
  // Every 10 ms; else only when SIGUSR1 asks for it.
  bool counts;
  std::string scratch;  // Of weak isolation: a directory that is there. Else kScratch.
  int go_fd;            // Where its command comes from, as WriteCommand writes it.
  int input_fd;
  int output_fd;
  int error_fd;
  int status_fd;
  int collected_fd;  // Where the collected file goes.
  Usage* usage;
};

// In a child that was just cloned, which has no other threads. Makes as much of the jail as does
// not depend on the command, awaits that, and ends without a word if it never comes.
[[noreturn]] void RunInit(const InitOptions& options);

// Sends what init has to know of `command`. Returns 0 or an errno.
int WriteCommand(int fd, const Command& command);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_INIT_H_
