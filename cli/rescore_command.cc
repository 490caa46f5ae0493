#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/config_reader.h"
#include "cli/config_summary.h"
#include "cli/config_table.h"
#include "cli/output.h"
#include "cli/rescoring_text.h"
#include "cli/reward_rules.h"
#include "cli/run_summary.h"
#include "cli/stop_signal.h"
#include "cli/version.h"
#include "orchestrator/rescorer.h"
#include "orchestrator/run_directory.h"
#include "proto/config.pb.h"

namespace whet {
namespace {

namespace pb = ::google::protobuf;

constexpr char kFinishingGroup[] =
    "\nwhet: waiting for the group that is being judged; once more to stop at once\n";

struct RescoreArguments {
  std::string run;
  std::string rules;
  std::vector<std::string> sets;
  std::string purpose;
  std::optional<int64_t> batch;
  std::optional<int64_t> limit;
  int64_t show = 10;
  bool as_json = false;
  bool dry_run = false;
};

// What of its configuration the run's completions are read and learnt by.
struct RunSettings {
  bool trains;
  CompletionOptions completion;
  // Absent for an evaluation, and where parts are normalized before they are summed.
  std::optional<AdvantageOptions> advantage;
  int64_t steps_per_batch;
  const config::ModelConfig& model;
  const config::EngineConfig& engine;
};

absl::StatusOr<RunSettings> SettingsOf(const OpenRun& run) {
  const pb::Message* config = run.config.config.get();
  if (const auto* train = pb::DynamicCastToGenerated<config::TrainConfig>(config)) {
    const RolloutBatchOptions batch = RolloutBatchOf(*train);
    return RunSettings{
        .trains = true,
        .completion = CompletionOf(train->prompts()),
        .advantage = batch.normalize_then_sum ? std::nullopt : std::optional(batch.advantage),
        .steps_per_batch = batch.steps_per_batch,
        .model = train->model(),
        .engine = train->engine()};
  }
  if (const auto* eval = pb::DynamicCastToGenerated<config::EvalConfig>(config)) {
    return RunSettings{.trains = false,
                       .completion = CompletionOf(eval->evaluation().prompts()),
                       .advantage = std::nullopt,
                       .steps_per_batch = 1,
                       .model = eval->model(),
                       .engine = eval->engine()};
  }
  return absl::FailedPreconditionError(
      absl::StrCat(run.paths.config(), " is no configuration that this whet knows, so it is not ",
                   "known how the completions begin; use the whet that made the run"));
}

RandomPurpose PurposeOf(const std::string& purpose) {
  if (purpose == "sample") return RandomPurpose::kSample;
  return purpose == "eval" ? RandomPurpose::kEvaluation : RandomPurpose::kTrain;
}

// "train, batch 3, the first 10 groups"
std::string JudgedText(const RescoreArguments& arguments) {
  return absl::StrCat(
      arguments.purpose,
      arguments.batch.has_value() ? absl::StrCat(", batch ", *arguments.batch) : "",
      arguments.limit.has_value() ? absl::StrCat(", the first ", *arguments.limit, " groups") : "");
}

// What keeps other writers out while the rescoring is stored.
struct Writing {
  RunDirectory run;
  std::unique_ptr<Ledger> ledger;
};

absl::StatusOr<Writing> OpenForWriting(const RunPaths& paths) {
  WHET_ASSIGN_OR_RETURN(const bool running, IsBeingWritten(paths));
  if (running) {
    return absl::FailedPreconditionError(
        absl::StrCat("another process is writing to the run ", paths.directory(),
                     "; wait until it has ended, or write --dry-run, which stores nothing"));
  }
  WHET_ASSIGN_OR_RETURN(RunDirectory run, RunDirectory::Open(paths.directory()));
  WHET_ASSIGN_OR_RETURN(std::unique_ptr<Ledger> ledger, Ledger::Open(paths.ledger()));
  return Writing{std::move(run), std::move(ledger)};
}

absl::StatusOr<Rescoring> Judge(const RescorerParts& parts, const RescoringRequest& request,
                                bool shows_progress) {
  const std::atomic<bool>* stop = CatchStopSignals(kFinishingGroup);
  absl::StatusOr<Rescoring> rescoring = Rescore(parts, request, [&](int64_t judged, int64_t of) {
    // A live line that cannot be shown is no failure.
    if (shows_progress) {
      Print(absl::StrCat("\r  judged ", judged, "/", of, " groups")).IgnoreError();
    }
    return !stop->load();
  });
  if (shows_progress) Print("\r\x1b[K").IgnoreError();
  return rescoring;
}

absl::Status PrintResult(const RescoreArguments& arguments, const Rescoring& rescoring,
                         const RunPaths& paths) {
  const std::string stored = rescoring.id.has_value() ? absl::StrCat("as rescoring ", *rescoring.id,
                                                                     " in ", paths.ledger())
                                                      : "nothing";
  if (arguments.as_json) {
    Json json = ToJson(rescoring.report);
    json.Set("run", paths.directory());
    json.Set("judged", JudgedText(arguments));
    json.Set("rescoring", rescoring.id.has_value() ? Json(*rescoring.id) : Json());
    json.Set("finished", rescoring.finished);
    WHET_RETURN_IF_ERROR(Print(absl::StrCat(json.Dump(), "\n")));
  } else {
    WHET_RETURN_IF_ERROR(
        Print(absl::StrCat(SummaryLine("stored", stored), "\n", RescoringText(rescoring.report))));
  }
  if (rescoring.finished) return absl::OkStatus();
  return absl::CancelledError(absl::StrCat(
      "stopped after ", rescoring.report.groups, " groups; stored: ", stored,
      rescoring.id.has_value() ? ", which stays unfinished; the command, repeated, begins anew"
                               : ""));
}

absl::Status RunRescore(RescoreArguments arguments) {
  config::RulesConfig config;
  WHET_RETURN_IF_ERROR(ReadRules(arguments.rules, arguments.sets, &config));
  WHET_ASSIGN_OR_RETURN(const OpenRun run, OpenRunIn(RunDirectoryNamed(arguments.run)));
  if (run.ledger == nullptr) {
    return absl::NotFoundError(absl::StrCat(run.paths.directory(),
                                            " has no ledger, and so no completions to judge; only ",
                                            "./whet train and ./whet eval keep one"));
  }
  WHET_ASSIGN_OR_RETURN(const RunSettings settings, SettingsOf(run));
  if (arguments.purpose.empty()) {
    arguments.purpose = settings.trains ? "train" : "eval";
  }
  std::optional<Writing> writing;
  if (!arguments.dry_run) {
    WHET_ASSIGN_OR_RETURN(writing, OpenForWriting(run.paths));
  }
  WHET_ASSIGN_OR_RETURN(
      std::vector<WeightedRule> rules,
      MakeRules(config.rewards(),
                {.sandbox = config.sandbox(), .model = settings.model, .engine = settings.engine}));
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<Rewarder> rewarder,
                        Rewarder::Create(std::move(rules), settings.completion));
  const std::string judged = JudgedText(arguments);
  if (!arguments.as_json) {
    WHET_RETURN_IF_ERROR(Print(absl::StrCat(SummaryLine("run", run.paths.directory()),
                                            SummaryLine("judged", judged), ConfigSummary(config))));
  }
  RescoringRecord record;
  record.rules = FullConfigText(config);
  record.judged = judged;
  record.version = VersionText();
  const bool learnt = arguments.purpose == "train";
  WHET_ASSIGN_OR_RETURN(const Rescoring rescoring,
                        Judge({.reader = run.ledger.get(),
                               .rewarder = rewarder.get(),
                               .ledger = writing.has_value() ? writing->ledger.get() : nullptr},
                              {.purpose = PurposeOf(arguments.purpose),
                               .batch = arguments.batch,
                               .groups_max = arguments.limit,
                               .steps_per_batch = settings.steps_per_batch,
                               .advantage = learnt ? settings.advantage : std::nullopt,
                               .shown_max = static_cast<size_t>(arguments.show),
                               .record = std::move(record)},
                              !arguments.as_json && isatty(STDOUT_FILENO) == 1));
  return PrintResult(arguments, rescoring, run.paths);
}

}  // namespace

void AddRescoreCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command =
      app->add_subcommand("rescore", "Judge a run's completions by other rules: audit a verifier");
  const auto arguments = std::make_shared<RescoreArguments>();
  command->add_option("run", arguments->run, "Its directory, or its name in runs/")->required();
  command
      ->add_option("--rules", arguments->rules,
                   "A configuration with rewards: of a run, or a file that has only these")
      ->required();
  command
      ->add_option("--set", arguments->sets, "Change a setting of the rules: rewards[0].weight=2")
      ->allow_extra_args(false);
  command
      ->add_option("--purpose", arguments->purpose,
                   "What the completions were sampled for; what the run is for unless set")
      ->check(CLI::IsMember({"train", "eval", "sample"}));
  command
      ->add_option("--batch", arguments->batch,
                   "Only of this rollout batch, from 0; of evaluations, only after this step")
      ->check(CLI::Range(0, 1000000000));
  command
      ->add_option("--limit", arguments->limit,
                   "Only the first so many groups, each the completions of one draw of a prompt")
      ->check(CLI::Range(1, 1000000000));
  command->add_option("--show", arguments->show, "Print so many disagreements with their texts")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command->add_flag("--json", arguments->as_json, "Print one JSON object");
  command->add_flag("--dry-run", arguments->dry_run,
                    "Judge and print, but store nothing; also while the run goes on");
  command->callback([arguments, result] { *result = RunRescore(*arguments); });
}

}  // namespace whet
