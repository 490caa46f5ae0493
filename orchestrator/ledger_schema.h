// The tables of the ledger and their versions. docs/formats.md describes them.
#ifndef WHET_ORCHESTRATOR_LEDGER_SCHEMA_H_
#define WHET_ORCHESTRATOR_LEDGER_SCHEMA_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "orchestrator/ledger_sqlite.h"

namespace whet {

// Of the tables that this program writes and reads.
int64_t LedgerVersion();

// The version of the ledger in `database`, from 1; 0 for a database with nothing in it. DataLoss if
// it is no database or one of something else; FailedPrecondition if its version is newer than ours.
absl::StatusOr<int64_t> ReadLedgerVersion(Sqlite* database);

// Brings `database`, opened for writing, to our version, in one transaction: makes the tables, or
// changes those of an older version.
absl::Status Migrate(Sqlite* database);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_LEDGER_SCHEMA_H_
