#include "orchestrator/ledger_sqlite.h"

#include <sqlite3.h>

#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "base/status.h"

namespace whet {
namespace {

// How long a statement waits for another connection's lock. Readers take none that matter; another
// program may.
constexpr int kBusyTimeoutMs = 10'000;

struct Failure {
  absl::StatusCode code;
  const char* advice;
};

// Why the system last refused to read or write the database or its log; 0 if it never did. A quota
// that is used up is SQLITE_IOERR, and sqlite3_system_errno knows nothing of commits.
int SystemError(sqlite3* handle) {
  for (const int which : {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
    sqlite3_file* file = nullptr;
    int error = 0;
    if (sqlite3_file_control(handle, "main", which, static_cast<void*>(&file)) == SQLITE_OK &&
        file != nullptr && file->pMethods != nullptr &&
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error) == SQLITE_OK &&
        error != 0) {
      return error;
    }
  }
  return 0;
}

Failure FailureOf(int result, int system_error) {
  constexpr Failure kDiskFull = {
      absl::StatusCode::kResourceExhausted,
      "make room on that disk, then repeat the command: what was recorded before is kept"};
  switch (result & 0xff) {  // The primary code.
    case SQLITE_FULL:
      return kDiskFull;
    case SQLITE_NOMEM:
      return {absl::StatusCode::kResourceExhausted, "there is too little memory"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {absl::StatusCode::kFailedPrecondition,
              "another program holds it locked: end that, then repeat the command"};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {absl::StatusCode::kFailedPrecondition,
              "check that its directory exists and that you may write to both"};
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return {absl::StatusCode::kInvalidArgument, "the ledger does not take such a value"};
    case SQLITE_IOERR:
      if (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG) {
        return kDiskFull;
      }
      return {absl::StatusCode::kDataLoss,
              "the disk fails to read or write it: look at the system's log, mend that first"};
    default:  // Damaged, no database, or without the tables that its header promises.
      return {absl::StatusCode::kDataLoss,
              "the file is damaged or no ledger: put a copy in its place, or begin a new run in "
              "another directory"};
  }
}

}  // namespace

SqliteStatement::SqliteStatement(const Sqlite* database, sqlite3_stmt* statement,
                                 absl::Status prepared)
    : database_(database), statement_(statement), prepared_(std::move(prepared)) {}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

absl::Status SqliteStatement::Run() {
  return ForEachRow([] { return absl::OkStatus(); });
}

absl::Status SqliteStatement::ForEachRow(absl::FunctionRef<absl::Status()> row) {
  WHET_RETURN_IF_ERROR(prepared_);
  WHET_CHECK(sqlite3_stmt_busy(statement_) == 0);
  int result = std::exchange(bind_error_, SQLITE_OK);
  absl::Status status;
  if (result == SQLITE_OK) {
    while (status.ok() && (result = sqlite3_step(statement_)) == SQLITE_ROW) status = row();
  }
  if (status.ok() && result != SQLITE_DONE) status = database_->StatusOf(result);
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  return status;
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t SqliteStatement::Int(int column) const { return sqlite3_column_int64(statement_, column); }

double SqliteStatement::Double(int column) const {
  return sqlite3_column_double(statement_, column);
}

absl::string_view SqliteStatement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return absl::string_view(static_cast<const char*>(bytes), static_cast<size_t>(size));
}

void SqliteStatement::BindNext(int64_t value) {
  Keep(sqlite3_bind_int64(statement_, ++bound_, value));
}

void SqliteStatement::BindNext(double value) {
  Keep(sqlite3_bind_double(statement_, ++bound_, value));
}

void SqliteStatement::BindNext(absl::string_view text) {
  // A null pointer would be NULL.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  Keep(sqlite3_bind_text64(statement_, ++bound_, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void SqliteStatement::BindNext(SqliteBlob blob) {
  const char* bytes = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  Keep(sqlite3_bind_blob64(statement_, ++bound_, bytes, blob.bytes.size(), SQLITE_STATIC));
}

void SqliteStatement::BindNext(std::nullopt_t /*null*/) {
  Keep(sqlite3_bind_null(statement_, ++bound_));
}

void SqliteStatement::Keep(int result) {
  if (statement_ == nullptr) return;
  WHET_CHECK(result != SQLITE_RANGE);
  if (bind_error_ == SQLITE_OK) bind_error_ = result;
}

Sqlite::Sqlite(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

Sqlite::~Sqlite() {
  statements_.clear();
  WHET_CHECK(sqlite3_close(handle_) == SQLITE_OK);
}

absl::StatusOr<std::unique_ptr<Sqlite>> Sqlite::Open(const std::string& path, SqliteMode mode) {
  // As an address, because only there it can be said that nobody writes. Two slashes begin the name
  // of a host, here none.
  std::string address =
      absl::StrCat(absl::StartsWith(path, "/") ? "file://" : "file:",
                   absl::StrReplaceAll(path, {{"%", "%25"}, {"?", "%3f"}, {"#", "%23"}}));
  if (mode == SqliteMode::kImmutable) absl::StrAppend(&address, "?immutable=1");
  const int access = mode == SqliteMode::kWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                                : SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const int result =
      sqlite3_open_v2(address.c_str(), &handle,
                      access | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      /*zVfs=*/nullptr);
  if (handle == nullptr) return absl::ResourceExhaustedError("there is too little memory");
  auto database = std::unique_ptr<Sqlite>(new Sqlite(path, handle));
  if (result != SQLITE_OK) return database->StatusOf(result);
  WHET_CHECK(sqlite3_busy_timeout(handle, kBusyTimeoutMs) == SQLITE_OK);
  return database;
}

absl::Status Sqlite::StatusOf(int result) const {
  const Failure failure = FailureOf(result, SystemError(handle_));
  return absl::Status(failure.code,
                      absl::StrCat(path_, ": ", sqlite3_errmsg(handle_), ". ", failure.advice));
}

absl::Status Sqlite::Execute(const std::string& sql) {
  const int result = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? absl::OkStatus() : StatusOf(result);
}

SqliteStatement& Sqlite::Prepared(absl::string_view sql) {
  std::unique_ptr<SqliteStatement>& prepared = statements_[sql];
  // Again where it failed: a lock may be gone.
  if (prepared == nullptr || !prepared->prepared_.ok()) {
    sqlite3_stmt* statement = nullptr;
    const int result =
        sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, /*pzTail=*/nullptr);
    prepared.reset(new SqliteStatement(this, statement,
                                       result == SQLITE_OK ? absl::OkStatus() : StatusOf(result)));
  }
  return *prepared;
}

int64_t Sqlite::changed() const { return sqlite3_changes64(handle_); }

int64_t Sqlite::inserted_row() const { return sqlite3_last_insert_rowid(handle_); }

bool Sqlite::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

SqliteTransaction::~SqliteTransaction() {
  if (database_->in_transaction()) database_->Execute("ROLLBACK").IgnoreError();
}

absl::Status SqliteTransaction::BeginRead() { return database_->Prepared("BEGIN").Run(); }

absl::Status SqliteTransaction::BeginWrite() {
  return database_->Prepared("BEGIN IMMEDIATE").Run();
}

absl::Status SqliteTransaction::Commit() { return database_->Prepared("COMMIT").Run(); }

}  // namespace whet
