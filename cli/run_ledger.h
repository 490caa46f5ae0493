// The ledger of a run that a command writes to.
#ifndef WHET_CLI_RUN_LEDGER_H_
#define WHET_CLI_RUN_LEDGER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "cli/loaded_model.h"
#include "google/protobuf/message.h"
#include "orchestrator/ledger.h"
#include "orchestrator/run_directory.h"

namespace whet {

struct RunLedger {
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<LedgerReader> reader;  // Of the same file.
};

// Opens it, and records with what the run is made. Statuses of Ledger::Open; FailedPrecondition if
// the checkpoint that the configuration names has other weights than when the run was begun: what
// is recorded would be another model's.
absl::StatusOr<RunLedger> OpenRunLedger(const google::protobuf::Message& config,
                                        const LoadedModel& model, const RunPaths& paths);

}  // namespace whet

#endif  // WHET_CLI_RUN_LEDGER_H_
