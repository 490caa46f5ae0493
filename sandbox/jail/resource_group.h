// Who counts what all processes of a program use together, and holds them to its memory.
#ifndef WHET_SANDBOX_JAIL_RESOURCE_GROUP_H_
#define WHET_SANDBOX_JAIL_RESOURCE_GROUP_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sandbox/jail/usage.h"
#include "sandbox/report.h"

namespace whet::sandbox {

// For one program after another. Not thread-safe.
class ResourceGroup {
 public:
  virtual ~ResourceGroup() = default;

  virtual ResourceControl control() const = 0;

  // For the next program: counts begin at 0.
  virtual absl::Status Begin(int64_t memory_bytes) = 0;

  // Puts a process in; its children follow.
  virtual absl::Status Add(pid_t pid) = 0;

  // Since Begin().
  virtual absl::Duration Cpu() = 0;
  virtual int64_t PeakBytes() = 0;
  virtual bool MemoryExceeded() = 0;
};

// The best that this machine offers to this user, or `wanted`: FailedPrecondition, saying why, if
// that cannot be had. Control groups are made below the one that this process is in, and are
// removed when this process has ended, however it did. Call it before privileges are given up; what
// it returns works without them. `usage` outlives it.
absl::StatusOr<std::unique_ptr<ResourceGroup>> MakeResourceGroup(
    std::optional<ResourceControl> wanted, Usage* usage);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_RESOURCE_GROUP_H_
