#include "cli/serve_rewards.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/status.h"
#include "cli/config_reader.h"
#include "cli/output.h"
#include "cli/reward_rules.h"
#include "cli/serve_options.h"
#include "cli/stop_signal.h"
#include "proto/config.pb.h"
#include "rewards/rewarder.h"
#include "serve/get_reward.h"
#include "serve/grpc_reward_server.h"
#include "serve/http_server.h"
#include "serve/reward_scorer.h"

namespace whet {
namespace {

constexpr char kFinishing[] =
    "\nwhet: answering those who are being judged; once more to stop at once\n";
constexpr absl::Duration kStopPatience = absl::Minutes(5);
// OpenRLHF sends one request for each completion of a batch.
constexpr int kHttpConnections = 256;

struct ServeRewardsArguments {
  std::string rules;
  std::vector<std::string> sets;
  std::string listen = "127.0.0.1:50051";
  std::string http;
  std::string token_file;
  bool thought_prefilled = false;
};

absl::StatusOr<std::unique_ptr<Rewarder>> MakeRewarder(const ServeRewardsArguments& arguments) {
  config::RulesConfig config;
  WHET_RETURN_IF_ERROR(ReadRules(arguments.rules, arguments.sets, &config));
  WHET_ASSIGN_OR_RETURN(
      std::vector<WeightedRule> rules,
      MakeRules(config.rewards(), {.sandbox = config.sandbox(),
                                   .model = config::ModelConfig::default_instance(),
                                   .engine = config::EngineConfig::default_instance()}));
  return Rewarder::Create(std::move(rules), {.thought_prefilled = arguments.thought_prefilled});
}

absl::StatusOr<std::unique_ptr<serve::HttpServer>> StartHttp(
    const ServeRewardsArguments& arguments, const std::optional<serve::AccessToken>& token,
    serve::RewardScorer* scorer) {
  if (arguments.http.empty()) return nullptr;
  serve::HttpServerOptions options;
  WHET_ASSIGN_OR_RETURN(options.address, ListenAddressOf(arguments.http, token));
  options.token = token;
  options.threads = kHttpConnections;
  options.body_bytes_max = int64_t{64} << 20;
  const auto get_reward = [scorer](const serve::HttpRequest& request) {
    return AnswerGetReward(scorer, request);
  };
  return serve::HttpServer::Start(
      std::move(options),
      {{.method = "POST", .path = "/get_reward", .handler = get_reward}, HealthRoute()});
}

absl::Status ServeRewards(const ServeRewardsArguments& arguments) {
  WHET_ASSIGN_OR_RETURN(const std::optional<serve::AccessToken> token,
                        ReadToken(arguments.token_file));
  WHET_ASSIGN_OR_RETURN(const serve::ListenAddress address,
                        ListenAddressOf(arguments.listen, token));
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<Rewarder> rewarder, MakeRewarder(arguments));
  serve::RewardScorer scorer(rewarder.get());
  WHET_ASSIGN_OR_RETURN(
      const std::unique_ptr<serve::GrpcRewardServer> grpc,
      serve::GrpcRewardServer::Start(&scorer, {.address = address, .token = token}));
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<serve::HttpServer> http,
                        StartHttp(arguments, token, &scorer));
  const std::atomic<bool>* stop = CatchStopSignals(kFinishing);
  std::string line =
      absl::StrCat("serving rewards of ", absl::StrJoin(rewarder->rule_names(), ", "), ": grpc ",
                   ListenAddressText(grpc->address()));
  if (http != nullptr) {
    absl::StrAppend(&line, ", http://", ListenAddressText(http->address()), "/get_reward");
  }
  WHET_RETURN_IF_ERROR(Print(line + "\n"));
  SystemClock clock;
  while (!*stop) clock.Sleep(absl::Milliseconds(100));
  scorer.Close();
  if (http != nullptr) http->Stop();
  grpc->Stop(kStopPatience);
  return absl::OkStatus();
}

}  // namespace

void AddServeRewardsCommand(CLI::App* serve, absl::Status* result) {
  CLI::App* command = serve->add_subcommand(
      "rewards", "Judge completions for others, by the rules of a configuration");
  const auto arguments = std::make_shared<ServeRewardsArguments>();
  command
      ->add_option("rules", arguments->rules,
                   "A configuration with rewards: of a run, or a file that has only these")
      ->required();
  command
      ->add_option("--set", arguments->sets, "Change a setting of the rules: rewards[0].weight=2")
      ->allow_extra_args(false);
  command
      ->add_option("--listen", arguments->listen,
                   "ADDRESS:PORT of gRPC (proto/reward.proto); port 0: one that is free")
      ->capture_default_str();
  command->add_option("--http", arguments->http,
                      "ADDRESS:PORT of OpenRLHF's POST /get_reward; else there is none");
  AddTokenOption(command, &arguments->token_file);
  command->add_flag("--thought-prefilled", arguments->thought_prefilled,
                    "Prompts end with <think>, so completions begin within the thought");
  command->callback([arguments, result] { *result = ServeRewards(*arguments); });
}

}  // namespace whet
