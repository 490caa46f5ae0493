// The seam behind which untrusted programs run.
#ifndef WHET_SANDBOX_EXECUTOR_H_
#define WHET_SANDBOX_EXECUTOR_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sandbox/command.h"
#include "sandbox/limits.h"
#include "sandbox/report.h"

namespace whet::sandbox {

struct Program {
  std::string language;  // A name that the executor knows: "python".
  std::string source;    // Any bytes; it is the program's matter if they make no sense.
};

// One run of a program.
struct Invocation {
  std::string input = {};                   // stdin
  std::vector<std::string> arguments = {};  // After the program's own.
  std::vector<File> files = {};             // In its working directory, besides its source.
  std::vector<std::string> collected = {};  // Files that are read once it has exited with 0.
  Limits limits = {};
};

// Runs each program in a jail of its own, several at a time. Thread-safe.
class Executor {
 public:
  using Done = std::function<void(absl::StatusOr<Report>)>;

  virtual ~Executor() = default;

  // Compiles where the language needs it, runs, and then calls `done` once, on a thread of the
  // executor's, where it must not block. Whatever the program does is a report. The statuses are:
  //   NotFound            a language that the executor does not know
  //   InvalidArgument     a limit or file that cannot be
  //   FailedPrecondition  this machine lets nobody make jails, or has no such compiler
  //   others              the machine failed; the same run may succeed another time
  virtual void Submit(Program program, Invocation run, Done done) = 0;

  // The same, blocking.
  absl::StatusOr<Report> Execute(Program program, Invocation run);
};

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_EXECUTOR_H_
