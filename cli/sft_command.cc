#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/atomic_file.h"
#include "base/clock.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/config_reader.h"
#include "cli/loaded_model.h"
#include "cli/output.h"
#include "cli/run_arguments.h"
#include "cli/run_config.h"
#include "cli/stop_signal.h"
#include "orchestrator/sft_loop.h"
#include "policy/updater.h"
#include "proto/config.pb.h"
#include "rollout/sft_set.h"

namespace whet {
namespace {

struct SftArguments : RunArguments {
  std::string output;
};

// The token that ends a text: the tokenizer's own, else the first of the model's.
absl::StatusOr<int32_t> EosOf(const LoadedModel& model) {
  if (model.tokenizer_eos.has_value()) return static_cast<int32_t>(*model.tokenizer_eos);
  if (!model.eos_ids.empty()) return static_cast<int32_t>(model.eos_ids.front());
  return absl::InvalidArgumentError(
      absl::StrCat(model.checkpoint.directory(),
                   " names no end of sequence; set eos_token_id in its config.json"));
}

// Prints about fifty lines a run.
class SftView {
 public:
  SftView(int64_t steps, Clock* clock)
      : steps_(steps), every_(std::max<int64_t>(1, steps / 50)), clock_(*clock) {}

  absl::Status OnStep(const StepStats& stats) {
    tokens_ += stats.tokens_computed;
    skipped_ += stats.skipped ? 1 : 0;
    if (stats.step % every_ != 0 && stats.step != steps_) return absl::OkStatus();
    const absl::Duration now = clock_.Monotonic();
    const double seconds = absl::ToDoubleSeconds(now - since_);
    const std::string line = absl::StrFormat(
        "%11s   loss %7.4f   right %5.1f%%   gradient %8.4f   lr %8.2e   %8.0f tokens/s%s\n",
        absl::StrCat(stats.step, "/", steps_), stats.loss, 100 * stats.accuracy,
        stats.gradient_norm, stats.lr, seconds > 0 ? static_cast<double>(tokens_) / seconds : 0.0,
        skipped_ > 0 ? " ! not finite: step skipped" : "");
    skipped_ = 0;
    since_ = now;
    tokens_ = 0;
    return Print(line);
  }

 private:
  const int64_t steps_;
  const int64_t every_;
  Clock& clock_;
  absl::Duration since_ = clock_.Monotonic();
  int64_t tokens_ = 0;
  int64_t skipped_ = 0;  // Steps since the last line.
};

absl::Status WriteOutput(const std::string& path, Updater* updater) {
  WHET_ASSIGN_OR_RETURN(AtomicDirectory directory, AtomicDirectory::Create(path));
  WHET_RETURN_IF_ERROR(updater->SaveWeights(directory.temporary_path()));
  return directory.Commit();
}

absl::Status CheckOutput(const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  const size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0 && !PathExists(path.substr(0, slash))) {
    return absl::NotFoundError(absl::StrCat("--output ", path, ": there is no directory ",
                                            path.substr(0, slash), "; make it first"));
  }
  if (!PathExists(path)) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(path, " is there already; remove it, or give --output another directory"));
}

absl::StatusOr<std::unique_ptr<Updater>> MakeSftUpdater(const config::SftConfig& config,
                                                        const LoadedModel& model) {
  UpdaterOptions options = OptimizerOf(config.optimizer(), config.steps());
  options.objective = Objective::kSupervised;
  options.compute = model.compute;
  if (config.random_weights()) {
    options.random_weights = RandomKey(config.seed(), RandomPurpose::kInitialize);
  }
  return MakeUpdater(model.checkpoint, options);
}

absl::Status RunSft(const SftArguments& arguments) {
  config::SftConfig config;
  ConfigPlaces places(arguments.file);
  WHET_RETURN_IF_ERROR(ReadConfig(arguments.file, arguments.sets, &config, &places));
  WHET_RETURN_IF_ERROR(CheckOutput(arguments.output));
  WHET_ASSIGN_OR_RETURN(const LoadedModel model,
                        LoadModel(config.model(), config::EngineConfig(),
                                  config.random_weights() ? Checkpoint::Weights::kNotRead
                                                          : Checkpoint::Weights::kNeeded));
  WHET_ASSIGN_OR_RETURN(const int32_t eos_id, EosOf(model));
  const int64_t context = model.checkpoint.config().positions_max;
  WHET_ASSIGN_OR_RETURN(
      const SftSet set,
      ReadSftSet(
          {.files = {config.file().begin(), config.file().end()},
           .loss = config.loss_on() == config::SEQUENCE ? SftLoss::kSequence : SftLoss::kCompletion,
           .tokens_max = std::min<int64_t>(config.tokens_max(), context),
           .eos_id = eos_id},
          model.tokenizer));
  const std::string directory = RunDirectoryOf(arguments);
  WHET_ASSIGN_OR_RETURN(RunDirectory run, RunDirectory::Open(directory));
  WHET_RETURN_IF_ERROR(SettleConfig(config, arguments.goes_on, &run));
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<Updater> updater, MakeSftUpdater(config, model));
  WHET_RETURN_IF_ERROR(Print(
      absl::StrFormat("run        %s\nmodel      %s%s\nrows       %d, %d cut, %d without loss\n",
                      directory, Describe(model), config.random_weights() ? ", random weights" : "",
                      set.rows, set.cut, set.without_loss)));
  SystemClock clock;
  SftView view(config.steps(), &clock);
  SftLoop loop({.updater = updater.get(),
                .run = &run,
                .stop = CatchStopSignals(),
                .on_step = [&view](const StepStats& stats) { return view.OnStep(stats); }},
               {.steps = config.steps(),
                .seed = config.seed(),
                .rows_per_step = config.rows_per_step(),
                .checkpoint_every_steps = config.checkpoint().every_steps(),
                .checkpoints_kept = config.checkpoint().keep()});
  WHET_RETURN_IF_ERROR(loop.Run(set.samples));
  WHET_RETURN_IF_ERROR(Print(absl::StrFormat("checkpoint %s/%s\n", directory,
                                             RunPaths::CheckpointName(updater->steps()))));
  if (updater->steps() < config.steps()) {
    return Print(
        absl::StrCat("stopped at step ", updater->steps(), "; to go on, repeat the command\n"));
  }
  return arguments.output.empty() ? absl::OkStatus() : WriteOutput(arguments.output, updater.get());
}

}  // namespace

void AddSftCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command = app->add_subcommand("sft", "Train a model on texts");
  const auto arguments = std::make_shared<SftArguments>();
  AddRunOptions(command, arguments.get());
  command->add_option("--output", arguments->output,
                      "Write the trained model here too, without the trainer's state");
  command->callback([arguments, result] { *result = RunSft(*arguments); });
}

}  // namespace whet
