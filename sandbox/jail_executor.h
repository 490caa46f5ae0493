// Programs in jails on this machine.
#ifndef WHET_SANDBOX_JAIL_EXECUTOR_H_
#define WHET_SANDBOX_JAIL_EXECUTOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sandbox/executor.h"
#include "sandbox/language.h"
#include "sandbox/report.h"

namespace whet::sandbox {

struct JailExecutorOptions {
  std::vector<Language> languages = DefaultLanguages();
  int jails = 0;                                // At a time. 0: one more than there are processors.
  std::optional<ResourceControl> control = {};  // Unset: the best there is.
  // Runs programs without namespaces where the machine forbids them: they can then see and disturb
  // what their user can. Every report says so.
  bool allow_weak_isolation = false;
  bool force_weak_isolation = false;  // For tests.
  // Fork a running Python for every Python program, instead of starting one: in jails of their own,
  // but all with one layout of memory. Without namespaces it does nothing.
  bool python_zygote = false;
  int64_t cache_bytes = int64_t{256} << 20;  // Of what compilers made.
  std::string launcher = {};                 // whet-jail; empty: the one beside this program.
};

// Starts whet-jail `jails` times, and waits until all are ready: FailedPrecondition, with their
// last words, if they are not.
absl::StatusOr<std::unique_ptr<Executor>> MakeJailExecutor(const JailExecutorOptions& options);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_EXECUTOR_H_
