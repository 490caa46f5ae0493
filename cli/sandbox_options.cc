#include "cli/sandbox_options.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "sandbox/jail_executor.h"

namespace whet {
namespace {

using sandbox::ResourceControl;

absl::Status SetTime(absl::string_view option, const std::string& text, absl::Duration* value) {
  if (text.empty() || absl::ParseDuration(text, value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(option, " ", text, " is no time; write it as 1.5s or 300ms"));
}

absl::Status SetBytes(absl::string_view option, const std::string& text, int64_t* value) {
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<int64_t> bytes = ParseBytes(text);
  if (!bytes.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(option, ": ", bytes.status().message()));
  }
  *value = *bytes;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> ParseBytes(absl::string_view text) {
  const std::string whole(text);
  const std::pair<absl::string_view, double> units[] = {
      {"GiB", 1073741824.0}, {"MiB", 1048576.0}, {"KiB", 1024.0}, {"GB", 1e9},
      {"MB", 1e6},           {"KB", 1e3},        {"kB", 1e3},     {"B", 1.0},
  };
  double factor = 1;
  for (const auto& [unit, bytes] : units) {
    if (absl::ConsumeSuffix(&text, unit)) {
      factor = bytes;
      break;
    }
  }
  double number = 0;
  constexpr double kMax = 1e18;
  if (!absl::SimpleAtod(absl::StripAsciiWhitespace(text), &number) || !(number >= 0) ||
      number * factor > kMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(whole, " is no size; write it as 256MiB, 1GB or a number of bytes"));
  }
  return static_cast<int64_t>(std::llround(number * factor));
}

void AddLimitOptions(CLI::App* command, LimitArguments* arguments) {
  command->add_option("--cpu", arguments->cpu, "CPU time of all its processes: 2s, 500ms");
  command->add_option("--wall", arguments->wall, "Wall time");
  command->add_option("--memory", arguments->memory, "Memory of all its processes: 256MiB");
  command->add_option("--processes", arguments->processes, "Processes and threads at a time");
  command->add_option("--output", arguments->output, "Bytes of stdout, and of stderr");
  command->add_option(
      "--files", arguments->files,
      "Bytes of all files that it writes, and of each; 64MiB and 16MiB if not given");
}

absl::StatusOr<sandbox::Limits> LimitsOf(const LimitArguments& arguments,
                                         const sandbox::Limits& defaults) {
  constexpr double kWallPerCpu = 2.5;
  sandbox::Limits limits = defaults;
  WHET_RETURN_IF_ERROR(SetTime("--cpu", arguments.cpu, &limits.cpu));
  limits.wall = std::max(limits.wall, kWallPerCpu * limits.cpu);
  WHET_RETURN_IF_ERROR(SetTime("--wall", arguments.wall, &limits.wall));
  WHET_RETURN_IF_ERROR(SetBytes("--memory", arguments.memory, &limits.memory_bytes));
  WHET_RETURN_IF_ERROR(SetBytes("--output", arguments.output, &limits.output_bytes));
  WHET_RETURN_IF_ERROR(SetBytes("--files", arguments.files, &limits.scratch_bytes));
  if (!arguments.files.empty()) limits.file_bytes = limits.scratch_bytes;
  if (arguments.processes != 0) limits.processes = arguments.processes;
  WHET_RETURN_IF_ERROR(CheckLimits(limits));
  return limits;
}

void AddSandboxOptions(CLI::App* command, SandboxArguments* arguments) {
  command
      ->add_option("--control", arguments->control,
                   "Who counts CPU time and memory; the default is the best that there is")
      ->check(CLI::IsMember({"cgroup-v2", "cgroup-v1", "polling"}));
  command->add_flag("--allow-weak-isolation", arguments->weak,
                    "Run programs even where this machine forbids namespaces");
  command->add_flag("--python-zygote", arguments->python_zygote,
                    "Fork a running Python for each Python program instead of starting one");
  command
      ->add_option("--jails", arguments->jails, "How many at a time; 0: one more than processors")
      ->check(CLI::Range(0, 1024));
}

absl::StatusOr<std::unique_ptr<sandbox::Executor>> OpenSandbox(const SandboxArguments& arguments) {
  sandbox::JailExecutorOptions options;
  for (const ResourceControl control :
       {ResourceControl::kCgroupV2, ResourceControl::kCgroupV1, ResourceControl::kPolling}) {
    if (arguments.control == ResourceControlName(control)) options.control = control;
  }
  options.allow_weak_isolation = arguments.weak;
  options.python_zygote = arguments.python_zygote;
  options.jails = arguments.jails;
  return MakeJailExecutor(options);
}

}  // namespace whet
