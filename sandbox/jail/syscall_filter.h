// Which system calls a program in the jail may make.
#ifndef WHET_SANDBOX_JAIL_SYSCALL_FILTER_H_
#define WHET_SANDBOX_JAIL_SYSCALL_FILTER_H_

#include <linux/filter.h>

#include <vector>

#include "absl/status/statusor.h"

namespace whet::sandbox {

// A list of what is allowed: files, memory, threads, signals, time, pipes and unix sockets. All
// else fails with EPERM if it is known, with ENOSYS if it is newer than this list, so that
// libraries fall back as on an old kernel. A call by another architecture's numbers kills the
// program.
absl::StatusOr<std::vector<sock_filter>> BuildSyscallFilter();

// For the calling thread and its children, for good. Returns 0 or an errno; async-signal-safe.
// Needs no_new_privs.
int InstallSyscallFilter(const std::vector<sock_filter>& filter);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_SYSCALL_FILTER_H_
