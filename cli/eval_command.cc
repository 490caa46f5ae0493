#include <unistd.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/config_reader.h"
#include "cli/config_summary.h"
#include "cli/evaluation_text.h"
#include "cli/loaded_model.h"
#include "cli/loaded_prompts.h"
#include "cli/output.h"
#include "cli/reward_rules.h"
#include "cli/rollout_text.h"
#include "cli/run_arguments.h"
#include "cli/run_config.h"
#include "cli/run_ledger.h"
#include "cli/stop_signal.h"
#include "orchestrator/evaluator.h"
#include "orchestrator/metrics_file.h"
#include "policy/engine.h"
#include "policy/weight_set.h"
#include "proto/config.pb.h"
#include "rollout/local_source.h"

namespace whet {
namespace {

constexpr int64_t kStep = 0;

struct EvalArguments : RunArguments {
  bool as_json = false;
  int64_t show = 0;
};

// What is read before anything is computed.
struct EvalInputs {
  config::EvalConfig config;
  SamplingParams sampling;
  LoadedModel model;
  PromptSet prompts;
  std::unique_ptr<Rewarder> rewarder;
};

// Hands on what it is asked for, shows how far that is, and gives up when told to stop: what is
// finished until then has been taken.
class WatchedSource final : public RolloutSource {
 public:
  // Neither is owned.
  WatchedSource(RolloutSource* inner, const std::atomic<bool>* stop, bool shows_progress)
      : inner_(*inner), stop_(*stop), shows_progress_(shows_progress) {}

  absl::Status Request(std::vector<RolloutRequest> requests) override {
    wanted_ += requests.size();
    return inner_.Request(std::move(requests));
  }

  absl::StatusOr<std::vector<Rollout>> Wait() override {
    if (stop_.load()) return absl::CancelledError("asked to stop");
    Show();
    absl::StatusOr<std::vector<Rollout>> finished = inner_.Wait();
    if (finished.ok()) finished_ += finished->size();
    if (finished_ == wanted_) Show();
    return finished;
  }

  absl::Status Publish(std::shared_ptr<const WeightSet> weights) override {
    return inner_.Publish(std::move(weights));
  }

 private:
  void Show() const {
    if (!shows_progress_) return;
    // A live line that cannot be shown is no failure of the run.
    Print(absl::StrCat("\r  sampled ", finished_, "/", wanted_,
                       finished_ == wanted_ ? "\r\x1b[K" : ""))
        .IgnoreError();
  }

  RolloutSource& inner_;
  const std::atomic<bool>& stop_;
  const bool shows_progress_;
  size_t wanted_ = 0;
  size_t finished_ = 0;
};

// Of an evaluation that is recorded: everything it consists of is in the ledger.
class NothingToSample final : public RolloutSource {
 public:
  absl::Status Request(std::vector<RolloutRequest> requests) override {
    if (requests.empty()) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "the prompts have changed since this run evaluated them; give --run another directory");
  }
  absl::StatusOr<std::vector<Rollout>> Wait() override { return std::vector<Rollout>(); }
  absl::Status Publish(std::shared_ptr<const WeightSet> /*weights*/) override {
    return absl::OkStatus();
  }
};

absl::StatusOr<EvalInputs> ReadInputs(config::EvalConfig config) {
  const config::EvaluationConfig& evaluation = config.evaluation();
  const SamplingParams sampling = evaluation.has_sampling() ? SamplingOf(evaluation.sampling())
                                                            : GreedyOf(evaluation.sampling());
  WHET_ASSIGN_OR_RETURN(LoadedModel model, LoadModel(config.model(), config.engine()));
  WHET_ASSIGN_OR_RETURN(PromptSet prompts,
                        LoadPrompts(evaluation.prompts(), model,
                                    {.setting = "evaluation.prompts",
                                     .sampling = "evaluation.sampling",
                                     .tokens_max = sampling.tokens_max,
                                     .needs_answers = ReadGroundTruths(config.rewards())}));
  return EvalInputs{.config = std::move(config),
                    .sampling = sampling,
                    .model = std::move(model),
                    .prompts = std::move(prompts),
                    .rewarder = nullptr};
}

// Whether the run's evaluation is made.
absl::StatusOr<bool> IsRecorded(const RunPaths& paths) {
  const absl::StatusOr<std::unique_ptr<LedgerReader>> reader = LedgerReader::Open(paths.ledger());
  if (absl::IsNotFound(reader.status())) return false;
  if (!reader.ok()) return reader.status();
  WHET_ASSIGN_OR_RETURN(const std::vector<EvaluationRecord> evaluations, (*reader)->Evaluations());
  return !evaluations.empty();
}

// An evaluation that has been begun goes on with the settings and weights that it was begun with;
// one that is recorded has its numbers.
absl::Status Settle(const EvalInputs& inputs, const EvalArguments& arguments, bool recorded,
                    RunDirectory* run) {
  if (!recorded) return SettleConfig(inputs.config, arguments.goes_on, run);
  absl::Status status = SettleConfig(inputs.config, /*goes_on=*/false, run);
  if (!arguments.goes_on || !absl::IsFailedPrecondition(status)) return status;
  return absl::FailedPreconditionError(
      absl::StrCat("the evaluation in ", run->paths().directory(),
                   " is finished, with other settings; give --run another directory"));
}

// The first `count` completions: the first of each prompt before the second of any.
absl::StatusOr<std::vector<ExplainedRollout>> ShownOf(int64_t count, int64_t samples,
                                                      LedgerReader* reader) {
  if (count == 0) return std::vector<ExplainedRollout>();
  WHET_ASSIGN_OR_RETURN(std::vector<ExplainedRollout> rollouts,
                        ReadRollouts(reader, {.purpose = RandomPurpose::kEvaluation,
                                              .batch = kStep,
                                              .limit = count * samples}));
  std::vector<ExplainedRollout> shown;
  for (int64_t sample = 0; sample < samples; ++sample) {
    for (ExplainedRollout& rollout : rollouts) {
      if (static_cast<int64_t>(shown.size()) == count) return shown;
      if (rollout.record.rollout.id.sample == sample) shown.push_back(std::move(rollout));
    }
  }
  return shown;
}

absl::Status PrintResult(const EvalArguments& arguments, const Evaluated& evaluated,
                         LedgerReader* reader) {
  WHET_ASSIGN_OR_RETURN(const std::vector<ExplainedRollout> shown,
                        ShownOf(arguments.show, evaluated.metrics.samples, reader));
  if (arguments.as_json) {
    Json json = ToJson(evaluated.metrics);
    Json completions = Json::Array();
    for (const ExplainedRollout& rollout : shown) completions.Append(ToJson(rollout));
    if (arguments.show > 0) json.Set("completions", std::move(completions));
    return Print(absl::StrCat(json.Dump(), "\n"));
  }
  std::string text = EvaluationTable(evaluated.metrics);
  for (const ExplainedRollout& rollout : shown) {
    absl::StrAppend(&text, "\n", RolloutText(rollout));
  }
  return Print(text);
}

// Asks `source` for what the ledger does not have. When it is told to stop, says how to go on.
absl::StatusOr<Evaluated> Collect(const EvalInputs& inputs, RolloutSource* source, Ledger* ledger,
                                  LedgerReader* reader) {
  SystemClock clock;
  const DecodeFunction decode = DecoderOf(&inputs.model.tokenizer);
  RolloutCollector collector({.source = source,
                              .decode = &decode,
                              .rewarder = inputs.rewarder.get(),
                              .ledger = ledger,
                              .reader = reader,
                              .clock = &clock});
  absl::StatusOr<Evaluated> evaluated = EvaluatePrompts(
      {.collector = &collector, .rewarder = inputs.rewarder.get(), .ledger = ledger},
      {.purpose = RandomPurpose::kEvaluation,
       .batch = kStep,
       .step = kStep,
       .samples = inputs.config.evaluation().samples(),
       .seed = inputs.config.seed(),
       .sampling = inputs.sampling},
      inputs.prompts.prompts);
  if (!absl::IsCancelled(evaluated.status())) return evaluated;
  WHET_RETURN_IF_ERROR(ledger->AddEvent({kStep, "interrupted", "asked to stop"}));
  WHET_RETURN_IF_ERROR(ledger->Flush());
  const CollectStats stats = collector.TakeStats();
  return absl::CancelledError(absl::StrCat(
      "stopped with ", stats.recorded_rollouts + stats.sampled_rollouts, " of ",
      static_cast<int64_t>(inputs.prompts.prompts.size()) * inputs.config.evaluation().samples(),
      " completions, which are kept; to go on, repeat the command"));
}

absl::StatusOr<Evaluated> Sample(const EvalArguments& arguments, const EvalInputs& inputs,
                                 const RunPaths& paths, Ledger* ledger, LedgerReader* reader) {
  WHET_ASSIGN_OR_RETURN(std::shared_ptr<const WeightSet> weights,
                        LoadWeightSet(inputs.model.checkpoint, inputs.model.compute));
  WHET_ASSIGN_OR_RETURN(
      const std::unique_ptr<EngineGenerator> engine,
      MakeEngine(std::move(weights), EngineOptionsOf(inputs.model, inputs.config.engine())));
  LocalSource local(engine.get());
  WatchedSource source(&local, CatchStopSignals(kFinishingCompletion),
                       !arguments.as_json && isatty(STDOUT_FILENO) == 1);
  WHET_ASSIGN_OR_RETURN(const std::vector<LeaseRecord> leases,
                        reader->Leases(RandomPurpose::kEvaluation, kStep));
  WHET_RETURN_IF_ERROR(ledger->AddEvent({kStep, leases.empty() ? "started" : "resumed", ""}));
  WHET_ASSIGN_OR_RETURN(Evaluated evaluated, Collect(inputs, &source, ledger, reader));
  WHET_RETURN_IF_ERROR(ledger->AddEvent({kStep, "finished", ""}));
  WHET_RETURN_IF_ERROR(ledger->Flush());
  WHET_ASSIGN_OR_RETURN(const std::vector<Json> rows, MetricsRows(reader));
  WHET_RETURN_IF_ERROR(MetricsFile::Open(paths.metrics(), rows).status());
  return evaluated;
}

absl::Status Evaluate(const EvalArguments& arguments, const EvalInputs& inputs, bool recorded,
                      const RunPaths& paths) {
  WHET_ASSIGN_OR_RETURN(const RunLedger opened, OpenRunLedger(inputs.config, inputs.model, paths));
  Ledger* const ledger = opened.ledger.get();
  LedgerReader* const reader = opened.reader.get();
  if (recorded) {
    NothingToSample source;
    WHET_ASSIGN_OR_RETURN(const Evaluated evaluated, Collect(inputs, &source, ledger, reader));
    return PrintResult(arguments, evaluated, reader);
  }
  WHET_ASSIGN_OR_RETURN(const Evaluated evaluated,
                        Sample(arguments, inputs, paths, ledger, reader));
  return PrintResult(arguments, evaluated, reader);
}

absl::Status RunEval(const EvalArguments& arguments) {
  config::EvalConfig config;
  ConfigPlaces places(arguments.file);
  WHET_RETURN_IF_ERROR(ReadConfig(arguments.file, arguments.sets, &config, &places));
  const std::string directory = RunDirectoryOf(arguments);
  WHET_ASSIGN_OR_RETURN(EvalInputs inputs, ReadInputs(std::move(config)));
  WHET_ASSIGN_OR_RETURN(std::vector<WeightedRule> rules,
                        MakeRules(inputs.config.rewards(), {.sandbox = inputs.config.sandbox(),
                                                            .model = inputs.config.model(),
                                                            .engine = inputs.config.engine()}));
  WHET_ASSIGN_OR_RETURN(
      inputs.rewarder,
      Rewarder::Create(std::move(rules), CompletionOf(inputs.config.evaluation().prompts())));
  WHET_RETURN_IF_ERROR(Quarantine(*inputs.rewarder, "evaluation.prompts", &inputs.prompts));
  WHET_ASSIGN_OR_RETURN(RunDirectory run, RunDirectory::Open(directory));
  const bool is_new = !run.stored_config().has_value();
  WHET_ASSIGN_OR_RETURN(const bool recorded, IsRecorded(run.paths()));
  WHET_RETURN_IF_ERROR(Settle(inputs, arguments, recorded, &run));
  WHET_RETURN_IF_ERROR(WriteQuarantine(inputs.prompts.quarantined, run.paths().quarantine()));
  if (!arguments.as_json) {
    const absl::string_view how = recorded ? " (recorded: nothing is sampled)"
                                  : is_new ? " (new)"
                                           : " (goes on)";
    WHET_RETURN_IF_ERROR(Print(absl::StrCat(SummaryLine("run", absl::StrCat(directory, how)),
                                            SummaryLine("model", Describe(inputs.model)),
                                            SummaryLine("prompts", Describe(inputs.prompts)),
                                            QuarantineText(inputs.prompts.quarantined),
                                            ConfigSummary(inputs.config), "\n")));
  }
  return Evaluate(arguments, inputs, recorded, run.paths());
}

}  // namespace

void AddEvalCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command = app->add_subcommand("eval", "Measure how good a model is");
  const auto arguments = std::make_shared<EvalArguments>();
  AddRunOptions(command, arguments.get());
  command->add_flag("--json", arguments->as_json, "Print the numbers as one JSON object");
  command
      ->add_option("--show", arguments->show,
                   "Print so many completions too, with what they were judged by")
      ->check(CLI::Range(0, 1000000));
  command->callback([arguments, result] { *result = RunEval(*arguments); });
}

}  // namespace whet
