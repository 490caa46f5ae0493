#include "orchestrator/ledger_schema.h"

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/crash_point.h"
#include "base/status.h"

namespace whet {
namespace {

// "whet": `file ledger.db` shows it.
constexpr int64_t kApplicationId = 0x77686574;

// The i-th makes version i + 1 of version i. One that was released is never edited: a change of the
// tables is a new one at the end. LedgerReader reads what is of an older version, too, so what is
// new it may not expect to be there.
//
// What is updated, `rollout`, is apart from what is large, `completion`: an update writes a row
// anew.
constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE run (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  config TEXT NOT NULL,
  machine TEXT NOT NULL,
  version TEXT NOT NULL
) STRICT;

CREATE TABLE prompt (
  id INTEGER PRIMARY KEY,
  question TEXT NOT NULL,
  text TEXT NOT NULL,
  ground_truth TEXT NOT NULL,
  data_source TEXT NOT NULL,
  extra TEXT NOT NULL
) STRICT;

CREATE TABLE lease (
  id INTEGER PRIMARY KEY,
  purpose INTEGER NOT NULL,
  prompt INTEGER NOT NULL REFERENCES prompt,
  draw INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  UNIQUE (purpose, prompt, draw)
) STRICT;
CREATE INDEX lease_by_batch ON lease (purpose, batch);

CREATE TABLE rollout (
  id INTEGER PRIMARY KEY,
  purpose INTEGER NOT NULL,
  prompt INTEGER NOT NULL,
  draw INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  token_count INTEGER NOT NULL,
  policy_version INTEGER NOT NULL,
  finish INTEGER NOT NULL,
  judged INTEGER NOT NULL DEFAULT 0,
  reward REAL,
  disposition INTEGER NOT NULL DEFAULT 0,
  UNIQUE (purpose, prompt, draw, sample),
  FOREIGN KEY (purpose, prompt, draw) REFERENCES lease (purpose, prompt, draw)
) STRICT;

CREATE TABLE completion (
  rollout INTEGER PRIMARY KEY REFERENCES rollout,
  tokens BLOB NOT NULL,
  logprobs BLOB NOT NULL,
  spans BLOB NOT NULL,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE reward (
  rollout INTEGER NOT NULL REFERENCES rollout,
  position INTEGER NOT NULL,
  rule TEXT NOT NULL,
  value REAL,
  verdict INTEGER,
  message TEXT NOT NULL,
  PRIMARY KEY (rollout, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE step (
  step INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL,
  metrics TEXT NOT NULL,
  timings TEXT NOT NULL
) STRICT;

CREATE TABLE step_rollout (
  step INTEGER NOT NULL REFERENCES step,
  position INTEGER NOT NULL,
  rollout INTEGER NOT NULL REFERENCES rollout,
  advantage REAL NOT NULL,
  PRIMARY KEY (step, position),
  UNIQUE (rollout, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  step INTEGER PRIMARY KEY,
  path TEXT NOT NULL
) STRICT;

CREATE TABLE evaluation (
  step INTEGER PRIMARY KEY,
  metrics TEXT NOT NULL
) STRICT;

CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  time REAL NOT NULL DEFAULT ((julianday('now') - 2440587.5) * 86400.0),
  step INTEGER NOT NULL,
  kind TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;
)sql",
    R"sql(
CREATE TABLE rescoring (
  id INTEGER PRIMARY KEY,
  time REAL NOT NULL DEFAULT ((julianday('now') - 2440587.5) * 86400.0),
  rules TEXT NOT NULL,
  judged TEXT NOT NULL,
  version TEXT NOT NULL,
  finished INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE rescored (
  rescoring INTEGER NOT NULL REFERENCES rescoring,
  rollout INTEGER NOT NULL REFERENCES rollout,
  reward REAL,
  PRIMARY KEY (rescoring, rollout)
) STRICT, WITHOUT ROWID;

CREATE TABLE rescored_part (
  rescoring INTEGER NOT NULL,
  rollout INTEGER NOT NULL,
  position INTEGER NOT NULL,
  rule TEXT NOT NULL,
  value REAL,
  verdict INTEGER,
  message TEXT NOT NULL,
  PRIMARY KEY (rescoring, rollout, position),
  FOREIGN KEY (rescoring, rollout) REFERENCES rescored
) STRICT, WITHOUT ROWID;
)sql",
};

absl::StatusOr<int64_t> ReadNumber(Sqlite* database, absl::string_view sql) {
  int64_t number = 0;
  SqliteStatement& query = database->Prepared(sql);
  WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
    number = query.Int(0);
    return absl::OkStatus();
  }));
  return number;
}

}  // namespace

int64_t LedgerVersion() { return std::ssize(kMigrations); }

absl::StatusOr<int64_t> ReadLedgerVersion(Sqlite* database) {
  WHET_ASSIGN_OR_RETURN(const int64_t application, ReadNumber(database, "PRAGMA application_id"));
  WHET_ASSIGN_OR_RETURN(const int64_t version, ReadNumber(database, "PRAGMA user_version"));
  if (application == 0 && version == 0) {
    WHET_ASSIGN_OR_RETURN(const int64_t tables,
                          ReadNumber(database, "SELECT count(*) FROM sqlite_schema"));
    if (tables == 0) return 0;
  }
  if (application != kApplicationId || version < 1) {
    return absl::DataLossError(absl::StrCat(
        database->path(), " is a database, but no ledger of whet: name another file, or move it"));
  }
  if (version > LedgerVersion()) {
    return absl::FailedPreconditionError(absl::StrCat(
        database->path(), " has version ", version, " of the tables, and this whet ",
        "knows up to ", LedgerVersion(), ": use the whet that wrote it, or a newer one"));
  }
  return version;
}

absl::Status Migrate(Sqlite* database) {
  SqliteTransaction transaction(database);
  WHET_RETURN_IF_ERROR(transaction.BeginWrite());
  WHET_ASSIGN_OR_RETURN(int64_t version, ReadLedgerVersion(database));
  if (version == LedgerVersion()) return absl::OkStatus();
  for (; version < LedgerVersion(); ++version) {
    WHET_RETURN_IF_ERROR(database->Execute(kMigrations[version]));
  }
  WHET_RETURN_IF_ERROR(database->Execute(absl::StrCat(
      "PRAGMA application_id = ", kApplicationId, "; PRAGMA user_version = ", LedgerVersion())));
  CrashPoint("ledger:migrate_before_commit");
  return transaction.Commit();
}

}  // namespace whet
