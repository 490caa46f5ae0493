#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/sandbox_options.h"
#include "cli/serve_options.h"
#include "cli/serve_rewards.h"
#include "cli/stop_signal.h"
#include "sandbox/command.h"
#include "serve/http_server.h"
#include "serve/run_code_service.h"

namespace whet {
namespace {

constexpr char kFinishingRuns[] =
    "\nwhet: answering those whose programs are running; once more to stop at once\n";
constexpr int kWaitingMax = 256;  // verl's documentation has it send as many at a time.
// Beside those that run or wait for a jail: for short answers, and for clients that dawdle.
constexpr int kFurtherConnections = 32;

struct ServeArguments {
  std::string listen = "127.0.0.1:8080";
  std::string token_file;
  LimitArguments limits;
  SandboxArguments sandbox;
};

// Generous to verl, which by default asks for 10 s and 1024 MB.
sandbox::Limits MostLimits() {
  sandbox::Limits limits;
  limits.cpu = absl::Seconds(60);
  limits.memory_bytes = int64_t{1} << 30;
  return limits;
}

std::string LanguageNames(const serve::RunCodeOptions& options) {
  return absl::StrJoin(options.languages, ", ",
                       [](std::string* out, const auto& language) { out->append(language.name); });
}

absl::Status RunUntilStopped(serve::HttpServer* server, serve::RunCodeService* service,
                             const std::string& about) {
  const std::atomic<bool>* stop = CatchStopSignals(kFinishingRuns);
  WHET_RETURN_IF_ERROR(Print(absl::StrCat("serving http://", ListenAddressText(server->address()),
                                          "/run_code: ", about, "\n")));
  SystemClock clock;
  while (!*stop) clock.Sleep(absl::Milliseconds(100));
  service->Close();
  server->Stop();
  return absl::OkStatus();
}

absl::StatusOr<serve::HttpServerOptions> HttpOptions(const ServeArguments& arguments) {
  serve::HttpServerOptions options;
  WHET_ASSIGN_OR_RETURN(options.token, ReadToken(arguments.token_file));
  WHET_ASSIGN_OR_RETURN(options.address, ListenAddressOf(arguments.listen, options.token));
  options.body_bytes_max = sandbox::kCommandBytesMax;
  return options;
}

std::vector<serve::HttpRoute> Routes(serve::RunCodeService* service) {
  const auto run_code = [service](const serve::HttpRequest& request) {
    return service->Answer(request);
  };
  return {{.method = "POST", .path = "/run_code", .handler = run_code}, HealthRoute()};
}

absl::Status ServeSandbox(ServeArguments arguments) {
  WHET_ASSIGN_OR_RETURN(serve::HttpServerOptions http, HttpOptions(arguments));
  serve::RunCodeServiceOptions options;
  WHET_ASSIGN_OR_RETURN(options.code.limits, LimitsOf(arguments.limits, MostLimits()));
  if (arguments.sandbox.jails == 0) {
    arguments.sandbox.jails = static_cast<int>(std::thread::hardware_concurrency()) + 1;
  }
  options.jails = arguments.sandbox.jails;
  options.waiting_max = kWaitingMax;
  http.threads = options.jails + kWaitingMax + kFurtherConnections;
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<sandbox::Executor> executor,
                        OpenSandbox(arguments.sandbox));
  serve::RunCodeService service(executor.get(), options);
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<serve::HttpServer> server,
                        serve::HttpServer::Start(std::move(http), Routes(&service)));
  return RunUntilStopped(
      server.get(), &service,
      absl::StrCat(LanguageNames(options.code), "; ", options.jails, " programs at a time"));
}

}  // namespace

void AddServeCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command = app->add_subcommand("serve", "Answer requests of other programs");
  command->require_subcommand(1);
  CLI::App* sandbox = command->add_subcommand(
      "sandbox", "Run untrusted programs for others, by SandboxFusion's POST /run_code");
  const auto arguments = std::make_shared<ServeArguments>();
  sandbox->add_option("--listen", arguments->listen, "ADDRESS:PORT; port 0: one that is free")
      ->capture_default_str();
  AddTokenOption(sandbox, &arguments->token_file);
  AddLimitOptions(sandbox, &arguments->limits);
  AddSandboxOptions(sandbox, &arguments->sandbox);
  sandbox->callback([arguments, result] { *result = ServeSandbox(*arguments); });
  AddServeRewardsCommand(command, result);
}

}  // namespace whet
