// What a program in a jail may use.
#ifndef WHET_SANDBOX_LIMITS_H_
#define WHET_SANDBOX_LIMITS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace whet::sandbox {

// For all processes of the program together, its children included.
struct Limits {
  absl::Duration cpu = absl::Seconds(2);
  absl::Duration wall = absl::Seconds(5);
  int64_t memory_bytes = int64_t{256} << 20;  // Files that it writes and swapped pages included.
  int64_t stack_bytes = int64_t{256} << 20;   // Of the first thread; no more than memory.
  int64_t processes = 64;                     // At a time, threads counted one by one.
  int64_t output_bytes = int64_t{1} << 20;    // Of stdout, and again of stderr.
  int64_t file_bytes = int64_t{16} << 20;     // Of each file.
  int64_t scratch_bytes = int64_t{64} << 20;  // Of all its files.
  int64_t scratch_files = 4096;               // How many those may be, directories included.
};

// As compilers need them.
Limits CompileLimits();

// InvalidArgument, with the limit's name and range, for what cannot be granted.
absl::Status CheckLimits(const Limits& limits);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_LIMITS_H_
