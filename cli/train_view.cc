#include "cli/train_view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "cli/evaluation_text.h"
#include "cli/output.h"
#include "orchestrator/curve.h"
#include "orchestrator/step_metrics.h"
#include "text/utf8.h"

namespace whet {
namespace {

constexpr absl::Duration kCurveInterval = absl::Seconds(2);
constexpr size_t kHalfWidth = 47;  // Of two texts side by side in 100 columns.
constexpr size_t kStepsForEta = 11;
constexpr size_t kColumn = 16;  // Of a table of two.
constexpr char kDim[] = "\x1b[2m";
constexpr char kBold[] = "\x1b[1m";
constexpr char kPlain[] = "\x1b[0m";
constexpr char kClearLine[] = "\r\x1b[K";

std::string MinutesText(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration + absl::Milliseconds(500));
  if (seconds >= 3600) {
    return absl::StrFormat("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
  return absl::StrFormat("%d:%02d", seconds / 60, seconds % 60);
}

// Characters, not bytes, of a line of text.
size_t WidthOf(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// The first so many characters.
absl::string_view FirstCharacters(absl::string_view text, size_t count) {
  size_t end = 0;
  while (end < text.size() && count > 0) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    --count;
  }
  return text.substr(0, end);
}

// Lines of at most kHalfWidth characters; at most `lines_max` of them.
std::vector<std::string> Wrap(const std::string& text, size_t lines_max) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    do {
      const absl::string_view first = FirstCharacters(line, kHalfWidth);
      lines.emplace_back(first);
      line.remove_prefix(first.size());
    } while (!line.empty());
  }
  if (lines.size() > lines_max) {
    lines.resize(lines_max);
    lines.back() = "…";
  }
  return lines;
}

std::string Columns(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  std::string text;
  for (size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const std::string a = i < left.size() ? left[i] : "";
    const std::string b = i < right.size() ? right[i] : "";
    absl::StrAppend(&text, "  ", a, std::string(kHalfWidth + 2 - WidthOf(a), ' '), b, "\n");
  }
  return text;
}

std::string TableRow(absl::string_view name, const std::string& before, const std::string& after) {
  // By hand: a format counts bytes, and "±" has two.
  const auto right = [](const std::string& text) {
    const size_t width = WidthOf(text);
    return std::string(width < kColumn ? kColumn - width : 0, ' ') + text;
  };
  return absl::StrCat(absl::StrFormat("  %-26s", std::string(name)), right(before), right(after),
                      "\n");
}

}  // namespace

std::string StepHeader(bool shows_kl) {
  return absl::StrFormat("%11s%9s%8s%8s%9s%9s%10s%9s%10s%9s", "step", "reward", "right", "length",
                         "format", "entropy", shows_kl ? "kl" : "gradient", "dropped", "tokens/s",
                         "left");
}

std::string StepLine(const StepReport& report, bool shows_kl, absl::Duration left) {
  const double seconds = absl::ToDoubleSeconds(report.generating);
  const bool sampled = seconds > 0 && report.sampled_tokens > 0;
  return absl::StrFormat(
      "%11s%9.3f%8s%8.1f%9s%9.3f%10.4f%9s%10s%9s%s",
      absl::StrCat(report.stats.step, "/", report.steps), report.batch.reward.mean,
      PercentOr(report.batch.accuracy), report.batch.length_mean,
      PercentOr(FormatRate(report.batch)), report.stats.entropy,
      shows_kl ? report.stats.kl : report.stats.gradient_norm,
      absl::StrCat(report.dropped_groups, "/", report.batch.groups),
      sampled ? absl::StrFormat("%.0f", static_cast<double>(report.sampled_tokens) / seconds) : "-",
      MinutesText(left), report.stats.skipped ? " !" : "");
}

std::string BeforeAndAfter(const EvaluationReport& before, const EvaluationReport& after) {
  const EvaluationMetrics& a = before.metrics;
  const EvaluationMetrics& b = after.metrics;
  std::string text =
      absl::StrFormat("  %-26s%16s%16s\n", absl::StrCat(a.questions, " held-out prompts"),
                      absl::StrCat("step ", before.step), absl::StrCat("step ", after.step));
  absl::StrAppend(&text, TableRow("accuracy", AccuracyText(a), AccuracyText(b)),
                  TableRow("completion length", absl::StrFormat("%.1f", a.batch.length_mean),
                           absl::StrFormat("%.1f", b.batch.length_mean)));
  if (FormatRate(b.batch).has_value()) {
    absl::StrAppend(
        &text, TableRow("format", PercentOr(FormatRate(a.batch)), PercentOr(FormatRate(b.batch))));
  }
  absl::StrAppend(&text, TableRow("with a thought", PercentOr(a.batch.thought_share),
                                  PercentOr(b.batch.thought_share)));
  if (b.consensus.has_value()) {
    absl::StrAppend(&text, TableRow(absl::StrCat("majority of ", b.samples), PercentOr(a.consensus),
                                    PercentOr(b.consensus)));
  }
  return text;
}

std::string SideBySide(const EvaluationReport& before, const EvaluationReport& after) {
  constexpr size_t kLinesMax = 12;
  std::string text;
  for (size_t i = 0; i < std::min(before.shown.size(), after.shown.size()); ++i) {
    const ShownCompletion& a = before.shown[i];
    const ShownCompletion& b = after.shown[i];
    const auto mark = [](const ShownCompletion& c) { return c.correct ? "right" : "wrong"; };
    const std::vector<std::string> question = Wrap(a.question, 2);
    absl::StrAppend(&text, "\n  ", question[0], question.size() > 1 ? " …" : "", "   (",
                    Utf8Prefix(a.ground_truth, kHalfWidth), ")\n");
    absl::StrAppend(&text,
                    Columns({absl::StrCat("step ", before.step, ", ", mark(a))},
                            {absl::StrCat("step ", after.step, ", ", mark(b))}),
                    Columns(Wrap(a.text, kLinesMax), Wrap(b.text, kLinesMax)));
  }
  return text;
}

TrainView::TrainView(RunPaths paths, MetricsFile metrics, std::vector<Json> rows, Clock* clock,
                     const TrainViewOptions& options)
    : paths_(std::move(paths)),
      metrics_(std::move(metrics)),
      rows_(std::move(rows)),
      clock_(clock),
      options_(options),
      curve_written_(clock->Monotonic()) {}

absl::StatusOr<TrainView> TrainView::Open(const RunPaths& paths, LedgerReader* reader, Clock* clock,
                                          const TrainViewOptions& options) {
  WHET_ASSIGN_OR_RETURN(std::vector<Json> rows, MetricsRows(reader));
  WHET_ASSIGN_OR_RETURN(MetricsFile metrics, MetricsFile::Open(paths.metrics(), rows));
  return TrainView(paths, std::move(metrics), std::move(rows), clock, options);
}

absl::Status TrainView::PrintLine(const std::string& line) const {
  return Print(absl::StrCat(options_.terminal ? kClearLine : "", line, "\n"));
}

void TrainView::OnPhase(absl::string_view phase) {
  if (!options_.terminal) return;
  // A live line that cannot be shown is no failure of the run.
  Print(absl::StrCat(kClearLine, kDim, "    step ", step_ + 1, ": ", phase, " …", kPlain))
      .IgnoreError();
}

absl::Status TrainView::OnStep(const StepReport& report) {
  if (!header_shown_) {
    header_shown_ = true;
    WHET_RETURN_IF_ERROR(PrintLine(options_.terminal
                                       ? absl::StrCat(kBold, StepHeader(options_.shows_kl), kPlain)
                                       : StepHeader(options_.shows_kl)));
  }
  step_ = report.stats.step;
  const absl::Duration now = clock_->Monotonic();
  // From the last ten steps: what was before may have been an evaluation, or a busy machine.
  step_ends_.push_back(now);
  if (step_ends_.size() > kStepsForEta) step_ends_.pop_front();
  const absl::Duration mean =
      step_ends_.size() == 1
          ? report.step
          : (now - step_ends_.front()) / static_cast<double>(step_ends_.size() - 1);
  WHET_RETURN_IF_ERROR(PrintLine(StepLine(
      report, options_.shows_kl, mean * static_cast<double>(report.steps - report.stats.step))));
  if (report.repeated) return absl::OkStatus();  // Its row is there.
  return AddRow(*MetricsRow(StepRecord{.step = report.stats.step,
                                       .batch = 0,
                                       .consumed = {},
                                       .metrics = report.metrics,
                                       .timings = report.timings}));
}

absl::Status TrainView::OnEvaluation(const EvaluationReport& report) {
  const EvaluationMetrics& metrics = report.metrics;
  WHET_RETURN_IF_ERROR(PrintLine(absl::StrFormat(
      "  held out, step %d: accuracy %s, length %.1f, format %s, with a thought %s", report.step,
      AccuracyText(metrics), metrics.batch.length_mean, PercentOr(FormatRate(metrics.batch)),
      PercentOr(metrics.batch.thought_share))));
  if (!first_evaluation_.has_value()) first_evaluation_ = report;
  last_evaluation_ = report;
  return AddRow(*MetricsRow(EvaluationRecord{report.step, ToJson(metrics).Dump()}));
}

absl::Status TrainView::OnNote(absl::string_view note) {
  return PrintLine(absl::StrCat("  ", note));
}

absl::Status TrainView::AddRow(Json row) {
  const bool is_there = std::any_of(rows_.begin(), rows_.end(), [&](const Json& known) {
    return known.Find("eval_accuracy") != nullptr && row.Find("eval_accuracy") != nullptr &&
           *known.Find("step") == *row.Find("step");
  });
  if (is_there) return absl::OkStatus();  // An evaluation that was made again after a crash.
  WHET_RETURN_IF_ERROR(metrics_.Append(row));
  rows_.push_back(std::move(row));
  if (clock_->Monotonic() - curve_written_ < kCurveInterval) return absl::OkStatus();
  return WriteCurve();
}

absl::Status TrainView::WriteCurve() {
  curve_written_ = clock_->Monotonic();
  return WriteFileAtomically(paths_.curve(), CurveSvg(rows_));
}

absl::Status TrainView::Finish() {
  WHET_RETURN_IF_ERROR(WriteCurve());
  if (options_.terminal) WHET_RETURN_IF_ERROR(Print(kClearLine));
  if (!first_evaluation_.has_value() || first_evaluation_->step == last_evaluation_->step) {
    return absl::OkStatus();
  }
  return Print(absl::StrCat("\n", BeforeAndAfter(*first_evaluation_, *last_evaluation_),
                            SideBySide(*first_evaluation_, *last_evaluation_), "\n"));
}

}  // namespace whet
