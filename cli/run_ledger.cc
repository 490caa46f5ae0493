#include "cli/run_ledger.h"

#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "cli/config_table.h"
#include "cli/version.h"

namespace whet {
namespace {

// The event that has WeightsMark of the checkpoint that the run was begun with.
constexpr char kWeightsEvent[] = "weights";

absl::Status SettleWeights(const LoadedModel& model, const RunPaths& paths,
                           const RunLedger& opened) {
  WHET_ASSIGN_OR_RETURN(const std::string mark, WeightsMark(model.checkpoint));
  WHET_ASSIGN_OR_RETURN(const std::vector<EventRecord> events, opened.reader->Events());
  const auto event = std::find_if(events.begin(), events.end(),
                                  [](const EventRecord& e) { return e.kind == kWeightsEvent; });
  if (event == events.end()) {
    EventRecord begun = {};
    begun.kind = kWeightsEvent;
    begun.message = mark;
    return opened.ledger->AddEvent(std::move(begun));
  }
  if (event->message == mark) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(model.checkpoint.directory(), " has other weights than when the run ",
                   paths.directory(), " was begun; give --run another directory"));
}

// Checkpoints are written after what led to them was recorded.
absl::Status CheckLedgerIsThere(const RunPaths& paths) {
  struct stat info = {};
  if (stat(paths.ledger().c_str(), &info) == 0 && info.st_size > 0) return absl::OkStatus();
  const absl::StatusOr<std::vector<std::string>> checkpoints = ListDirectory(paths.checkpoints());
  if (!checkpoints.ok() || checkpoints->empty()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(paths.directory(), " has checkpoints, but its ledger ", paths.ledger(),
                   " is gone; put it back, or give --run another directory"));
}

}  // namespace

absl::StatusOr<RunLedger> OpenRunLedger(const google::protobuf::Message& config,
                                        const LoadedModel& model, const RunPaths& paths) {
  WHET_RETURN_IF_ERROR(CheckLedgerIsThere(paths));
  RunLedger opened;
  WHET_ASSIGN_OR_RETURN(opened.ledger, Ledger::Open(paths.ledger()));
  WHET_RETURN_IF_ERROR(opened.ledger
                           ->BeginRun({.config = FullConfigText(config),
                                       .machine = MachineText(model),
                                       .version = VersionText()})
                           .status());
  WHET_ASSIGN_OR_RETURN(opened.reader, LedgerReader::Open(paths.ledger()));
  WHET_RETURN_IF_ERROR(SettleWeights(model, paths, opened));
  return opened;
}

}  // namespace whet
