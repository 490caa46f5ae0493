// The root directory that programs in jails see: system directories, read-only, and nothing else of
// this machine.
#ifndef WHET_SANDBOX_JAIL_SYSTEM_ROOT_H_
#define WHET_SANDBOX_JAIL_SYSTEM_ROOT_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace whet::sandbox {

// The working directory of a program, empty until a jail mounts its own.
inline constexpr char kScratch[] = "/tmp";

// Leaves root, if this is root, for a user of its own, and all but namespaces of its own behind:
// afterwards this process is an unprivileged user in a user and a mount namespace, in which it may
// make jails, and its root is the system root: /usr with what leads there, a few of /etc and /dev,
// /proc, `directories` (absolute paths of this machine), and an empty kScratch. FailedPrecondition,
// with the reason, where namespaces are forbidden.
absl::Status EnterSystemRoot(const std::vector<std::string>& directories);

// The first half of it, for weak isolation: only root is left.
absl::Status LeaveRoot();

struct Identity {
  uid_t user;
  gid_t group;
};

// Makes the calling process, new in its user namespace, `inside` there, who is `outside` in the
// namespace around it. Returns 0 or an errno; async-signal-safe.
int MapIdentity(const Identity& inside, const Identity& outside);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_SYSTEM_ROOT_H_
