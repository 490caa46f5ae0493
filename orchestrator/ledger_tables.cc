#include "orchestrator/ledger_tables.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/status.h"

namespace whet {
namespace {

// These are stored as their numbers.
static_assert(static_cast<int>(RandomPurpose::kSample) == 3);
static_assert(static_cast<int>(Finish::kLength) == 1);
static_assert(static_cast<int>(SpanKind::kInserted) == 1);
static_assert(static_cast<int>(Verdict::kCorrect) == 0);
static_assert(static_cast<int>(Verdict::kFault) == 7);

absl::Status NotThere(absl::string_view what, absl::string_view first) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " is not in the ledger: ", first, " has to be called before"));
}

// What is stored of a part's verdict.
std::optional<int64_t> VerdictNumber(const RewardPart& part) {
  if (!part.verdict.has_value()) return std::nullopt;
  return static_cast<int64_t>(*part.verdict);
}

// The policy that a rollout began with.
int64_t FirstVersion(const Rollout& rollout) {
  return rollout.spans.empty() ? 0 : rollout.spans.front().version;
}

}  // namespace

absl::StatusOr<std::optional<RunRecord>> ReadRun(Sqlite* database) {
  std::optional<RunRecord> run;
  SqliteStatement& query = database->Prepared("SELECT config, machine, version FROM run");
  WHET_RETURN_IF_ERROR(query.ForEachRow([&] {
    run = {.config = query.Text(0), .machine = query.Text(1), .version = query.Text(2)};
    return absl::OkStatus();
  }));
  return run;
}

template <typename... Values>
absl::StatusOr<bool> LedgerTables::Finds(absl::string_view sql, const Values&... values) {
  bool found = false;
  WHET_RETURN_IF_ERROR(database_->Prepared(sql).Bind(values...).ForEachRow([&] {
    found = true;
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<RunRecord> LedgerTables::BeginRun(const RunRecord& run) {
  WHET_ASSIGN_OR_RETURN(const std::optional<RunRecord> begun, ReadRun(database_));
  if (begun.has_value()) return *begun;
  WHET_RETURN_IF_ERROR(
      database_->Prepared("INSERT INTO run (id, config, machine, version) VALUES (1, ?, ?, ?)")
          .Bind(run.config, run.machine, run.version)
          .Run());
  return run;
}

absl::Status LedgerTables::AddPrompt(const Prompt& prompt) {
  return database_
      ->Prepared(
          "INSERT INTO prompt (id, question, text, ground_truth, data_source, extra) "
          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
      .Bind(prompt.id, prompt.question, prompt.text, prompt.ground_truth, prompt.data_source,
            prompt.extra)
      .Run();
}

absl::Status LedgerTables::AddLease(const LeaseRecord& lease) {
  WHET_ASSIGN_OR_RETURN(const bool known, Finds("SELECT 1 FROM prompt WHERE id = ?", lease.prompt));
  if (!known) return NotThere(absl::StrFormat("prompt %016x", lease.prompt), "AddPrompts");
  return database_
      ->Prepared(
          "INSERT INTO lease (purpose, prompt, draw, samples, batch) "
          "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
      .Bind(static_cast<int64_t>(lease.purpose), lease.prompt, lease.draw, lease.samples,
            lease.batch)
      .Run();
}

absl::Status LedgerTables::CheckLease(const RolloutId& id) {
  WHET_ASSIGN_OR_RETURN(
      const bool leased,
      Finds("SELECT 1 FROM lease WHERE purpose = ? AND prompt = ? AND draw = ? AND samples > ?",
            static_cast<int64_t>(id.purpose), id.prompt, id.draw, id.sample));
  return leased && id.sample >= 0 ? absl::OkStatus()
                                  : NotThere(absl::StrCat("a lease of ", id.Text()), "AddLeases");
}

absl::Status LedgerTables::AddRollout(const Rollout& rollout, absl::string_view text) {
  const RolloutId& id = rollout.id;
  WHET_RETURN_IF_ERROR(CheckLease(id));
  WHET_RETURN_IF_ERROR(
      database_
          ->Prepared("INSERT INTO rollout "
                     "(purpose, prompt, draw, sample, token_count, policy_version, finish) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
          .Bind(static_cast<int64_t>(id.purpose), id.prompt, id.draw, id.sample,
                static_cast<int64_t>(rollout.tokens.size()), FirstVersion(rollout),
                static_cast<int64_t>(rollout.finish))
          .Run());
  if (database_->changed() == 0) return absl::OkStatus();
  const std::string tokens = encoder_.Tokens(rollout.tokens);
  const std::string logprobs = encoder_.Logprobs(rollout.logprobs);
  const std::string spans = encoder_.Spans(rollout.spans);
  return database_
      ->Prepared(
          "INSERT INTO completion (rollout, tokens, logprobs, spans, text) VALUES (?, ?, ?, ?, ?)")
      .Bind(database_->inserted_row(), SqliteBlob{tokens}, SqliteBlob{logprobs}, SqliteBlob{spans},
            text)
      .Run();
}

absl::StatusOr<int64_t> LedgerTables::RowOf(const RolloutId& id) {
  std::optional<int64_t> row;
  SqliteStatement& query = database_->Prepared(
      "SELECT id FROM rollout WHERE purpose = ? AND prompt = ? AND draw = ? AND sample = ?");
  WHET_RETURN_IF_ERROR(
      query.Bind(static_cast<int64_t>(id.purpose), id.prompt, id.draw, id.sample).ForEachRow([&] {
        row = query.Int(0);
        return absl::OkStatus();
      }));
  if (!row.has_value()) return NotThere(absl::StrCat("rollout ", id.Text()), "AddRollout");
  return *row;
}

absl::Status LedgerTables::AddReward(const RolloutId& id, const Reward& reward,
                                     const std::vector<std::string>& rules) {
  WHET_ASSIGN_OR_RETURN(const int64_t row, RowOf(id));
  WHET_RETURN_IF_ERROR(
      database_->Prepared("UPDATE rollout SET judged = 1, reward = ? WHERE id = ? AND judged = 0")
          .Bind(reward.total, row)
          .Run());
  if (database_->changed() == 0) return absl::OkStatus();
  SqliteStatement& insert = database_->Prepared(
      "INSERT INTO reward (rollout, position, rule, value, verdict, message) "
      "VALUES (?, ?, ?, ?, ?, ?)");
  for (size_t i = 0; i < reward.parts.size(); ++i) {
    const RewardPart& part = reward.parts[i];
    WHET_RETURN_IF_ERROR(insert
                             .Bind(row, static_cast<int64_t>(i), rules[i], part.value,
                                   VerdictNumber(part), part.message)
                             .Run());
  }
  return absl::OkStatus();
}

absl::Status LedgerTables::SetDisposition(const RolloutId& id, Disposition disposition) {
  return database_
      ->Prepared(
          "UPDATE rollout SET disposition = ? WHERE purpose = ? AND prompt = ? AND draw = ? "
          "AND sample = ? AND disposition = 0")
      .Bind(static_cast<int64_t>(disposition), static_cast<int64_t>(id.purpose), id.prompt, id.draw,
            id.sample)
      .Run();
}

absl::Status LedgerTables::AddEvent(const EventRecord& event) {
  return database_->Prepared("INSERT INTO event (step, kind, message) VALUES (?, ?, ?)")
      .Bind(event.step, event.kind, event.message)
      .Run();
}

absl::StatusOr<int64_t> LedgerTables::ConsumableRow(const RolloutId& id, int64_t batch) {
  WHET_ASSIGN_OR_RETURN(const int64_t row, RowOf(id));
  WHET_ASSIGN_OR_RETURN(const bool pending,
                        Finds("SELECT 1 FROM rollout WHERE id = ? AND disposition = ?", row,
                              static_cast<int64_t>(Disposition::kPending)));
  if (pending) return row;
  WHET_ASSIGN_OR_RETURN(
      const bool of_this_batch,
      Finds("SELECT 1 FROM step_rollout JOIN step USING (step) WHERE rollout = ? AND batch = ?",
            row, batch));
  if (of_this_batch) return row;
  return absl::InvalidArgumentError(
      absl::StrCat("rollout ", id.Text(), " cannot be trained on in batch ", batch,
                   ": it is not pending any more, and no step of that batch consumed it"));
}

absl::Status LedgerTables::AddStep(const StepRecord& step) {
  WHET_ASSIGN_OR_RETURN(const bool recorded, Finds("SELECT 1 FROM step WHERE step = ?", step.step));
  if (recorded) return absl::OkStatus();
  std::vector<int64_t> rows;
  for (const ConsumedRollout& consumed : step.consumed) {
    WHET_ASSIGN_OR_RETURN(const int64_t row, ConsumableRow(consumed.id, step.batch));
    rows.push_back(row);
  }
  std::vector<int64_t> sorted = rows;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return absl::InvalidArgumentError(absl::StrCat("step ", step.step, " has a rollout twice"));
  }
  WHET_RETURN_IF_ERROR(
      database_->Prepared("INSERT INTO step (step, batch, metrics, timings) VALUES (?, ?, ?, ?)")
          .Bind(step.step, step.batch, step.metrics, step.timings)
          .Run());
  SqliteStatement& insert = database_->Prepared(
      "INSERT INTO step_rollout (step, position, rollout, advantage) VALUES (?, ?, ?, ?)");
  SqliteStatement& train = database_->Prepared("UPDATE rollout SET disposition = ? WHERE id = ?");
  for (size_t i = 0; i < rows.size(); ++i) {
    WHET_RETURN_IF_ERROR(
        insert.Bind(step.step, static_cast<int64_t>(i), rows[i], step.consumed[i].advantage).Run());
    WHET_RETURN_IF_ERROR(train.Bind(static_cast<int64_t>(Disposition::kTrained), rows[i]).Run());
  }
  return absl::OkStatus();
}

absl::Status LedgerTables::AddCheckpoint(const CheckpointRecord& checkpoint) {
  WHET_ASSIGN_OR_RETURN(const bool recorded,
                        Finds("SELECT 1 FROM step WHERE step = ?", checkpoint.step));
  if (!recorded && checkpoint.step != 0) {
    return NotThere(absl::StrCat("step ", checkpoint.step), "RecordStep");
  }
  return database_
      ->Prepared("INSERT INTO checkpoint (step, path) VALUES (?, ?) ON CONFLICT DO NOTHING")
      .Bind(checkpoint.step, checkpoint.path)
      .Run();
}

absl::Status LedgerTables::ForgetCheckpoint(int64_t step) {
  return database_->Prepared("DELETE FROM checkpoint WHERE step = ?").Bind(step).Run();
}

absl::Status LedgerTables::AddEvaluation(const EvaluationRecord& evaluation) {
  return database_
      ->Prepared("INSERT INTO evaluation (step, metrics) VALUES (?, ?) ON CONFLICT DO NOTHING")
      .Bind(evaluation.step, evaluation.metrics)
      .Run();
}

absl::StatusOr<int64_t> LedgerTables::BeginRescoring(const RescoringRecord& rescoring) {
  WHET_RETURN_IF_ERROR(
      database_->Prepared("INSERT INTO rescoring (rules, judged, version) VALUES (?, ?, ?)")
          .Bind(rescoring.rules, rescoring.judged, rescoring.version)
          .Run());
  return database_->inserted_row();
}

absl::Status LedgerTables::CheckRescoring(int64_t id) {
  WHET_ASSIGN_OR_RETURN(const bool begun, Finds("SELECT 1 FROM rescoring WHERE id = ?", id));
  return begun ? absl::OkStatus() : NotThere(absl::StrCat("rescoring ", id), "BeginRescoring");
}

absl::Status LedgerTables::AddRescored(int64_t rescoring, const RolloutId& id,
                                       const RescoredRecord& rescored) {
  WHET_RETURN_IF_ERROR(CheckRescoring(rescoring));
  WHET_ASSIGN_OR_RETURN(const int64_t row, RowOf(id));
  WHET_RETURN_IF_ERROR(
      database_
          ->Prepared("INSERT INTO rescored (rescoring, rollout, reward) VALUES (?, ?, ?) "
                     "ON CONFLICT DO NOTHING")
          .Bind(rescoring, row, rescored.reward.total)
          .Run());
  if (database_->changed() == 0) return absl::OkStatus();
  SqliteStatement& insert = database_->Prepared(
      "INSERT INTO rescored_part (rescoring, rollout, position, rule, value, verdict, message) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (size_t i = 0; i < rescored.reward.parts.size(); ++i) {
    const RewardPart& part = rescored.reward.parts[i];
    WHET_RETURN_IF_ERROR(insert
                             .Bind(rescoring, row, static_cast<int64_t>(i), rescored.rules[i],
                                   part.value, VerdictNumber(part), part.message)
                             .Run());
  }
  return absl::OkStatus();
}

absl::Status LedgerTables::FinishRescoring(int64_t id) {
  WHET_RETURN_IF_ERROR(CheckRescoring(id));
  return database_->Prepared("UPDATE rescoring SET finished = 1 WHERE id = ?").Bind(id).Run();
}

}  // namespace whet
