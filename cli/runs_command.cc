#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/rollout_text.h"
#include "cli/run_report.h"
#include "cli/run_summary.h"

namespace whet {
namespace {

struct RunsArguments {
  std::string directory = kRunsDirectory;
  std::string run;
  bool as_json = false;
  bool rollouts = false;
  bool wrong = false;
  bool evaluation = false;
  std::optional<int64_t> step;
  std::optional<int64_t> limit;
  std::optional<int64_t> rescoring;
};

absl::Status ListRuns(const RunsArguments& arguments) {
  const std::string& directory = arguments.directory;
  if (IsRun(directory)) {
    return absl::InvalidArgumentError(
        absl::StrCat(directory, " is a run itself; write whet runs show ", directory));
  }
  const absl::StatusOr<std::vector<std::string>> names = ListDirectory(directory);
  if (!names.ok() && !absl::IsNotFound(names.status())) return names.status();
  std::vector<RunSummary> runs;
  if (names.ok()) {
    for (const std::string& name : *names) {
      const std::string path = absl::StrCat(directory, "/", name);
      if (IsRun(path)) runs.push_back(Summarize(path));
    }
  }
  if (runs.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "there are no runs in ", directory,
        "; ./whet train CONFIG begins one in runs/, or name the directory that holds yours"));
  }
  std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) {
    return std::tie(a.begun, a.name) < std::tie(b.begun, b.name);
  });
  if (!arguments.as_json) return Print(RunsTable(runs, absl::LocalTimeZone()));
  Json json = Json::Array();
  for (const RunSummary& run : runs) json.Append(ToJson(run));
  return Print(absl::StrCat(json.Dump(), "\n"));
}

// The rollouts that are asked for: of a step of training its batch's, trained on or not.
absl::StatusOr<RolloutFilter> FilterOf(const RunsArguments& arguments, const OpenRun& run) {
  const bool evaluation = arguments.evaluation || run.config.command == "eval";
  RolloutFilter filter = {
      .purpose = evaluation ? RandomPurpose::kEvaluation : RandomPurpose::kTrain,
      .batch = std::nullopt,
      .wrong = arguments.wrong,
      .limit = arguments.limit.value_or(10)};
  if (evaluation) {
    WHET_ASSIGN_OR_RETURN(const std::vector<EvaluationRecord> evaluations,
                          run.ledger->Evaluations());
    if (!evaluations.empty()) filter.batch = evaluations.back().step;
    if (arguments.step.has_value()) filter.batch = arguments.step;
    return filter;
  }
  WHET_ASSIGN_OR_RETURN(const std::vector<StepRecord> steps, run.ledger->Steps());
  if (!steps.empty()) filter.batch = steps.back().batch;
  if (!arguments.step.has_value()) return filter;
  for (const StepRecord& step : steps) {
    if (step.step != *arguments.step) continue;
    filter.batch = step.batch;
    return filter;
  }
  return absl::NotFoundError(absl::StrCat(
      run.paths.directory(), " has no step ", *arguments.step,
      steps.empty() ? "; it has none yet" : absl::StrCat("; it has 1 to ", steps.back().step)));
}

// Adds to each what the rescoring that is asked for gave it.
absl::Status AddRescored(const RunsArguments& arguments, const OpenRun& run,
                         std::vector<ExplainedRollout>* rollouts) {
  if (!arguments.rescoring.has_value()) return absl::OkStatus();
  WHET_ASSIGN_OR_RETURN(const std::vector<RescoringRecord> rescorings, run.ledger->Rescorings());
  if (*arguments.rescoring > std::ssize(rescorings)) {
    return absl::NotFoundError(
        absl::StrCat(run.paths.directory(), " has no rescoring ", *arguments.rescoring,
                     rescorings.empty() ? "; whet rescore makes one"
                                        : absl::StrCat("; it has 1 to ", std::ssize(rescorings))));
  }
  for (ExplainedRollout& rollout : *rollouts) {
    WHET_ASSIGN_OR_RETURN(rollout.rescored, run.ledger->FindRescored(*arguments.rescoring,
                                                                     rollout.record.rollout.id));
  }
  return absl::OkStatus();
}

absl::Status ShowRollouts(const RunsArguments& arguments, const OpenRun& run) {
  if (run.ledger == nullptr) {
    return absl::NotFoundError(absl::StrCat(run.paths.directory(),
                                            " has no ledger, and so no rollouts to show; only ",
                                            "./whet train and ./whet eval keep one"));
  }
  WHET_ASSIGN_OR_RETURN(const RolloutFilter filter, FilterOf(arguments, run));
  WHET_ASSIGN_OR_RETURN(std::vector<ExplainedRollout> rollouts,
                        ReadRollouts(run.ledger.get(), filter));
  WHET_RETURN_IF_ERROR(AddRescored(arguments, run, &rollouts));
  std::string text;
  for (const ExplainedRollout& rollout : rollouts) {
    absl::StrAppend(&text, arguments.as_json ? absl::StrCat(ToJson(rollout).Dump(), "\n")
                                             : absl::StrCat(RolloutText(rollout), "\n"));
  }
  if (rollouts.empty() && !arguments.as_json) text = "none\n";
  return Print(text);
}

absl::Status ShowRun(const RunsArguments& arguments) {
  if (!arguments.rollouts && (arguments.wrong || arguments.evaluation || arguments.step ||
                              arguments.limit || arguments.rescoring)) {
    return absl::InvalidArgumentError(
        "--step, --wrong, --evaluation, --limit and --rescoring are of rollouts; write --rollouts "
        "too");
  }
  const std::string directory = RunDirectoryNamed(arguments.run);
  WHET_ASSIGN_OR_RETURN(const OpenRun run, OpenRunIn(directory));
  if (arguments.rollouts) return ShowRollouts(arguments, run);
  WHET_ASSIGN_OR_RETURN(const RunReport report, ReadReport(directory, run));
  return Print(arguments.as_json ? absl::StrCat(ToJson(report).Dump(), "\n")
                                 : ReportText(report, absl::LocalTimeZone()));
}

}  // namespace

void AddRunsCommand(CLI::App* app, absl::Status* result) {
  const auto arguments = std::make_shared<RunsArguments>();
  CLI::App* list = app->add_subcommand("runs", "List what was run, or show one of it");
  list->add_option("directory", arguments->directory, "Where the runs are")->capture_default_str();
  list->add_flag("--json", arguments->as_json, "Print one JSON array");
  CLI::App* show = list->add_subcommand("show", "Show a run: what, how far, how good, and why");
  show->add_option("run", arguments->run, "Its directory, or its name in runs/")->required();
  show->add_flag("--json", arguments->as_json, "Print one JSON object; of rollouts, one a line");
  show->add_flag("--rollouts", arguments->rollouts,
                 "Show completions, with what each rule gave them and why");
  show->add_option("--step", arguments->step,
                   "Of the rollout batch that this step learnt from; the last one's else");
  show->add_flag("--evaluation", arguments->evaluation,
                 "Of the evaluation after that step; of the last one else");
  show->add_flag("--wrong", arguments->wrong, "Only those that are not right");
  show->add_option("--limit", arguments->limit, "At most so many; 10 unless set")
      ->check(CLI::Range(1, 1000000));
  show->add_option("--rescoring", arguments->rescoring,
                   "With what this rescoring gave them, too: its number")
      ->check(CLI::Range(1, 1000000));
  list->callback([arguments, show, result] {
    *result = show->parsed() ? ShowRun(*arguments) : ListRuns(*arguments);
  });
}

}  // namespace whet
