// Numbers of an evaluation as people read them.
#ifndef WHET_CLI_EVALUATION_TEXT_H_
#define WHET_CLI_EVALUATION_TEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "orchestrator/batch_metrics.h"
#include "orchestrator/evaluation.h"

namespace whet {

std::string PercentOr(const std::optional<double>& share);    // "97.5%", or "-"
std::string AccuracyText(const EvaluationMetrics& metrics);   // "45.0% ± 3.5"
std::optional<double> FormatRate(const BatchMetrics& batch);  // The mean of the rule "format".

// "  accuracy (avg@4)          45.0%\n": names stand in a column of their own.
std::string NumberLine(absl::string_view name, absl::string_view text);

// All of it, a line a number.
std::string EvaluationTable(const EvaluationMetrics& metrics);

}  // namespace whet

#endif  // WHET_CLI_EVALUATION_TEXT_H_
