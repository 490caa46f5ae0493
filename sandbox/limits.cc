#include "sandbox/limits.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status.h"

namespace whet::sandbox {
namespace {

absl::Status CheckTime(absl::string_view name, absl::Duration value) {
  constexpr absl::Duration kMin = absl::Milliseconds(1);
  constexpr absl::Duration kMax = absl::Hours(1);
  if (value >= kMin && value <= kMax) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the limit of ", name, ", ", absl::FormatDuration(value), ", is not between 1ms and 1h"));
}

absl::Status CheckCount(absl::string_view name, int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the limit of ", name, ", ", value, ", is not between ", min, " and ", max));
}

}  // namespace

Limits CompileLimits() {
  return {.cpu = absl::Seconds(8),
          .wall = absl::Seconds(10),
          .memory_bytes = int64_t{512} << 20,
          .stack_bytes = int64_t{8} << 20,
          .processes = 64,
          .output_bytes = int64_t{64} << 10,
          .file_bytes = int64_t{64} << 20,
          .scratch_bytes = int64_t{256} << 20,
          .scratch_files = 4096};
}

absl::Status CheckLimits(const Limits& limits) {
  constexpr int64_t kMebibyte = int64_t{1} << 20;
  constexpr int64_t kBytesMax = int64_t{1} << 40;
  WHET_RETURN_IF_ERROR(CheckTime("CPU time", limits.cpu));
  WHET_RETURN_IF_ERROR(CheckTime("wall time", limits.wall));
  WHET_RETURN_IF_ERROR(CheckCount("memory", limits.memory_bytes, 4 * kMebibyte, kBytesMax));
  WHET_RETURN_IF_ERROR(CheckCount("the stack", limits.stack_bytes, kMebibyte, kBytesMax));
  WHET_RETURN_IF_ERROR(CheckCount("processes", limits.processes, 1, 4096));
  // It is collected in memory and sent in one answer.
  WHET_RETURN_IF_ERROR(CheckCount("output", limits.output_bytes, 0, 16 * kMebibyte));
  WHET_RETURN_IF_ERROR(CheckCount("a file", limits.file_bytes, 0, kBytesMax));
  WHET_RETURN_IF_ERROR(CheckCount("files together", limits.scratch_bytes, kMebibyte, kBytesMax));
  return CheckCount("the number of files", limits.scratch_files, 16, int64_t{1} << 20);
}

}  // namespace whet::sandbox
