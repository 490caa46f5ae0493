#include "cli/run_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/status.h"
#include "cli/config_summary.h"
#include "cli/config_table.h"
#include "google/protobuf/message.h"
#include "orchestrator/metrics_file.h"

namespace whet {
namespace {

constexpr size_t kEventsShown = 20;

// Of the many numbers of a step those that people look at first, in their order.
constexpr absl::string_view kStepNumbers[] = {
    "reward", "reward_std", "accuracy",  "thought_share", "completions/mean_length", "entropy",
    "kl",     "loss",       "grad_norm", "learning_rate", "dropped_groups",          "step_time"};

absl::Status ReadLedger(LedgerReader* ledger, RunReport* report) {
  WHET_ASSIGN_OR_RETURN(report->record, ledger->Run());
  WHET_ASSIGN_OR_RETURN(const std::optional<StepRecord> step, ledger->LastStep());
  if (step.has_value()) {
    WHET_ASSIGN_OR_RETURN(report->last_step, MetricsRow(*step));
  }
  WHET_ASSIGN_OR_RETURN(report->dispositions, ledger->DispositionCounts());
  WHET_ASSIGN_OR_RETURN(const std::vector<CheckpointRecord> checkpoints, ledger->Checkpoints());
  for (const CheckpointRecord& checkpoint : checkpoints) {
    report->checkpoints.push_back(checkpoint.path);
  }
  WHET_ASSIGN_OR_RETURN(const std::vector<EvaluationRecord> evaluations, ledger->Evaluations());
  for (const EvaluationRecord& evaluation : evaluations) {
    WHET_ASSIGN_OR_RETURN(report->evaluations.emplace_back(), MetricsRow(evaluation));
  }
  WHET_ASSIGN_OR_RETURN(report->events, ledger->Events());
  WHET_ASSIGN_OR_RETURN(report->rescorings, ledger->Rescorings());
  return absl::OkStatus();
}

// "0.25", or "-" if `row` has no such number.
std::string NumberOf(const Json& row, absl::string_view key) {
  const absl::StatusOr<double> number = row.GetDouble(key);
  return number.ok() ? absl::StrFormat("%.4g", *number) : "-";
}

std::string PercentOf(const Json& row, absl::string_view key) {
  const absl::StatusOr<double> share = row.GetDouble(key);
  return share.ok() ? absl::StrFormat("%.1f%%", 100 * *share) : "-";
}

std::string StepText(const Json& row) {
  std::vector<std::string> numbers;
  for (const absl::string_view key : kStepNumbers) {
    if (row.Find(key) != nullptr) numbers.push_back(absl::StrCat(key, " ", NumberOf(row, key)));
  }
  std::string text = absl::StrCat("\nlast step  ", NumberOf(row, "step"), "\n");
  // Four in a line.
  for (size_t i = 0; i < numbers.size(); i += 4) {
    const size_t end = std::min(i + 4, numbers.size());
    absl::StrAppend(&text, "  ",
                    absl::StrJoin(numbers.begin() + static_cast<ptrdiff_t>(i),
                                  numbers.begin() + static_cast<ptrdiff_t>(end), "   "),
                    "\n");
  }
  return text;
}

std::string EvaluationsText(const std::vector<Json>& evaluations) {
  if (evaluations.empty()) return "";
  std::string text = "\nevaluations\n";
  for (const Json& row : evaluations) {
    absl::StrAppend(
        &text,
        absl::StrFormat("  step %-6s accuracy %6s ± %.1f   length %.1f   with a thought %s\n",
                        NumberOf(row, "step"), PercentOf(row, "eval_accuracy"),
                        100 * row.GetDoubleOr("eval_accuracy_stderr", 0).value_or(0),
                        row.GetDoubleOr("eval_completions/mean_length", 0).value_or(0),
                        PercentOf(row, "eval_thought_share")));
  }
  return text;
}

std::string EventsText(const std::vector<EventRecord>& events, absl::TimeZone zone) {
  if (events.empty()) return "";
  std::string text = "\nevents\n";
  const size_t first = events.size() > kEventsShown ? events.size() - kEventsShown : 0;
  if (first > 0) absl::StrAppend(&text, "  … ", first, " earlier ones\n");
  for (size_t i = first; i < events.size(); ++i) {
    const EventRecord& event = events[i];
    absl::StrAppend(&text, "  ", absl::FormatTime("%Y-%m-%d %H:%M:%S", event.time, zone), "  step ",
                    event.step, "  ", event.kind, event.message.empty() ? "" : ": ", event.message,
                    "\n");
  }
  return text;
}

std::string RescoringsText(const std::vector<RescoringRecord>& rescorings, absl::TimeZone zone) {
  if (rescorings.empty()) return "";
  std::string text = "\nrescorings\n";
  for (const RescoringRecord& rescoring : rescorings) {
    absl::StrAppend(&text, "  ", absl::FormatTime("%Y-%m-%d %H:%M:%S", rescoring.time, zone), "  ",
                    rescoring.id, ": ", rescoring.judged, ", ", rescoring.rollouts, " completions",
                    rescoring.finished ? "" : ", unfinished", "\n");
  }
  return text;
}

std::string DispositionsText(const std::vector<int64_t>& counts) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    texts.push_back(absl::StrCat(counts[i], " ", DispositionName(static_cast<Disposition>(i))));
  }
  return texts.empty() ? "none yet" : absl::StrJoin(texts, ", ");
}

}  // namespace

absl::StatusOr<RunReport> ReadReport(const std::string& directory, const OpenRun& run) {
  RunReport report = {.directory = directory,
                      .summary = Summarize(directory),
                      .config_lines = {},
                      .config = {},
                      .record = std::nullopt,
                      .last_step = std::nullopt,
                      .dispositions = {},
                      .checkpoints = {},
                      .evaluations = {},
                      .events = {}};
  WHET_RETURN_IF_ERROR(report.summary.error);
  if (run.config.config != nullptr) {
    report.config_lines = WholeSummary(*run.config.config);
    report.config = FullConfigText(*run.config.config);
  }
  if (run.ledger != nullptr) {
    WHET_RETURN_IF_ERROR(ReadLedger(run.ledger.get(), &report));
    return report;
  }
  for (const int64_t step : CheckpointSteps(run.paths)) {
    report.checkpoints.push_back(RunPaths::CheckpointName(step));
  }
  return report;
}

std::string ReportText(const RunReport& report, absl::TimeZone zone) {
  const RunSummary& summary = report.summary;
  const absl::string_view what = summary.command == "eval" ? "completions" : "steps";
  std::string text = SummaryLine(
      "run",
      absl::StrCat(report.directory, ": ",
                   summary.command.empty() ? "of no known command" : summary.command, ", ",
                   RunStateName(summary.state), ", ", summary.done,
                   summary.of.has_value() ? absl::StrCat(" of ", *summary.of) : "", " ", what));
  absl::StrAppend(&text, report.config_lines);
  if (report.record.has_value()) {
    absl::StrAppend(&text, SummaryLine("machine", report.record->machine),
                    SummaryLine("version", report.record->version),
                    SummaryLine("ledger", DispositionsText(report.dispositions)));
  }
  if (summary.command != "eval") {
    absl::StrAppend(&text,
                    SummaryLine("checkpoint", report.checkpoints.empty()
                                                  ? "no checkpoint yet"
                                                  : absl::StrJoin(report.checkpoints, ", ")));
  }
  if (report.last_step.has_value()) absl::StrAppend(&text, StepText(*report.last_step));
  absl::StrAppend(&text, EvaluationsText(report.evaluations), EventsText(report.events, zone),
                  RescoringsText(report.rescorings, zone));
  return text;
}

Json ToJson(const RunReport& report) {
  Json json = ToJson(report.summary);
  json.Set("directory", report.directory);
  json.Set("config", report.config);
  if (report.record.has_value()) {
    json.Set("machine", report.record->machine);
    json.Set("version", report.record->version);
  }
  Json dispositions = Json::Object();
  for (size_t i = 0; i < report.dispositions.size(); ++i) {
    dispositions.Set(DispositionName(static_cast<Disposition>(i)), report.dispositions[i]);
  }
  Json checkpoints = Json::Array();
  for (const std::string& checkpoint : report.checkpoints) checkpoints.Append(checkpoint);
  Json events = Json::Array();
  for (const EventRecord& event : report.events) {
    events.Append(Json::Object({{"time", UtcText(event.time)},
                                {"step", event.step},
                                {"kind", event.kind},
                                {"message", event.message}}));
  }
  Json rescorings = Json::Array();
  for (const RescoringRecord& rescoring : report.rescorings) {
    rescorings.Append(Json::Object({{"rescoring", rescoring.id},
                                    {"time", UtcText(rescoring.time)},
                                    {"judged", rescoring.judged},
                                    {"completions", rescoring.rollouts},
                                    {"finished", rescoring.finished},
                                    {"rules", rescoring.rules},
                                    {"version", rescoring.version}}));
  }
  json.Set("last_step", report.last_step.value_or(Json()));
  json.Set("dispositions", std::move(dispositions));
  json.Set("checkpoints", std::move(checkpoints));
  json.Set("evaluations", Json::Array(report.evaluations));
  json.Set("events", std::move(events));
  json.Set("rescorings", std::move(rescorings));
  return json;
}

}  // namespace whet
