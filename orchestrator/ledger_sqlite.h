// SQLite as the ledger uses it: statements that are bound, run and read in one expression, failures
// as absl::Status. sqlite3.h itself stays in ledger_sqlite.cc.
#ifndef WHET_ORCHESTRATOR_LEDGER_SQLITE_H_
#define WHET_ORCHESTRATOR_LEDGER_SQLITE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace whet {

// Bytes that are bound as a BLOB; a plain string_view is bound as TEXT.
struct SqliteBlob {
  absl::string_view bytes;
};

class Sqlite;

// A statement that was prepared once and is run many times:
//
//   database->Prepared("UPDATE lease SET batch = ? WHERE id = ?").Bind(batch, id).Run()
//
// Unsigned integers are kept as the signed ones of the same bits.
class SqliteStatement {
 public:
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  // One value for each ?, in order. Text and blobs must live until it has run.
  template <typename... Values>
  SqliteStatement& Bind(const Values&... values) {
    bound_ = 0;
    (BindNext(values), ...);
    return *this;
  }

  // Runs it to its end. What was bound is forgotten then.
  absl::Status Run();
  // The same, calling `row` for each row, in which the columns can be read. Ends early with the
  // first status of `row` that is not OK. `row` must not run this statement.
  absl::Status ForEachRow(absl::FunctionRef<absl::Status()> row);

  // Columns of the current row, from 0. NULL reads as 0 or empty.
  bool IsNull(int column) const;
  int64_t Int(int column) const;
  uint64_t Unsigned(int column) const { return static_cast<uint64_t>(Int(column)); }
  double Double(int column) const;
  absl::string_view Bytes(int column) const;  // Of TEXT or BLOB; until the next row.
  std::string Text(int column) const { return std::string(Bytes(column)); }

 private:
  friend class Sqlite;
  SqliteStatement(const Sqlite* database, sqlite3_stmt* statement, absl::Status prepared);

  void BindNext(int64_t value);
  void BindNext(int value) { BindNext(int64_t{value}); }
  void BindNext(uint64_t value) { BindNext(static_cast<int64_t>(value)); }
  void BindNext(double value);
  void BindNext(absl::string_view text);
  void BindNext(SqliteBlob blob);
  void BindNext(std::nullopt_t null);
  template <typename T>
  void BindNext(const std::optional<T>& value) {
    if (value.has_value()) {
      BindNext(*value);
    } else {
      BindNext(std::nullopt);
    }
  }
  void Keep(int result);

  const Sqlite* const database_;
  sqlite3_stmt* const statement_;  // nullptr if it could not be prepared.
  const absl::Status prepared_;
  int bound_ = 0;
  int bind_error_ = 0;  // The first since the last run.
};

enum class SqliteMode {
  kWrite,      // Made if it is not there.
  kRead,       // While another connection writes, too.
  kImmutable,  // Nobody writes: needs no locks and no files beside it.
};

// An open database. Not thread-safe, but may be handed from thread to thread.
//
// Statuses, each with the file and what to do about it: ResourceExhausted for a full disk or no
// memory, FailedPrecondition for a file that is locked or may not be opened or written, DataLoss
// for one that is damaged or no database, and for a disk that fails, InvalidArgument for values
// that break a constraint.
class Sqlite {
 public:
  // Opens lazily, as SQLite does: what is wrong with the file shows when it is first read.
  static absl::StatusOr<std::unique_ptr<Sqlite>> Open(const std::string& path, SqliteMode mode);
  ~Sqlite();
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  const std::string& path() const { return path_; }

  // Runs statements that give no rows: a schema, pragmas.
  absl::Status Execute(const std::string& sql);

  // The statement `sql`, a literal, prepared at its first use. If it cannot be, running it says so.
  SqliteStatement& Prepared(absl::string_view sql);

  // Of the last statement: rows it changed, and the row id it inserted.
  int64_t changed() const;
  int64_t inserted_row() const;

  // Whether a transaction is open. A full disk may have ended it.
  bool in_transaction() const;

 private:
  friend class SqliteStatement;
  Sqlite(std::string path, sqlite3* handle);

  // `result`, which is not SQLITE_OK, of the latest call.
  absl::Status StatusOf(int result) const;

  const std::string path_;
  sqlite3* const handle_;
  absl::flat_hash_map<absl::string_view, std::unique_ptr<SqliteStatement>> statements_;
};

// A transaction; rolled back where it goes without Commit.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(Sqlite* database) : database_(database) {}  // Not owned.
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  absl::Status BeginRead();  // One snapshot for all that is read.
  absl::Status BeginWrite();
  absl::Status Commit();

 private:
  Sqlite* const database_;
};

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_LEDGER_SQLITE_H_
