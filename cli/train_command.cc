#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/config_reader.h"
#include "cli/config_summary.h"
#include "cli/loaded_model.h"
#include "cli/loaded_prompts.h"
#include "cli/output.h"
#include "cli/reward_rules.h"
#include "cli/run_arguments.h"
#include "cli/run_config.h"
#include "cli/run_ledger.h"
#include "cli/stop_signal.h"
#include "cli/train_view.h"
#include "orchestrator/train_loop.h"
#include "policy/engine.h"
#include "policy/memory_plan.h"
#include "policy/updater.h"
#include "proto/config.pb.h"
#include "rollout/local_source.h"
#include "rollout/prompt_set.h"

namespace whet {
namespace {

struct TrainArguments : RunArguments {
  bool dry_run = false;
};

// What is read before anything is computed.
struct TrainInputs {
  config::TrainConfig config;
  LoadedModel model;
  PromptSet prompts;
  std::optional<PromptSet> held_out;
  std::unique_ptr<Rewarder> rewarder;
};

absl::StatusOr<std::optional<PromptSet>> ReadHeldOut(const config::TrainConfig& config,
                                                     const LoadedModel& model,
                                                     const PromptSet& prompts) {
  if (!config.has_evaluation()) return std::nullopt;
  const config::EvaluationConfig& evaluation = config.evaluation();
  const bool own = evaluation.has_sampling();
  WHET_ASSIGN_OR_RETURN(
      PromptSet held_out,
      LoadPrompts(evaluation.prompts(), model,
                  {.setting = "evaluation.prompts",
                   .sampling = own ? "evaluation.sampling" : "sampling",
                   .tokens_max = (own ? evaluation.sampling() : config.sampling()).tokens_max(),
                   .needs_answers = ReadGroundTruths(config.rewards())}));
  const Prompts common = CommonPrompts(held_out, prompts);
  if (!common.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(common.size(), " of the ", held_out.prompts.size(),
                     " prompts of evaluation.prompts are trained on too, the first of them: ",
                     common.front()->question, "; take them out of one of the files"));
  }
  return held_out;
}

absl::StatusOr<TrainInputs> ReadInputs(config::TrainConfig config) {
  WHET_ASSIGN_OR_RETURN(LoadedModel model, LoadModel(config.model(), config.engine()));
  WHET_ASSIGN_OR_RETURN(PromptSet prompts,
                        LoadPrompts(config.prompts(), model,
                                    {.setting = "prompts",
                                     .sampling = "sampling",
                                     .tokens_max = config.sampling().tokens_max(),
                                     .needs_answers = ReadGroundTruths(config.rewards())}));
  WHET_ASSIGN_OR_RETURN(std::optional<PromptSet> held_out, ReadHeldOut(config, model, prompts));
  return TrainInputs{.config = std::move(config),
                     .model = std::move(model),
                     .prompts = std::move(prompts),
                     .held_out = std::move(held_out),
                     .rewarder = nullptr};
}

TrainOptions OptionsOf(const TrainInputs& inputs) {
  const config::TrainConfig& config = inputs.config;
  TrainOptions options = {
      .steps = config.steps(),
      .seed = config.seed(),
      .batch = RolloutBatchOf(config),
      .minibatches = config.rollout().minibatches(),
      .inner_epochs = config.rollout().inner_epochs(),
      .checkpoint_every_steps = config.checkpoint().every_steps(),
      .checkpoints_kept = config.checkpoint().keep(),
      .evaluation = {.prompts = {}, .every_steps = 0, .samples = 1, .sampling = {}}};
  if (inputs.held_out.has_value()) {
    const config::EvaluationConfig& evaluation = config.evaluation();
    options.evaluation = {.prompts = inputs.held_out->prompts,
                          .every_steps = evaluation.every_steps(),
                          .samples = evaluation.samples(),
                          .sampling = evaluation.has_sampling() ? SamplingOf(evaluation.sampling())
                                                                : GreedyOf(config.sampling())};
  }
  return options;
}

int64_t LongestPrompt(const PromptSet& set) {
  size_t longest = 0;
  for (const auto& prompt : set.prompts) longest = std::max(longest, prompt->tokens.size());
  return static_cast<int64_t>(longest);
}

std::string SizeText(int64_t bytes) {
  constexpr int64_t kMebibyte = 1 << 20;
  const auto mebibytes = static_cast<double>(bytes) / kMebibyte;
  return mebibytes < 1024 ? absl::StrFormat("%.0f MiB", mebibytes)
                          : absl::StrFormat("%.1f GiB", mebibytes / 1024);
}

// "about 2.9 GiB of 21.3 GiB: weights 540 MiB, …", at the peak.
std::string MemoryText(const TrainInputs& inputs) {
  const config::TrainConfig& config = inputs.config;
  const EngineOptions engine = EngineOptionsOf(inputs.model, config.engine());
  const int64_t rollouts =
      int64_t{config.rollout().groups_per_batch()} * config.rollout().group_size();
  const int64_t tokens = LongestPrompt(inputs.prompts) + config.sampling().tokens_max();
  const MemoryPlan plan = PlanMemory(
      inputs.model.checkpoint.config(),
      {.type = inputs.model.compute.type,
       .reference = config.loss().kl_coefficient() != 0,
       .rows = std::min<int64_t>(config.optimizer().micro_batch_tokens(), rollouts * tokens),
       .sequences = std::min(engine.sequences_max, rollouts),
       .sequence_tokens = tokens,
       .kv_cache_bytes = engine.kv_cache_bytes});
  const int64_t available = AvailableMemory();
  return absl::StrCat("about ", SizeText(plan.total()), " of ", SizeText(available),
                      plan.total() > available ? " (TOO LITTLE)" : "", ": weights ",
                      SizeText(plan.weights), ", optimizer ", SizeText(plan.optimizer),
                      ", micro-batch ", SizeText(plan.activations), ", cache ",
                      SizeText(plan.keys_and_values));
}

std::vector<QuarantinedPrompt> QuarantinedOf(const TrainInputs& inputs) {
  std::vector<QuarantinedPrompt> all = inputs.prompts.quarantined;
  if (inputs.held_out.has_value()) {
    all.insert(all.end(), inputs.held_out->quarantined.begin(), inputs.held_out->quarantined.end());
  }
  return all;
}

// The plan, a line a matter.
std::string PlanText(const TrainInputs& inputs, const std::string& run) {
  const std::string held_out = inputs.held_out.has_value()
                                   ? absl::StrCat("; held out ", Describe(*inputs.held_out))
                                   : "; none held out";
  return absl::StrCat(SummaryLine("run", run), SummaryLine("model", Describe(inputs.model)),
                      SummaryLine("prompts", Describe(inputs.prompts) + held_out),
                      QuarantineText(QuarantinedOf(inputs)), ConfigSummary(inputs.config),
                      SummaryLine("memory", MemoryText(inputs)), "\n");
}

// What goes on with the run, as one types it.
std::string CommandOf(const TrainArguments& arguments, const RunPaths& paths) {
  std::string command = absl::StrCat("./whet train ", ShellWord(arguments.file), " --run ",
                                     ShellWord(paths.directory()));
  for (const std::string& set : arguments.sets)
    absl::StrAppend(&command, " --set ", ShellWord(set));
  return command;
}

absl::Status PrintEnd(TrainEnd end, const TrainArguments& arguments, const RunPaths& paths,
                      int64_t step) {
  const std::string where =
      absl::StrFormat("checkpoint %s/%s\nledger     %s\ncurve      %s\n", paths.directory(),
                      RunPaths::CheckpointName(step), paths.ledger(), paths.curve());
  switch (end) {
    case TrainEnd::kFinished:
      return Print(where);
    case TrainEnd::kTaughtOut:
      return Print(
          absl::StrCat("stopped at step ", step,
                       ": batch after batch no group taught anything, for all completions of "
                       "a prompt were judged alike: the prompts are too easy or too hard "
                       "for this model, or sampling lets them differ too little\n",
                       where));
    case TrainEnd::kInterrupted:
      return Print(absl::StrCat(where, "stopped at step ", step, "; to go on, repeat:\n  ",
                                CommandOf(arguments, paths), "\n"));
  }
  return absl::OkStatus();
}

// The run itself, once all is read.
absl::Status Train(const TrainArguments& arguments, const TrainInputs& inputs, RunDirectory* run) {
  SystemClock clock;
  WHET_ASSIGN_OR_RETURN(const RunLedger opened,
                        OpenRunLedger(inputs.config, inputs.model, run->paths()));
  UpdaterOptions updater_options = UpdaterOf(inputs.config);
  updater_options.compute = inputs.model.compute;
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<Updater> updater,
                        MakeUpdater(inputs.model.checkpoint, updater_options));
  WHET_ASSIGN_OR_RETURN(
      const std::unique_ptr<EngineGenerator> engine,
      MakeEngine(updater->Publish(0), EngineOptionsOf(inputs.model, inputs.config.engine())));
  LocalSource source(engine.get());
  WHET_ASSIGN_OR_RETURN(TrainView view,
                        TrainView::Open(run->paths(), opened.reader.get(), &clock,
                                        {.terminal = isatty(STDOUT_FILENO) == 1,
                                         .shows_kl = inputs.config.loss().kl_coefficient() > 0}));
  const DecodeFunction decode = DecoderOf(&inputs.model.tokenizer);
  TrainLoop loop({.updater = updater.get(),
                  .source = &source,
                  .decode = &decode,
                  .rewarder = inputs.rewarder.get(),
                  .ledger = opened.ledger.get(),
                  .reader = opened.reader.get(),
                  .run = run,
                  .view = &view,
                  .clock = &clock,
                  .stop = CatchStopSignals()},
                 OptionsOf(inputs), inputs.prompts.prompts);
  WHET_ASSIGN_OR_RETURN(const TrainEnd end, loop.Run());
  WHET_RETURN_IF_ERROR(view.Finish());
  return PrintEnd(end, arguments, run->paths(), updater->steps());
}

absl::Status RunTrain(const TrainArguments& arguments) {
  config::TrainConfig config;
  ConfigPlaces places(arguments.file);
  WHET_RETURN_IF_ERROR(ReadConfig(arguments.file, arguments.sets, &config, &places));
  const std::string directory = RunDirectoryOf(arguments);
  WHET_ASSIGN_OR_RETURN(TrainInputs inputs, ReadInputs(std::move(config)));
  WHET_ASSIGN_OR_RETURN(std::vector<WeightedRule> rules,
                        MakeRules(inputs.config.rewards(), {.sandbox = inputs.config.sandbox(),
                                                            .model = inputs.config.model(),
                                                            .engine = inputs.config.engine()}));
  WHET_ASSIGN_OR_RETURN(inputs.rewarder,
                        Rewarder::Create(std::move(rules), CompletionOf(inputs.config.prompts())));
  WHET_RETURN_IF_ERROR(Quarantine(*inputs.rewarder, "prompts", &inputs.prompts));
  if (inputs.held_out.has_value()) {
    WHET_RETURN_IF_ERROR(Quarantine(*inputs.rewarder, "evaluation.prompts", &*inputs.held_out));
  }
  if (arguments.dry_run) return Print(PlanText(inputs, directory + " (not touched: --dry-run)"));
  WHET_ASSIGN_OR_RETURN(RunDirectory run, RunDirectory::Open(directory));
  const bool is_new = !run.stored_config().has_value();
  WHET_RETURN_IF_ERROR(SettleConfig(inputs.config, arguments.goes_on, &run));
  WHET_RETURN_IF_ERROR(WriteQuarantine(QuarantinedOf(inputs), run.paths().quarantine()));
  WHET_RETURN_IF_ERROR(Print(PlanText(inputs, directory + (is_new ? " (new)" : " (goes on)"))));
  return Train(arguments, inputs, &run);
}

}  // namespace

void AddTrainCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command = app->add_subcommand("train", "Train a model by reinforcement learning");
  const auto arguments = std::make_shared<TrainArguments>();
  AddRunOptions(command, arguments.get());
  command->add_flag("--dry-run", arguments->dry_run, "Check everything, show the plan, and end");
  command->callback([arguments, result] { *result = RunTrain(*arguments); });
}

}  // namespace whet
