#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/sandbox_options.h"
#include "sandbox/executor.h"
#include "text/json.h"

namespace whet {
namespace {

struct RunArguments {
  std::string file;
  std::string language;  // Empty: by the file's name.
  std::vector<std::string> arguments;
  LimitArguments limits;
  SandboxArguments sandbox;
  bool show = false;
};

// What stands at our own stdin; nothing, if that is a terminal.
absl::StatusOr<std::string> ReadInput() {
  std::string input;
  if (isatty(STDIN_FILENO) == 1) return input;
  char buffer[64 * 1024];
  while (true) {
    const ssize_t count = read(STDIN_FILENO, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoStatus(errno, "read stdin");
    if (count == 0) return input;
    input.append(buffer, static_cast<size_t>(count));
  }
}

Json ReportJson(const sandbox::Report& report) {
  Json json = Json::Object({
      {"ending", std::string(EndingName(report.ending))},
      {"exit_status", int64_t{report.exit_status}},
      {"signal", int64_t{report.signal}},
      {"cpu_ms", absl::ToDoubleMilliseconds(report.cpu)},
      {"wall_ms", absl::ToDoubleMilliseconds(report.wall)},
      {"peak_bytes", report.peak_bytes},
      {"stdout_bytes", static_cast<int64_t>(report.output.size())},
      {"stderr_bytes", static_cast<int64_t>(report.error_output.size())},
      {"isolation", IsolationText(report.isolation)},
  });
  return json;
}

std::string LanguageOfFile(const std::string& file) {
  const size_t dot = file.rfind('.');
  std::string suffix = dot == std::string::npos ? "" : file.substr(dot + 1);
  if (suffix == "c" || suffix == "cpp" || suffix == "sh") return suffix;
  return suffix == "cc" || suffix == "cxx" ? "cpp" : "python";
}

absl::Status RunProgram(const RunArguments& arguments) {
  WHET_ASSIGN_OR_RETURN(const sandbox::Limits limits,
                        LimitsOf(arguments.limits, sandbox::Limits()));
  WHET_ASSIGN_OR_RETURN(std::string source, ReadFile(arguments.file));
  WHET_ASSIGN_OR_RETURN(std::string input, ReadInput());
  const std::string language =
      arguments.language.empty() ? LanguageOfFile(arguments.file) : arguments.language;
  SandboxArguments one = arguments.sandbox;
  one.jails = 1;
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<sandbox::Executor> executor, OpenSandbox(one));
  WHET_ASSIGN_OR_RETURN(
      const sandbox::Report report,
      executor->Execute({language, std::move(source)}, {.input = std::move(input),
                                                        .arguments = arguments.arguments,
                                                        .files = {},
                                                        .collected = {},
                                                        .limits = limits}));
  WHET_RETURN_IF_ERROR(Print(absl::StrCat(ReportJson(report).Dump(), "\n")));
  if (arguments.show || report.ending == sandbox::Ending::kCompileError) {
    return Print(absl::StrCat(report.output, report.error_output));
  }
  return absl::OkStatus();
}

}  // namespace

void AddSandboxCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command = app->add_subcommand("sandbox", "Run untrusted programs");
  command->require_subcommand(1);
  CLI::App* run = command->add_subcommand(
      "run", "Run a program in a jail, with our stdin, and print how it ended as JSON");
  const auto arguments = std::make_shared<RunArguments>();
  run->add_option("file", arguments->file, "Its source")->required();
  run->add_option("arguments", arguments->arguments, "The program's arguments");
  run->add_option("--lang", arguments->language,
                  "python, c, cpp or bash; by the file's name if not given");
  run->add_flag("--show", arguments->show, "Print also what it printed");
  AddLimitOptions(run, &arguments->limits);
  AddSandboxOptions(run, &arguments->sandbox);
  run->callback([arguments, result] { *result = RunProgram(*arguments); });
}

}  // namespace whet
