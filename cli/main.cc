// whet: the one binary. A command a file; this one only dispatches.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/process_settings.h"
#include "cli/version.h"
#include "policy/exactness.h"

namespace whet {
namespace {

constexpr char kAbout[] = "R1-Zero-style reinforcement learning for language models";

// The command that the user was at: " runs show".
std::string CommandOf(const CLI::App& app) {
  std::string command;
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    absl::StrAppend(&command, " ", at->get_name());
  }
  return command;
}

// Memory ran out where nobody can go on.
[[noreturn]] void EndForMemory() {
  std::fputs("whet: out of memory; give less to do at once, or a machine with more\n", stderr);
  std::_Exit(1);
}

int Main(int argc, char** argv) {
  std::set_new_handler(EndForMemory);
  std::signal(SIGXFSZ, SIG_IGN);  // Files that may not grow are told as an error.
  CalmThreads(argv);
  KeepMemory();
  RequestExactMath();
  CLI::App app(kAbout, "whet");
  app.set_version_flag("--version", VersionText());
  app.require_subcommand(0, 1);
  absl::Status result;
  AddConfigCommand(&app, &result);
  AddDoctorCommand(&app, &result);
  AddEvalCommand(&app, &result);
  AddImportCommand(&app, &result);
  AddNewCommand(&app, &result);
  AddRescoreCommand(&app, &result);
  AddRunsCommand(&app, &result);
  AddSampleCommand(&app, &result);
  AddSandboxCommand(&app, &result);
  AddServeCommand(&app, &result);
  AddSftCommand(&app, &result);
  AddTrainCommand(&app, &result);
  AddVerifyCommand(&app, &result);

  app.failure_message([&app](const CLI::App*, const CLI::Error& error) {
    return absl::StrCat("whet: ", error.what(), "; ./whet", CommandOf(app), " --help tells more\n");
  });
  // The macro returns where the command line ends it: with 0 after --help, else with an error's
  // code.
  constexpr int kParsed = -1;
  const int code = [&] {
    CLI11_PARSE(app, argc, argv);
    return kParsed;
  }();
  if (code != kParsed) return code == 0 ? 0 : 1;
  if (app.get_subcommands().empty()) {
    std::fputs(app.help().c_str(), stderr);
    return 1;
  }
  if (!result.ok()) {
    std::fprintf(stderr, "whet: %s\n", std::string(result.message()).c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace whet

int main(int argc, char** argv) { return whet::Main(argc, argv); }
