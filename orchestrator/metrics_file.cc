#include "orchestrator/metrics_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/status.h"

namespace whet {
namespace {

absl::Status AddMembers(const std::string& text, Json* row) {
  const absl::StatusOr<Json> json = Json::Parse(text);
  const absl::StatusOr<absl::Span<const Json::Member>> members =
      json.ok() ? json->Members() : json.status();
  if (!members.ok()) {
    return absl::DataLossError(
        absl::StrCat("the ledger's metrics are damaged: ", members.status().message()));
  }
  for (const Json::Member& member : *members) row->Set(member.key, member.value);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Json> MetricsRow(const StepRecord& step) {
  Json row = Json::Object({{"step", step.step}});
  WHET_RETURN_IF_ERROR(AddMembers(step.metrics, &row));
  WHET_RETURN_IF_ERROR(AddMembers(step.timings, &row));
  return row;
}

absl::StatusOr<Json> MetricsRow(const EvaluationRecord& evaluation) {
  Json row = Json::Object({{"step", evaluation.step}});
  WHET_RETURN_IF_ERROR(AddMembers(evaluation.metrics, &row));
  return row;
}

absl::StatusOr<std::vector<Json>> MetricsRows(LedgerReader* reader) {
  WHET_ASSIGN_OR_RETURN(const std::vector<StepRecord> steps, reader->Steps());
  WHET_ASSIGN_OR_RETURN(const std::vector<EvaluationRecord> evaluations, reader->Evaluations());
  std::vector<Json> rows;
  auto step = steps.begin();
  for (const EvaluationRecord& evaluation : evaluations) {
    for (; step != steps.end() && step->step <= evaluation.step; ++step) {
      WHET_ASSIGN_OR_RETURN(rows.emplace_back(), MetricsRow(*step));
    }
    WHET_ASSIGN_OR_RETURN(rows.emplace_back(), MetricsRow(evaluation));
  }
  for (; step != steps.end(); ++step) {
    WHET_ASSIGN_OR_RETURN(rows.emplace_back(), MetricsRow(*step));
  }
  return rows;
}

absl::StatusOr<MetricsFile> MetricsFile::Open(const std::string& path,
                                              const std::vector<Json>& rows) {
  std::string text;
  for (const Json& row : rows) absl::StrAppend(&text, row.Dump(), "\n");
  WHET_RETURN_IF_ERROR(WriteFileAtomically(path, text));
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  return MetricsFile(path, std::move(fd));
}

absl::Status MetricsFile::Append(const Json& row) {
  const std::string line = row.Dump() + "\n";
  size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = write(fd_.get(), line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoStatus(errno, absl::StrCat("write ", path_));
    written += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

}  // namespace whet
