// How a program in a jail ended.
#ifndef WHET_SANDBOX_REPORT_H_
#define WHET_SANDBOX_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sandbox/command.h"

namespace whet::sandbox {

// If several are true of a run, the first of them is told. A failure of the jail is never one of
// them: that is an absl::Status.
enum class Ending {
  kCompileError,  // It was not run: the compiler failed, or went beyond its own limits.
  kOutputLimit,
  kCpuLimit,
  kWallLimit,
  kMemoryLimit,
  kSignal,  // A signal ended it that was not ours.
  kFailed,  // Its exit status was not 0.
  kOk,
};
absl::string_view EndingName(
    Ending ending);  // "ce", "ole", "tle", "wall", "mle", "sig", "re", "ok"

// Who counts CPU time and memory of all processes together, from the best to the worst.
enum class ResourceControl {
  kCgroupV2,
  kCgroupV1,
  // The jail's init, every 10 ms. Memory may be exceeded for that long; and a program that hides
  // its children's deaths hides their CPU time too, until the wall limit.
  kPolling,
};
absl::string_view ResourceControlName(ResourceControl control);  // "cgroup-v2"

// By what the program was held.
struct Isolation {
  ResourceControl control = ResourceControl::kPolling;
  bool namespaces = false;  // Without them it is weak: docs/sandbox.md.
  int landlock = 0;         // The version of the kernel's interface; 0: none.
  // The program began as a fork of a running interpreter, whose memory layout it shares with
  // others.
  bool zygote = false;
};
// "namespaces, cgroup-v1, landlock 7, zygote"
std::string IsolationText(const Isolation& isolation);

struct Report {
  Ending ending = Ending::kOk;
  int exit_status = 0;  // If it exited.
  int signal = 0;       // If a signal ended it, ours included.
  absl::Duration cpu;   // Of all its processes.
  absl::Duration wall;
  // How long its most delayed thread waited for a processor while it could have run; measured when
  // the wall limit was reached, else 0. Nearly all of `wall`: the machine was slow, not the
  // program.
  absl::Duration stalled;
  int64_t peak_bytes = 0;  // The most memory that it held.
  std::string output;      // stdout, at most the limit.
  std::string error_output;
  // Of the files that were asked for, those that are there, plain, and within limits.
  std::vector<File> collected;
  // Of a compile error: how the compiler ended. Its messages are in error_output.
  Ending compile_ending = Ending::kOk;
  Isolation isolation;
};

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_REPORT_H_
