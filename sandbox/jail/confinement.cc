#include "sandbox/jail/confinement.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace whet::sandbox {
namespace {

// Debian 12's headers end at version 2 of the interface: linux/landlock.h of Linux 6.12.
struct RulesetAttributes {
  uint64_t handled_files;
  uint64_t handled_network;
  uint64_t scoped;
};
struct __attribute__((packed)) PathAttributes {
  uint64_t allowed;
  int32_t directory;
};
constexpr int kRulePathBeneath = 1;
constexpr unsigned kAskVersion = 1;
constexpr uint64_t kExecute = 1 << 0;
constexpr uint64_t kWriteFile = 1 << 1;
constexpr uint64_t kReadFile = 1 << 2;
constexpr uint64_t kReadDirectory = 1 << 3;
constexpr uint64_t kTruncate = 1 << 14;  // Version 3.
constexpr uint64_t kIoctl = 1 << 15;     // Version 5.
constexpr uint64_t kTcp = 3;             // Bind and connect; version 4.
constexpr uint64_t kScopes = 3;          // Abstract unix sockets and signals; version 6.

uint64_t FilesOf(int version) {
  if (version >= 5) return (1 << 16) - 1;
  if (version >= 3) return (1 << 15) - 1;
  if (version >= 2) return (1 << 14) - 1;
  return (1 << 13) - 1;
}

int Allow(int ruleset, const char* path, uint64_t rights) {
  const int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? 0 : errno;
  const PathAttributes attributes = {rights, fd};
  const long result = syscall(SYS_landlock_add_rule, ruleset, kRulePathBeneath, &attributes, 0);
  const int error = result == 0 ? 0 : errno;
  close(fd);
  return error;
}

int Limit(int resource, rlim_t soft, rlim_t hard) {
  // What is held lower already stays so.
  rlimit current = {};
  if (getrlimit(static_cast<__rlimit_resource>(resource), &current) != 0) return errno;
  if (hard > current.rlim_max) hard = current.rlim_max;
  if (soft > hard) soft = hard;
  const rlimit limit = {soft, hard};
  return setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0 ? 0 : errno;
}

int Limit(int resource, int64_t value) {
  return Limit(resource, static_cast<rlim_t>(value), static_cast<rlim_t>(value));
}

}  // namespace

int LandlockVersion() {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
  return version < 0 ? 0 : static_cast<int>(version);
}

int SetResourceLimits(const Limits& limits) {
  // A second line: who counts all processes together acts first.
  const int64_t cpu_seconds = absl::ToInt64Seconds(limits.cpu) + 1;
  int error =
      Limit(RLIMIT_CPU, static_cast<rlim_t>(cpu_seconds), static_cast<rlim_t>(cpu_seconds) + 1);
  if (error == 0) error = Limit(RLIMIT_FSIZE, limits.file_bytes);
  if (error == 0) error = Limit(RLIMIT_NPROC, limits.processes + 1);  // Init is one of them.
  if (error == 0) error = Limit(RLIMIT_NOFILE, 256);
  if (error == 0) error = Limit(RLIMIT_CORE, 0);
  if (error == 0) error = Limit(RLIMIT_MEMLOCK, 0);
  if (error == 0) error = Limit(RLIMIT_MSGQUEUE, 0);
  // Deep recursion is honest; what it takes counts as memory.
  const int64_t stack = std::min(limits.stack_bytes, limits.memory_bytes);
  if (error == 0) error = Limit(RLIMIT_STACK, stack);
  return error;
}

int DropCapabilities() {
  for (int capability = 0; capability <= 63; ++capability) {
    // Who has none, as without namespaces, may not even drop them; the rest sees to it then.
    if (prctl(PR_CAPBSET_READ, capability) == 1 && prctl(PR_CAPBSET_DROP, capability) != 0 &&
        errno != EPERM) {
      return errno;
    }
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capset, &header, none) != 0) return errno;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
}

int RestrictFiles(int version, const char* scratch) {
  if (version <= 0) return 0;
  const uint64_t files = FilesOf(version);
  const RulesetAttributes attributes = {files, kTcp, kScopes};
  size_t size = sizeof(attributes);
  if (version < 6) size = offsetof(RulesetAttributes, scoped);
  if (version < 4) size = offsetof(RulesetAttributes, handled_network);
  const int ruleset = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
  if (ruleset < 0) return errno;
  int error = Allow(ruleset, "/", kExecute | kReadFile | kReadDirectory);
  if (error == 0) error = Allow(ruleset, scratch, files);
  for (const char* device : {"/dev/null", "/dev/zero", "/dev/full"}) {
    const uint64_t rights = kReadFile | kWriteFile | kTruncate | kIoctl;
    if (error == 0) error = Allow(ruleset, device, rights & files);
  }
  if (error == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) error = errno;
  close(ruleset);
  return error;
}

}  // namespace whet::sandbox
