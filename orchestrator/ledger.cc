#include "orchestrator/ledger.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <future>
#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/bounded_queue.h"
#include "base/check.h"
#include "base/crash_point.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "orchestrator/ledger_schema.h"
#include "orchestrator/ledger_sqlite.h"
#include "orchestrator/ledger_tables.h"

namespace whet {
namespace {

// Calls that may wait to be written, and that one transaction takes.
constexpr size_t kQueuedMax = 1024;
constexpr size_t kGroupMax = 1024;

// A commit is on the disk when it returns (FULL). Pages go from the log into the file every 16 MiB,
// and what is left of the log's file then is at most 64 MiB.
constexpr char kWriterPragmas[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA cache_size = -32768;"
    "PRAGMA wal_autocheckpoint = 4096;"
    "PRAGMA journal_size_limit = 67108864;";

// The process that wrote itself into the lock, for a message; empty if none did.
std::string HolderOf(int fd) {
  char text[32] = {};
  const ssize_t size = pread(fd, text, sizeof(text), 0);
  const absl::string_view pid(text, size > 0 ? static_cast<size_t>(size) : 0);
  return std::string(absl::StripAsciiWhitespace(pid));
}

// Keeps other writers out until the result is closed, at the latest by the death of the process. A
// file beside the ledger: closing any descriptor of the ledger itself would end SQLite's locks.
absl::StatusOr<UniqueFd> LockForWriting(const std::string& path) {
  const std::string lock_path = absl::StrCat(path, ".lock");
  UniqueFd fd(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!fd.valid()) {
    const int error = errno;
    const std::string what = absl::StrCat(lock_path, ": ", std::strerror(error));
    if (error == ENOSPC || error == EDQUOT) {
      return absl::ResourceExhaustedError(absl::StrCat(what, ". Make room on that disk"));
    }
    return absl::FailedPreconditionError(
        absl::StrCat(what, ". Check that its directory exists and that you may write to both"));
  }
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": process ", HolderOf(fd.get()),
                     " is writing to it. Wait until it ends, or stop it, then repeat the command"));
  }
  // Only for messages: that it cannot be written does not matter.
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd.get(), 0) != 0 || pwrite(fd.get(), pid.data(), pid.size(), 0) < 0) return fd;
  return fd;
}

absl::StatusOr<std::unique_ptr<Sqlite>> OpenForWriting(const std::string& path) {
  WHET_ASSIGN_OR_RETURN(std::unique_ptr<Sqlite> database, Sqlite::Open(path, SqliteMode::kWrite));
  // Before anything is written: it may be somebody else's.
  WHET_RETURN_IF_ERROR(ReadLedgerVersion(database.get()).status());
  std::string mode;
  SqliteStatement& set_mode = database->Prepared("PRAGMA journal_mode = WAL");
  WHET_RETURN_IF_ERROR(set_mode.ForEachRow([&] {
    mode = set_mode.Text(0);
    return absl::OkStatus();
  }));
  if (mode != "wal") {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": its file system cannot share memory between processes, which the ",
                     "ledger needs. Put the run on a local disk"));
  }
  WHET_RETURN_IF_ERROR(database->Execute(kWriterPragmas));
  WHET_RETURN_IF_ERROR(Migrate(database.get()));
  return database;
}

absl::Status CheckRollout(const Rollout& rollout) {
  int64_t end = 0;
  bool adjoin = true;
  for (const Span& span : rollout.spans) {
    adjoin = adjoin && span.begin == end && span.end > span.begin;
    end = span.end;
  }
  if (adjoin && end == static_cast<int64_t>(rollout.tokens.size()) &&
      rollout.logprobs.size() == rollout.tokens.size()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("rollout ", rollout.id.Text(), " has ", rollout.tokens.size(), " tokens, ",
                   rollout.logprobs.size(), " log-probabilities, and spans that ",
                   adjoin ? absl::StrCat("end at ", end) : std::string("do not adjoin")));
}

// SQLite has no NaN: it would come back as absent.
absl::Status CheckNumbers(const RolloutId& id, const Reward& reward) {
  bool nan = std::isnan(reward.total.value_or(0));
  for (const RewardPart& part : reward.parts) nan = nan || std::isnan(part.value.value_or(0));
  return nan ? absl::InvalidArgumentError(
                   absl::StrCat("a reward of rollout ", id.Text(), " is not a number"))
             : absl::OkStatus();
}

enum class EntryKind { kOther, kStep, kCheckpoint };

// A call that waits to be written.
struct Entry {
  EntryKind kind;
  absl::AnyInvocable<absl::Status(LedgerTables&)> write;
  std::promise<absl::Status>* done;  // Of a caller that waits; else nullptr.
};

class LedgerWriter final : public Ledger {
 public:
  LedgerWriter(UniqueFd lock, std::unique_ptr<Sqlite> database)
      : lock_(std::move(lock)),
        database_(std::move(database)),
        tables_(database_.get()),
        queue_(kQueuedMax),
        thread_([this] { WriteAll(); }) {}

  ~LedgerWriter() override {
    queue_.Close();
    thread_.join();
  }

  absl::StatusOr<RunRecord> BeginRun(const RunRecord& run) override {
    std::optional<RunRecord> holds;
    WHET_RETURN_IF_ERROR(Await(EntryKind::kOther, [&](LedgerTables& tables) -> absl::Status {
      WHET_ASSIGN_OR_RETURN(holds, tables.BeginRun(run));
      return absl::OkStatus();
    }));
    return *std::move(holds);
  }

  absl::Status AddPrompts(std::vector<std::shared_ptr<const Prompt>> prompts) override {
    return Queue([prompts = std::move(prompts)](LedgerTables& tables) {
      for (const auto& prompt : prompts) WHET_RETURN_IF_ERROR(tables.AddPrompt(*prompt));
      return absl::OkStatus();
    });
  }

  absl::Status AddLeases(std::vector<LeaseRecord> leases) override {
    return Queue([leases = std::move(leases)](LedgerTables& tables) {
      for (const LeaseRecord& lease : leases) WHET_RETURN_IF_ERROR(tables.AddLease(lease));
      return absl::OkStatus();
    });
  }

  absl::Status AddRollout(Rollout rollout, std::string text) override {
    WHET_RETURN_IF_ERROR(CheckRollout(rollout));
    return Queue([rollout = std::move(rollout), text = std::move(text)](LedgerTables& tables) {
      return tables.AddRollout(rollout, text);
    });
  }

  absl::Status AddReward(const RolloutId& id, Reward reward,
                         std::shared_ptr<const std::vector<std::string>> rules) override {
    WHET_CHECK(rules->size() == reward.parts.size());
    WHET_RETURN_IF_ERROR(CheckNumbers(id, reward));
    return Queue([id, reward = std::move(reward), rules = std::move(rules)](LedgerTables& tables) {
      return tables.AddReward(id, reward, *rules);
    });
  }

  absl::Status SetDisposition(std::vector<RolloutId> ids, Disposition disposition) override {
    WHET_CHECK(disposition != Disposition::kPending && disposition != Disposition::kTrained);
    return Queue([ids = std::move(ids), disposition](LedgerTables& tables) {
      for (const RolloutId& id : ids) {
        WHET_RETURN_IF_ERROR(tables.SetDisposition(id, disposition));
      }
      return absl::OkStatus();
    });
  }

  absl::Status AddEvent(EventRecord event) override {
    return Queue(
        [event = std::move(event)](LedgerTables& tables) { return tables.AddEvent(event); });
  }

  absl::Status AddRescored(int64_t rescoring, const RolloutId& id, Reward reward,
                           std::shared_ptr<const std::vector<std::string>> rules) override {
    WHET_CHECK(rules->size() == reward.parts.size());
    WHET_RETURN_IF_ERROR(CheckNumbers(id, reward));
    return Queue([rescoring, id, rescored = RescoredRecord{std::move(reward), *rules}](
                     LedgerTables& tables) { return tables.AddRescored(rescoring, id, rescored); });
  }

  absl::Status RecordStep(StepRecord step) override {
    for (const ConsumedRollout& consumed : step.consumed) {
      if (std::isnan(consumed.advantage)) {
        return absl::InvalidArgumentError(
            absl::StrCat("the advantage of rollout ", consumed.id.Text(), " is not a number"));
      }
    }
    return Await(EntryKind::kStep, [&](LedgerTables& tables) { return tables.AddStep(step); });
  }

  absl::Status RecordCheckpoint(CheckpointRecord checkpoint) override {
    return Await(EntryKind::kCheckpoint,
                 [&](LedgerTables& tables) { return tables.AddCheckpoint(checkpoint); });
  }

  absl::Status ForgetCheckpoint(int64_t step) override {
    return Await(EntryKind::kOther,
                 [&](LedgerTables& tables) { return tables.ForgetCheckpoint(step); });
  }

  absl::Status RecordEvaluation(EvaluationRecord evaluation) override {
    return Await(EntryKind::kOther,
                 [&](LedgerTables& tables) { return tables.AddEvaluation(evaluation); });
  }

  absl::StatusOr<int64_t> BeginRescoring(RescoringRecord rescoring) override {
    int64_t id = 0;
    WHET_RETURN_IF_ERROR(Await(EntryKind::kOther, [&](LedgerTables& tables) -> absl::Status {
      WHET_ASSIGN_OR_RETURN(id, tables.BeginRescoring(rescoring));
      return absl::OkStatus();
    }));
    return id;
  }

  absl::Status FinishRescoring(int64_t id) override {
    return Await(EntryKind::kOther,
                 [&](LedgerTables& tables) { return tables.FinishRescoring(id); });
  }

  absl::Status Flush() override {
    return Await(EntryKind::kOther, [](LedgerTables& /*tables*/) { return absl::OkStatus(); });
  }

 private:
  using Write = absl::AnyInvocable<absl::Status(LedgerTables&)>;

  absl::Status Queue(Write write) {
    WHET_RETURN_IF_ERROR(failure());
    WHET_CHECK(queue_.Push({EntryKind::kOther, std::move(write), nullptr}));
    return absl::OkStatus();
  }

  absl::Status Await(EntryKind kind, Write write) {
    std::promise<absl::Status> done;
    WHET_CHECK(queue_.Push({kind, std::move(write), &done}));
    return done.get_future().get();
  }

  absl::Status failure() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    return failure_;
  }

  // The writing thread: takes what is queued, commits it, answers.
  void WriteAll() {
    while (std::optional<Entry> first = queue_.Pop()) {
      std::vector<Entry> group;
      group.push_back(*std::move(first));
      while (group.size() < kGroupMax) {
        std::optional<Entry> next = queue_.TryPop();
        if (!next.has_value()) break;
        group.push_back(*std::move(next));
      }
      WriteGroup(&group);
    }
  }

  void WriteGroup(std::vector<Entry>* group) {
    size_t written = 0;  // Entries in front of the one that failed, if any.
    absl::Status refusal;
    absl::Status status = failure();
    if (status.ok()) status = Commit(group, &written, &refusal);
    if (!status.ok()) written = 0;
    if (status.ok()) status = refusal;
    {
      MutexLock lock(&mu_);
      failure_ = status;
    }
    for (size_t i = 0; i < group->size(); ++i) {
      std::promise<absl::Status>* done = (*group)[i].done;
      if (done != nullptr) done->set_value(i < written ? absl::OkStatus() : status);
    }
  }

  // One transaction of all entries, or, if one of them is wrong in itself, of those before it: then
  // `refusal` says what is wrong.
  absl::Status Commit(std::vector<Entry>* group, size_t* written, absl::Status* refusal) {
    SqliteTransaction transaction(database_.get());
    WHET_RETURN_IF_ERROR(transaction.BeginWrite());
    bool has_step = false;
    bool has_checkpoint = false;
    for (Entry& entry : *group) {
      const absl::Status status = entry.write(tables_);
      if (absl::IsInvalidArgument(status)) {
        *refusal = status;
        break;
      }
      WHET_RETURN_IF_ERROR(status);
      has_step = has_step || entry.kind == EntryKind::kStep;
      has_checkpoint = has_checkpoint || entry.kind == EntryKind::kCheckpoint;
      ++*written;
    }
    CrashPoint("ledger:before_commit");
    if (has_step) CrashPoint("ledger:step_before_commit");
    if (has_checkpoint) CrashPoint("ledger:checkpoint_before_commit");
    WHET_RETURN_IF_ERROR(transaction.Commit());
    CrashPoint("ledger:after_commit");
    if (has_step) CrashPoint("ledger:step_after_commit");
    if (has_checkpoint) CrashPoint("ledger:checkpoint_after_commit");
    return absl::OkStatus();
  }

  // In the order in which they are needed: the lock goes last.
  const UniqueFd lock_;
  const std::unique_ptr<Sqlite> database_;  // The writing thread's once that runs.
  LedgerTables tables_;
  BoundedQueue<Entry> queue_;
  Mutex mu_;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);  // The first; what every call returns from then on.
  std::thread thread_;
};

}  // namespace

absl::string_view DispositionName(Disposition disposition) {
  switch (disposition) {
    case Disposition::kPending:
      return "pending";
    case Disposition::kTrained:
      return "trained";
    case Disposition::kEqualGroup:
      return "equal_group";
    case Disposition::kStale:
      return "stale";
    case Disposition::kTruncated:
      return "truncated";
    case Disposition::kExcluded:
      return "excluded";
    case Disposition::kSurplus:
      return "surplus";
    case Disposition::kCancelled:
      return "cancelled";
    case Disposition::kEvaluated:
      return "evaluated";
  }
  return "unknown";
}

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(const std::string& path) {
  WHET_ASSIGN_OR_RETURN(UniqueFd lock, LockForWriting(path));
  WHET_ASSIGN_OR_RETURN(std::unique_ptr<Sqlite> database, OpenForWriting(path));
  return std::make_unique<LedgerWriter>(std::move(lock), std::move(database));
}

}  // namespace whet
