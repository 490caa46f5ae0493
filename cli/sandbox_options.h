// What the commands that run untrusted programs have in common.
#ifndef WHET_CLI_SANDBOX_OPTIONS_H_
#define WHET_CLI_SANDBOX_OPTIONS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sandbox/executor.h"
#include "sandbox/limits.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours.
class App;
}  // namespace CLI

namespace whet {

// As they stand on the command line; empty where they were not given.
struct LimitArguments {
  std::string cpu;
  std::string wall;
  std::string memory;
  std::string output;
  std::string files;
  int64_t processes = 0;
};
void AddLimitOptions(CLI::App* command, LimitArguments* arguments);

// InvalidArgument, naming the option, for what is no time or size. `defaults` for what was not
// given; without a wall limit it is at least two and a half times the CPU limit.
absl::StatusOr<sandbox::Limits> LimitsOf(const LimitArguments& arguments,
                                         const sandbox::Limits& defaults);

struct SandboxArguments {
  std::string control;  // "polling"; empty: the best.
  bool weak = false;
  bool python_zygote = false;
  int jails = 0;
};
void AddSandboxOptions(CLI::App* command, SandboxArguments* arguments);
absl::StatusOr<std::unique_ptr<sandbox::Executor>> OpenSandbox(const SandboxArguments& arguments);

// "256MiB", "1.5 GB", "4096". InvalidArgument for others.
absl::StatusOr<int64_t> ParseBytes(absl::string_view text);

}  // namespace whet

#endif  // WHET_CLI_SANDBOX_OPTIONS_H_
