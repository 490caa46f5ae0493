#include "cli/run_summary.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "cli/evaluation_text.h"
#include "google/protobuf/message.h"
#include "proto/config.pb.h"

namespace whet {
namespace {

namespace pb = ::google::protobuf;

std::string NameOf(absl::string_view directory) {
  while (directory.size() > 1 && absl::ConsumeSuffix(&directory, "/")) continue;
  const size_t slash = directory.rfind('/');
  return std::string(slash == absl::string_view::npos ? directory : directory.substr(slash + 1));
}

// When a file was written last: of the configuration, when the run was begun.
absl::Time WrittenAt(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 ? absl::TimeFromTimespec(info.st_mtim)
                                        : absl::InfinitePast();
}

std::optional<int64_t> StepsOf(const pb::Message* config) {
  if (const auto* train = pb::DynamicCastToGenerated<config::TrainConfig>(config)) {
    return train->steps();
  }
  if (const auto* sft = pb::DynamicCastToGenerated<config::SftConfig>(config)) return sft->steps();
  return std::nullopt;
}

std::optional<double> AccuracyOf(const EvaluationRecord& evaluation) {
  const absl::StatusOr<Json> json = Json::Parse(evaluation.metrics);
  if (!json.ok()) return std::nullopt;
  const absl::StatusOr<double> accuracy = json->GetDouble("eval_accuracy");
  return accuracy.ok() ? std::optional<double>(*accuracy) : std::nullopt;
}

absl::Status CountEvaluation(LedgerReader* ledger, RunSummary* run) {
  WHET_ASSIGN_OR_RETURN(const std::vector<LeaseRecord> leases,
                        ledger->Leases(RandomPurpose::kEvaluation, 0));
  run->of = 0;
  for (const LeaseRecord& lease : leases) *run->of += lease.samples;
  WHET_ASSIGN_OR_RETURN(const std::vector<int64_t> counts, ledger->DispositionCounts());
  for (const int64_t count : counts) run->done += count;
  return absl::OkStatus();
}

absl::Status SummarizeLedger(LedgerReader* ledger, RunSummary* run) {
  WHET_ASSIGN_OR_RETURN(const std::optional<StepRecord> step, ledger->LastStep());
  if (step.has_value()) run->done = step->step;
  if (run->command == "eval") WHET_RETURN_IF_ERROR(CountEvaluation(ledger, run));
  WHET_ASSIGN_OR_RETURN(const std::vector<EvaluationRecord> evaluations, ledger->Evaluations());
  if (!evaluations.empty()) {
    run->first_accuracy = AccuracyOf(evaluations.front());
    run->last_accuracy = AccuracyOf(evaluations.back());
  }
  WHET_ASSIGN_OR_RETURN(const std::vector<EventRecord> events, ledger->Events());
  if (!events.empty()) run->begun = events.front().time;
  run->state = EndOf(events, run->command == "eval" && !evaluations.empty());
  return absl::OkStatus();
}

absl::Status SummarizeRun(const std::string& directory, RunSummary* run) {
  WHET_ASSIGN_OR_RETURN(const OpenRun open, OpenRunIn(directory));
  run->command = open.config.command;
  run->of = StepsOf(open.config.config.get());
  if (open.ledger != nullptr) WHET_RETURN_IF_ERROR(SummarizeLedger(open.ledger.get(), run));
  if (run->command == "sft") {
    const std::vector<int64_t> steps = CheckpointSteps(open.paths);
    run->done = steps.empty() ? 0 : steps.back();
    run->state = run->done == run->of ? RunState::kFinished : RunState::kUnfinished;
  }
  WHET_ASSIGN_OR_RETURN(const bool running, IsBeingWritten(open.paths));
  if (running) run->state = RunState::kRunning;
  return absl::OkStatus();
}

std::string AccuracyText(const RunSummary& run) {
  std::string last = PercentOr(run.last_accuracy);
  if (run.command == "eval" || !run.first_accuracy.has_value()) return last;
  return absl::StrCat(PercentOr(run.first_accuracy), " → ", last);
}

std::string DoneText(const RunSummary& run) {
  return absl::StrCat(run.done, run.of.has_value() ? absl::StrCat("/", *run.of) : "");
}

// `text` and spaces up to `width` characters; the arrow is one of them, and three bytes.
std::string Padded(absl::string_view text, size_t width) {
  const size_t characters = static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  return absl::StrCat(text, std::string(width - std::min(width, characters), ' '));
}

}  // namespace

absl::string_view RunStateName(RunState state) {
  switch (state) {
    case RunState::kRunning:
      return "running";
    case RunState::kFinished:
      return "finished";
    case RunState::kInterrupted:
      return "interrupted";
    case RunState::kCrashed:
      return "crashed";
    case RunState::kUnfinished:
      return "unfinished";
    case RunState::kUnreadable:
      return "unreadable";
  }
  return "unknown";
}

bool IsRun(const std::string& directory) {
  const RunPaths paths(directory);
  return PathExists(paths.config()) || PathExists(paths.ledger());
}

std::string RunDirectoryNamed(const std::string& run) {
  const std::string in_runs = absl::StrCat(kRunsDirectory, "/", run);
  return !IsRun(run) && !absl::StrContains(run, '/') && IsRun(in_runs) ? in_runs : run;
}

absl::StatusOr<OpenRun> OpenRunIn(const std::string& directory) {
  if (!IsRun(directory)) {
    return absl::NotFoundError(absl::StrCat("there is no run at ", directory,
                                            "; whet runs lists those that are in runs/"));
  }
  OpenRun run = {.paths = RunPaths(directory), .config = {}, .ledger = nullptr};
  absl::StatusOr<std::string> text = ReadFile(run.paths.config());
  if (!text.ok() && !absl::IsNotFound(text.status())) return text.status();
  absl::StatusOr<std::unique_ptr<LedgerReader>> ledger = LedgerReader::Open(run.paths.ledger());
  if (!ledger.ok() && !absl::IsNotFound(ledger.status())) return ledger.status();
  if (ledger.ok()) {
    run.ledger = *std::move(ledger);
    WHET_ASSIGN_OR_RETURN(const std::optional<RunRecord> record, run.ledger->Run());
    if (!text.ok() && record.has_value()) text = record->config;
  }
  if (text.ok()) run.config = ReadStoredConfig(*text);
  return run;
}

std::vector<int64_t> CheckpointSteps(const RunPaths& paths) {
  std::vector<int64_t> steps;
  const absl::StatusOr<std::vector<std::string>> names = ListDirectory(paths.checkpoints());
  if (!names.ok()) return steps;
  for (absl::string_view name : *names) {
    int64_t step = 0;
    if (absl::ConsumePrefix(&name, "step_") && absl::SimpleAtoi(name, &step)) steps.push_back(step);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

RunState EndOf(const std::vector<EventRecord>& events, bool evaluated) {
  if (evaluated) return RunState::kFinished;
  RunState state = RunState::kCrashed;
  for (const EventRecord& event : events) {
    if (event.kind == "started" || event.kind == "resumed") state = RunState::kCrashed;
    if (event.kind == "interrupted") state = RunState::kInterrupted;
    if (event.kind == "finished") state = RunState::kFinished;
  }
  return state;
}

RunSummary Summarize(const std::string& directory) {
  RunSummary run = {.name = NameOf(directory),
                    .command = {},
                    .state = RunState::kCrashed,
                    .done = 0,
                    .of = std::nullopt,
                    .first_accuracy = std::nullopt,
                    .last_accuracy = std::nullopt,
                    .begun = WrittenAt(RunPaths(directory).config()),
                    .error = {}};
  run.error = SummarizeRun(directory, &run);
  if (!run.error.ok()) run.state = RunState::kUnreadable;
  return run;
}

std::string UtcText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

std::string RunsTable(const std::vector<RunSummary>& runs, absl::TimeZone zone) {
  size_t width = 4;
  for (const RunSummary& run : runs) width = std::max(width, run.name.size() + 2);
  const auto line = [&](absl::string_view name, absl::string_view command, absl::string_view state,
                        const std::vector<std::string>& rest) {
    return absl::StrCat(Padded(name, width), Padded(command, 9), Padded(state, 13),
                        Padded(rest[0], 14), Padded(rest[1], 18), rest[2], "\n");
  };
  std::string text = line("run", "command", "state", {"done", "accuracy", "begun"});
  for (const RunSummary& run : runs) {
    absl::StrAppend(&text,
                    line(run.name, run.command.empty() ? "-" : run.command, RunStateName(run.state),
                         {DoneText(run), AccuracyText(run),
                          run.begun == absl::InfinitePast()
                              ? "-"
                              : absl::FormatTime("%Y-%m-%d %H:%M", run.begun, zone)}));
  }
  for (const RunSummary& run : runs) {
    if (!run.error.ok()) absl::StrAppend(&text, run.name, ": ", run.error.message(), "\n");
  }
  return text;
}

Json ToJson(const RunSummary& run) {
  Json json = Json::Object({{"run", run.name},
                            {"command", nullptr},
                            {"state", RunStateName(run.state)},
                            {"done", run.done},
                            {"of", nullptr},
                            {"first_accuracy", nullptr},
                            {"last_accuracy", nullptr},
                            {"begun", nullptr}});
  if (!run.command.empty()) json.Set("command", run.command);
  if (run.of.has_value()) json.Set("of", *run.of);
  if (run.first_accuracy.has_value()) json.Set("first_accuracy", *run.first_accuracy);
  if (run.last_accuracy.has_value()) json.Set("last_accuracy", *run.last_accuracy);
  if (run.begun != absl::InfinitePast()) json.Set("begun", UtcText(run.begun));
  if (!run.error.ok()) json.Set("error", run.error.message());
  return json;
}

}  // namespace whet
