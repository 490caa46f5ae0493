#include "cli/evaluation_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace whet {

std::string NumberLine(absl::string_view name, absl::string_view text) {
  return absl::StrFormat("  %-26s%s\n", std::string(name), std::string(text));
}

std::string PercentOr(const std::optional<double>& share) {
  return share.has_value() ? absl::StrFormat("%.1f%%", 100 * *share) : "-";
}

std::string AccuracyText(const EvaluationMetrics& metrics) {
  return absl::StrFormat("%.1f%% ± %.1f", 100 * metrics.accuracy, 100 * metrics.accuracy_error);
}

std::optional<double> FormatRate(const BatchMetrics& batch) {
  for (const RuleMetrics& rule : batch.rules) {
    if (rule.name == "format") return rule.value.mean;
  }
  return std::nullopt;
}

std::string EvaluationTable(const EvaluationMetrics& metrics) {
  const BatchMetrics& batch = metrics.batch;
  std::string text = absl::StrFormat("  %d prompts, %d completion%s of each\n", metrics.questions,
                                     metrics.samples, metrics.samples == 1 ? "" : "s");
  // Without a rule that judges answers there is nothing to count as right.
  if (batch.accuracy.has_value()) {
    absl::StrAppend(&text, NumberLine(absl::StrCat("accuracy (avg@", metrics.samples, ")"),
                                      AccuracyText(metrics)));
    for (const auto& [k, pass] : metrics.pass_at) {
      absl::StrAppend(&text, NumberLine(absl::StrCat("pass@", k), PercentOr(pass)));
    }
    if (metrics.consensus.has_value()) {
      absl::StrAppend(&text, NumberLine(absl::StrCat("majority (cons@", metrics.samples, ")"),
                                        PercentOr(metrics.consensus)));
    }
  }
  absl::StrAppend(&text,
                  NumberLine("completion length",
                             absl::StrFormat("%.1f tokens, %d to %d, %s cut off", batch.length_mean,
                                             batch.length_min, batch.length_max,
                                             PercentOr(batch.clipped_ratio))));
  if (FormatRate(batch).has_value())
    absl::StrAppend(&text, NumberLine("format", PercentOr(FormatRate(batch))));
  absl::StrAppend(&text, NumberLine("with a thought", PercentOr(batch.thought_share)),
                  NumberLine("reward", absl::StrFormat("%.4f", batch.reward.mean)));
  for (const RuleMetrics& rule : batch.rules) {
    absl::StrAppend(&text,
                    NumberLine(absl::StrCat("  rule ", rule.name),
                               rule.count > 0 ? absl::StrFormat("%.4f", rule.value.mean) : "-"));
  }
  if (batch.excluded > 0) {
    absl::StrAppend(&text, NumberLine("could not be judged",
                                      absl::StrCat(batch.excluded, " of ", batch.rollouts,
                                                   "; the first: ", batch.excluded_because)));
  }
  return text;
}

}  // namespace whet
