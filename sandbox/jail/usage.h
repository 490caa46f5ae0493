// What a program has used, as the jail's init counts it and its launcher reads it.
#ifndef WHET_SANDBOX_JAIL_USAGE_H_
#define WHET_SANDBOX_JAIL_USAGE_H_

#include <atomic>
#include <cstdint>

namespace whet::sandbox {

// In memory that both map. The program never does: it begins with execve.
struct Usage {
  std::atomic<int64_t> cpu_ns = 0;
  std::atomic<int64_t> memory_bytes = 0;
  std::atomic<int64_t> peak_bytes = 0;
  std::atomic<int64_t> stalled_ns = 0;  // Report::stalled.
  std::atomic<int64_t> counts = 0;      // How often all of this was counted.
};

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_USAGE_H_
