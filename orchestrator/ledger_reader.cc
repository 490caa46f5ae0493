#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "orchestrator/ledger.h"
#include "orchestrator/ledger_codec.h"
#include "orchestrator/ledger_schema.h"
#include "orchestrator/ledger_sqlite.h"
#include "orchestrator/ledger_tables.h"

namespace whet {
namespace {

constexpr int64_t kDispositionCount = static_cast<int64_t>(Disposition::kEvaluated) + 1;
constexpr int64_t kAnyBatch = std::numeric_limits<int64_t>::max();

bool MayWriteBeside(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  return access(directory.c_str(), W_OK) == 0;
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// The version that brought the tables of rescorings.
constexpr int64_t kRescoringVersion = 2;

// The database, of our version or an older one; NotFound if there is nothing in it.
absl::StatusOr<std::unique_ptr<Sqlite>> OpenAs(const std::string& path, SqliteMode mode) {
  WHET_ASSIGN_OR_RETURN(std::unique_ptr<Sqlite> database, Sqlite::Open(path, mode));
  WHET_RETURN_IF_ERROR(database->Execute("PRAGMA cell_size_check = ON"));
  WHET_ASSIGN_OR_RETURN(const int64_t version, ReadLedgerVersion(database.get()));
  if (version == 0) return absl::NotFoundError(absl::StrCat(path, " has nothing in it yet"));
  return database;
}

absl::StatusOr<std::unique_ptr<Sqlite>> OpenForReading(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) {
      return absl::NotFoundError(absl::StrCat("there is no ledger at ", path,
                                              ": name the directory of a run that was begun"));
    }
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": ", std::strerror(error), ". Check that you may read it and its directory"));
  }
  absl::StatusOr<std::unique_ptr<Sqlite>> database = OpenAs(path, SqliteMode::kRead);
  // SQLite shares memory with other connections through a file beside it, and cannot make that
  // here. Nobody who might write has one either, and all is in the main file: none is needed.
  if (absl::IsFailedPrecondition(database.status()) && !MayWriteBeside(path) &&
      !Exists(absl::StrCat(path, "-wal"))) {
    return OpenAs(path, SqliteMode::kImmutable);
  }
  return database;
}

absl::Status Damaged(const Sqlite& database, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat(database.path(), ": ", what,
                   ". The file is damaged: put a copy in its place, or begin a new run"));
}

class SqliteLedgerReader final : public LedgerReader {
 public:
  explicit SqliteLedgerReader(std::unique_ptr<Sqlite> database) : database_(std::move(database)) {}

  absl::StatusOr<std::optional<RunRecord>> Run() override { return ReadRun(database_.get()); }

  absl::StatusOr<std::vector<LeaseRecord>> Leases(RandomPurpose purpose,
                                                  std::optional<int64_t> batch) override {
    std::vector<LeaseRecord> leases;
    SqliteStatement& query = database_->Prepared(
        "SELECT prompt, draw, samples, batch FROM lease "
        "WHERE purpose = ? AND batch BETWEEN ? AND ? ORDER BY id");
    query.Bind(static_cast<int64_t>(purpose), batch.value_or(0), batch.value_or(kAnyBatch));
    WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
      leases.push_back({.purpose = purpose,
                        .prompt = query.Unsigned(0),
                        .draw = query.Int(1),
                        .samples = query.Int(2),
                        .batch = query.Int(3)});
      return absl::OkStatus();
    }));
    return leases;
  }

  absl::StatusOr<std::vector<RolloutRecord>> Rollouts(RandomPurpose purpose, uint64_t prompt,
                                                      int64_t draw) override {
    SqliteTransaction snapshot(database_.get());
    WHET_RETURN_IF_ERROR(snapshot.BeginRead());
    std::vector<RolloutRecord> records;
    SqliteStatement& query = database_->Prepared(
        "SELECT id, sample, token_count, finish, judged, reward, disposition, "
        "tokens, logprobs, spans, text "
        "FROM rollout LEFT JOIN completion ON completion.rollout = rollout.id "
        "WHERE purpose = ? AND prompt = ? AND draw = ? ORDER BY sample");
    WHET_RETURN_IF_ERROR(query.Bind(static_cast<int64_t>(purpose), prompt, draw).ForEachRow([&] {
      return AddRollout(query, {purpose, prompt, draw, query.Int(1)}, &records);
    }));
    return records;
  }

  absl::StatusOr<std::vector<RolloutRecord>> FindRollouts(const RolloutFilter& filter) override {
    SqliteTransaction snapshot(database_.get());
    WHET_RETURN_IF_ERROR(snapshot.BeginRead());
    std::vector<RolloutRecord> records;
    SqliteStatement& query = database_->Prepared(
        "SELECT rollout.id, sample, token_count, finish, judged, reward, disposition, "
        "tokens, logprobs, spans, text, prompt, draw "
        "FROM lease JOIN rollout USING (purpose, prompt, draw) "
        "LEFT JOIN completion ON completion.rollout = rollout.id "
        "WHERE purpose = ? AND batch BETWEEN ? AND ? "
        "AND (NOT ? OR judged AND coalesce((SELECT verdict FROM reward "
        "WHERE reward.rollout = rollout.id AND verdict IS NOT NULL ORDER BY position LIMIT 1), "
        "reward IS NULL OR reward <= 0) != 0) "
        "ORDER BY lease.id, sample LIMIT ?");
    query.Bind(static_cast<int64_t>(filter.purpose), filter.batch.value_or(0),
               filter.batch.value_or(kAnyBatch), filter.wrong ? 1 : 0, filter.limit);
    WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
      return AddRollout(query, {filter.purpose, query.Unsigned(11), query.Int(12), query.Int(1)},
                        &records);
    }));
    return records;
  }

  absl::StatusOr<std::vector<StepRecord>> Steps() override {
    std::vector<StepRecord> steps;
    SqliteStatement& query =
        database_->Prepared("SELECT step, batch, metrics, timings FROM step ORDER BY step");
    WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
      steps.push_back(ReadStep(query));
      return absl::OkStatus();
    }));
    return steps;
  }

  absl::StatusOr<std::optional<StepRecord>> LastStep() override {
    std::optional<StepRecord> step;
    SqliteStatement& query = database_->Prepared(
        "SELECT step, batch, metrics, timings FROM step ORDER BY step DESC LIMIT 1");
    WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
      step = ReadStep(query);
      return absl::OkStatus();
    }));
    return step;
  }

  absl::StatusOr<std::vector<ConsumedRollout>> Consumed(int64_t step) override {
    std::vector<ConsumedRollout> consumed;
    SqliteStatement& query = database_->Prepared(
        "SELECT purpose, prompt, draw, sample, advantage "
        "FROM step_rollout JOIN rollout ON rollout.id = step_rollout.rollout "
        "WHERE step = ? ORDER BY position");
    WHET_RETURN_IF_ERROR(query.Bind(step).ForEachRow([&] {
      consumed.push_back({.id = {.purpose = static_cast<RandomPurpose>(query.Int(0)),
                                 .prompt = query.Unsigned(1),
                                 .draw = query.Int(2),
                                 .sample = query.Int(3)},
                          .advantage = query.Double(4)});
      return absl::OkStatus();
    }));
    return consumed;
  }

  absl::StatusOr<std::vector<CheckpointRecord>> Checkpoints() override {
    std::vector<CheckpointRecord> checkpoints;
    SqliteStatement& query = database_->Prepared("SELECT step, path FROM checkpoint ORDER BY step");
    WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
      checkpoints.push_back({.step = query.Int(0), .path = query.Text(1)});
      return absl::OkStatus();
    }));
    return checkpoints;
  }

  absl::StatusOr<std::vector<EvaluationRecord>> Evaluations() override {
    std::vector<EvaluationRecord> evaluations;
    SqliteStatement& query =
        database_->Prepared("SELECT step, metrics FROM evaluation ORDER BY step");
    WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
      evaluations.push_back({.step = query.Int(0), .metrics = query.Text(1)});
      return absl::OkStatus();
    }));
    return evaluations;
  }

  absl::StatusOr<std::vector<EventRecord>> Events() override {
    std::vector<EventRecord> events;
    SqliteStatement& query =
        database_->Prepared("SELECT step, kind, message, time FROM event ORDER BY id");
    WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
      events.push_back({.step = query.Int(0),
                        .kind = query.Text(1),
                        .message = query.Text(2),
                        .time = absl::UnixEpoch() + absl::Seconds(query.Double(3))});
      return absl::OkStatus();
    }));
    return events;
  }

  absl::StatusOr<std::vector<RescoringRecord>> Rescorings() override {
    std::vector<RescoringRecord> rescorings;
    WHET_ASSIGN_OR_RETURN(const bool may_be, HasRescorings());
    if (!may_be) return rescorings;
    SqliteStatement& query = database_->Prepared(
        "SELECT id, time, rules, judged, version, finished, "
        "(SELECT count(*) FROM rescored WHERE rescored.rescoring = rescoring.id) "
        "FROM rescoring ORDER BY id");
    WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
      rescorings.push_back({.id = query.Int(0),
                            .time = absl::UnixEpoch() + absl::Seconds(query.Double(1)),
                            .rules = query.Text(2),
                            .judged = query.Text(3),
                            .version = query.Text(4),
                            .finished = query.Int(5) != 0,
                            .rollouts = query.Int(6)});
      return absl::OkStatus();
    }));
    return rescorings;
  }

  absl::StatusOr<std::optional<RescoredRecord>> FindRescored(int64_t rescoring,
                                                             const RolloutId& id) override {
    SqliteTransaction snapshot(database_.get());
    WHET_RETURN_IF_ERROR(snapshot.BeginRead());
    std::optional<RescoredRecord> rescored;
    WHET_ASSIGN_OR_RETURN(const bool may_be, HasRescorings());
    if (!may_be) return rescored;
    SqliteStatement& query = database_->Prepared(
        "SELECT rollout, rescored.reward FROM rescored JOIN rollout ON rollout.id = rollout "
        "WHERE rescoring = ? AND purpose = ? AND prompt = ? AND draw = ? AND sample = ?");
    query.Bind(rescoring, static_cast<int64_t>(id.purpose), id.prompt, id.draw, id.sample);
    const absl::Status status = query.ForEachRow([&] {
      rescored.emplace();
      if (!query.IsNull(1)) rescored->reward.total = query.Double(1);
      SqliteStatement& parts = database_->Prepared(
          "SELECT value, verdict, message, rule FROM rescored_part "
          "WHERE rescoring = ? AND rollout = ? ORDER BY position");
      return ReadParts(parts.Bind(rescoring, query.Int(0)), &rescored->reward.parts,
                       &rescored->rules);
    });
    if (!status.ok()) return Explain(status, id);
    return rescored;
  }

  absl::StatusOr<std::optional<Prompt>> FindPrompt(uint64_t id) override {
    std::optional<Prompt> prompt;
    SqliteStatement& query = database_->Prepared(
        "SELECT question, text, ground_truth, data_source, extra FROM prompt WHERE id = ?");
    WHET_RETURN_IF_ERROR(query.Bind(id).ForEachRow([&] {
      prompt = {.id = id,
                .question = query.Text(0),
                .text = query.Text(1),
                .tokens = {},
                .ground_truth = query.Text(2),
                .data_source = query.Text(3),
                .extra = query.Text(4)};
      return absl::OkStatus();
    }));
    return prompt;
  }

  absl::StatusOr<std::vector<int64_t>> DispositionCounts() override {
    std::vector<int64_t> counts(kDispositionCount, 0);
    SqliteStatement& query =
        database_->Prepared("SELECT disposition, count(*) FROM rollout GROUP BY disposition");
    WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
      const int64_t disposition = query.Int(0);
      if (disposition < 0 || disposition >= kDispositionCount) {
        return Damaged(*database_, absl::StrCat("a rollout has disposition ", disposition));
      }
      counts[static_cast<size_t>(disposition)] = query.Int(1);
      return absl::OkStatus();
    }));
    return counts;
  }

 private:
  // Of a ledger that was older when it was opened, too: it may have been brought up to date.
  absl::StatusOr<bool> HasRescorings() {
    WHET_ASSIGN_OR_RETURN(const int64_t version, ReadLedgerVersion(database_.get()));
    return version >= kRescoringVersion;
  }

  // Of a row of the queries in Steps and LastStep.
  static StepRecord ReadStep(const SqliteStatement& row) {
    return {.step = row.Int(0),
            .batch = row.Int(1),
            .consumed = {},
            .metrics = row.Text(2),
            .timings = row.Text(3)};
  }

  absl::Status AddRollout(const SqliteStatement& row, const RolloutId& id,
                          std::vector<RolloutRecord>* records) {
    absl::StatusOr<RolloutRecord> record = ReadRollout(row, id);
    if (!record.ok()) return Explain(record.status(), id);
    records->push_back(*std::move(record));
    return absl::OkStatus();
  }

  // Of a row of the queries in Rollouts and FindRollouts.
  absl::StatusOr<RolloutRecord> ReadRollout(const SqliteStatement& row, const RolloutId& id) {
    const int64_t count = row.Int(2);
    const int64_t finish = row.Int(3);
    const int64_t disposition = row.Int(6);
    if (finish < 0 || finish > static_cast<int64_t>(Finish::kLength) || disposition < 0 ||
        disposition >= kDispositionCount) {
      return absl::DataLossError("its finish or its disposition is none");
    }
    WHET_ASSIGN_OR_RETURN(std::vector<int32_t> tokens, DecodeTokens(row.Bytes(7), count));
    WHET_ASSIGN_OR_RETURN(std::vector<float> logprobs, DecodeLogprobs(row.Bytes(8), count));
    WHET_ASSIGN_OR_RETURN(std::vector<Span> spans, DecodeSpans(row.Bytes(9), count));
    std::optional<double> reward;
    if (!row.IsNull(5)) reward = row.Double(5);
    RolloutRecord record = {.rollout = {.id = id,
                                        .tokens = std::move(tokens),
                                        .logprobs = std::move(logprobs),
                                        .spans = std::move(spans),
                                        .finish = static_cast<Finish>(finish)},
                            .text = row.Text(10),
                            .reward = reward,
                            .judged = row.Int(4) != 0,
                            .parts = {},
                            .disposition = static_cast<Disposition>(disposition)};
    SqliteStatement& parts = database_->Prepared(
        "SELECT value, verdict, message, rule FROM reward WHERE rollout = ? ORDER BY position");
    WHET_RETURN_IF_ERROR(ReadParts(parts.Bind(row.Int(0)), &record.parts, &record.rules));
    return record;
  }

  // `query` gives value, verdict, message and rule.
  static absl::Status ReadParts(SqliteStatement& query, std::vector<RewardPart>* parts,
                                std::vector<std::string>* rules) {
    return query.ForEachRow([&]() -> absl::Status {
      RewardPart part = {.value = std::nullopt, .verdict = std::nullopt, .message = query.Text(2)};
      if (!query.IsNull(0)) part.value = query.Double(0);
      if (!query.IsNull(1)) {
        const int64_t verdict = query.Int(1);
        if (verdict < 0 || verdict > static_cast<int64_t>(Verdict::kFault)) {
          return absl::DataLossError(absl::StrCat("verdict ", verdict, " is none"));
        }
        part.verdict = static_cast<Verdict>(verdict);
      }
      parts->push_back(std::move(part));
      rules->push_back(query.Text(3));
      return absl::OkStatus();
    });
  }

  // What is wrong with a blob or a number does not know where it stands; SQLite's failures do.
  absl::Status Explain(const absl::Status& status, const RolloutId& id) {
    if (!absl::IsDataLoss(status)) return status;
    return Damaged(*database_, absl::StrCat("rollout ", id.Text(), ": ", status.message()));
  }

  const std::unique_ptr<Sqlite> database_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LedgerReader>> LedgerReader::Open(const std::string& path) {
  WHET_ASSIGN_OR_RETURN(std::unique_ptr<Sqlite> database, OpenForReading(path));
  return std::make_unique<SqliteLedgerReader>(std::move(database));
}

}  // namespace whet
