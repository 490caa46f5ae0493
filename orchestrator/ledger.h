// The record of a run: everything that was prompted, sampled, judged and trained on, in one SQLite
// file. What it holds is never done again; what it does not hold never happened.
//
// docs/formats.md has the tables. The rules that callers and later readers rely on:
//   - A rollout is its id. Adding one that is there is a no-op, and so is everything else here that
//     is added twice, but events and rescorings: a run that starts again adds what it has, and the
//     ledger keeps the first.
//   - A rollout is of a lease, a lease of a prompt; what is of something that is not there is
//   refused.
//   - Every rollout has one disposition; it leaves kPending once.
//   - A step, the rollouts it consumed and their dispositions are one transaction. The steps that
//     consume a rollout are all of one batch.
#ifndef WHET_ORCHESTRATOR_LEDGER_H_
#define WHET_ORCHESTRATOR_LEDGER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rollout/prompt.h"
#include "rollout/reward.h"
#include "rollout/rollout.h"

namespace whet {

// What became of a rollout. The values are stored: keep them.
enum class Disposition {
  kPending = 0,     // Not decided yet.
  kTrained = 1,     // In the steps of exactly one rollout batch.
  kEqualGroup = 2,  // Its group's rewards were all equal.
  kStale = 3,       // Its policy was too old.
  kTruncated = 4,   // It reached tokens_max, and those are left out.
  kExcluded = 5,    // It could not be judged.
  kSurplus = 6,     // More was sampled than the batch needed.
  kCancelled = 7,
  kEvaluated = 8,  // Of an evaluation or of `whet sample`: never trained on.
};
absl::string_view DispositionName(Disposition disposition);  // "equal_group"

// A draw of a prompt that was handed out to be sampled.
struct LeaseRecord {
  RandomPurpose purpose;
  uint64_t prompt;
  int64_t draw;
  int64_t samples;  // Rollouts 0 … samples-1 are asked for.
  int64_t batch;  // Of training: the rollout batch, from 0. Of an evaluation: the step it is after.
};

// A finished rollout as it is kept.
struct RolloutRecord {
  Rollout rollout;
  std::string text;               // Decoded completion.
  std::optional<double> reward;   // Reward::total; absent too while it is not judged.
  bool judged;                    // AddReward was called for it.
  std::vector<RewardPart> parts;  // In the order of the rules that AddReward was given.
  Disposition disposition;
  std::vector<std::string> rules = {};  // Names of `parts`.
};

// Which rollouts are looked for.
struct RolloutFilter {
  RandomPurpose purpose;
  std::optional<int64_t> batch = std::nullopt;  // LeaseRecord::batch; absent: any.
  // Only those that were judged and found wrong: by the first verdict, or, where no rule gives one,
  // with a reward of 0 or less.
  bool wrong = false;
  int64_t limit;  // The first so many.
};

// A rollout's part in a step.
struct ConsumedRollout {
  RolloutId id;
  double advantage;
};

struct StepRecord {
  int64_t step;                           // From 1.
  int64_t batch;                          // From 0.
  std::vector<ConsumedRollout> consumed;  // In the order in which the batch held them.
  // Numbers of the step, as a JSON object: what metrics.jsonl shows. Those that depend on the clock
  // are apart, so that two runs can be compared.
  std::string metrics;
  std::string timings;
};

struct CheckpointRecord {
  int64_t step;      // It holds the state after this step; 0 is the start.
  std::string path;  // Relative to the run's directory.
};

struct EvaluationRecord {
  int64_t step;         // After which it was made.
  std::string metrics;  // A JSON object.
};

struct EventRecord {
  int64_t step;
  std::string kind;  // "started", "interrupted", "skipped_step"
  std::string message;
  absl::Time time = absl::InfinitePast();  // When it was added: the ledger's own, read only.
};

// Rules that were run once more, over what is recorded. What they gave stands beside what the run
// itself was given; nothing of the run is changed by it.
struct RescoringRecord {
  int64_t id = 0;                          // From 1: the ledger's own, read only.
  absl::Time time = absl::InfinitePast();  // When it was begun: the ledger's own, read only.
  std::string rules;                       // Their configuration as text.
  std::string judged;                      // Which rollouts, in words: "train, batch 3".
  std::string version;                     // Of whet.
  bool finished = false;  // FinishRescoring was called: all of them are rescored. Read only.
  int64_t rollouts = 0;   // That are rescored: read only.
};

// What a rescoring gave a rollout.
struct RescoredRecord {
  Reward reward;
  std::vector<std::string> rules;  // Names of reward.parts.
};

// What an open ledger says about its run.
struct RunRecord {
  std::string config;   // The whole configuration as text, as it was when the run began.
  std::string machine;  // What exactness depends on: CPU features, threads, element type; one line.
  std::string version;  // Of whet.
};

// The writing side. Thread-safe. Add… and Set… only queue, in order, and never wait but for room in
// the queue; a thread of the ledger's own commits what is queued in groups. After a failure to
// write every call returns it: nothing is ever trained on that could not be recorded. What was
// queued before it may be lost, what a waiting call confirmed is not.
//
// ResourceExhausted: the disk is full. FailedPrecondition: another process writes to it, it may not
// be written, or it is of a newer version. DataLoss: the file is damaged or no ledger, or the disk
// fails. Every message names the file and says what to do.
//
// InvalidArgument: what is added is wrong in itself (a reward that is no number, a rollout without
// a log-probability for each token), and the call says so at once and has done nothing; or it is of
// something that is not there, which counts as a failure to write, but loses nothing before it.
class Ledger {
 public:
  // Opens the ledger at `path` for writing, making it if there is none. One writer at a time.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(const std::string& path);
  // Writes what is queued. Flush() before it tells whether that can be done.
  virtual ~Ledger() = default;

  // Sets the run's record if there is none yet; returns the one that holds then.
  virtual absl::StatusOr<RunRecord> BeginRun(const RunRecord& run) = 0;

  virtual absl::Status AddPrompts(std::vector<std::shared_ptr<const Prompt>> prompts) = 0;
  virtual absl::Status AddLeases(std::vector<LeaseRecord> leases) = 0;
  virtual absl::Status AddRollout(Rollout rollout, std::string text) = 0;
  // `rules` names reward.parts, one by one.
  virtual absl::Status AddReward(const RolloutId& id, Reward reward,
                                 std::shared_ptr<const std::vector<std::string>> rules) = 0;
  // Of rollouts that are there and pending; others keep what they have. Neither kPending nor
  // kTrained, which only RecordStep gives.
  virtual absl::Status SetDisposition(std::vector<RolloutId> ids, Disposition disposition) = 0;
  virtual absl::Status AddEvent(EventRecord event) = 0;
  // Of a rescoring that was begun; `rules` as above.
  virtual absl::Status AddRescored(int64_t rescoring, const RolloutId& id, Reward reward,
                                   std::shared_ptr<const std::vector<std::string>> rules) = 0;

  // These wait until all that was queued before, and they, are on disk.
  //
  // The consumed rollouts, which must be pending or consumed by an earlier step of the same batch,
  // become kTrained. All or nothing.
  virtual absl::Status RecordStep(StepRecord step) = 0;
  // Of a step that is recorded, or 0.
  virtual absl::Status RecordCheckpoint(CheckpointRecord checkpoint) = 0;
  virtual absl::Status ForgetCheckpoint(int64_t step) = 0;
  virtual absl::Status RecordEvaluation(EvaluationRecord evaluation) = 0;
  // Returns the id of the new rescoring.
  virtual absl::StatusOr<int64_t> BeginRescoring(RescoringRecord rescoring) = 0;
  virtual absl::Status FinishRescoring(int64_t id) = 0;
  virtual absl::Status Flush() = 0;
};

// The reading side: a snapshot at each call, while a run writes or after it. Not thread-safe; each
// thread opens its own. NotFound if there is no file at `path`, or nothing in it yet; else as
// above. A ledger of an older version is read as it is.
//
// Where its directory may not be written (a copy on a read-only disk), it can be read if it was
// closed properly or the files beside it are there too.
class LedgerReader {
 public:
  static absl::StatusOr<std::unique_ptr<LedgerReader>> Open(const std::string& path);
  virtual ~LedgerReader() = default;

  virtual absl::StatusOr<std::optional<RunRecord>> Run() = 0;
  // In the order in which they were added; without a batch those of all.
  virtual absl::StatusOr<std::vector<LeaseRecord>> Leases(RandomPurpose purpose,
                                                          std::optional<int64_t> batch) = 0;
  // Finished rollouts of one draw, by sample.
  virtual absl::StatusOr<std::vector<RolloutRecord>> Rollouts(RandomPurpose purpose,
                                                              uint64_t prompt, int64_t draw) = 0;
  // In the order of their leases, then by sample.
  virtual absl::StatusOr<std::vector<RolloutRecord>> FindRollouts(const RolloutFilter& filter) = 0;
  // By step.
  virtual absl::StatusOr<std::vector<StepRecord>> Steps() = 0;       // `consumed` is empty.
  virtual absl::StatusOr<std::optional<StepRecord>> LastStep() = 0;  // Absent before the first.
  virtual absl::StatusOr<std::vector<ConsumedRollout>> Consumed(int64_t step) = 0;
  virtual absl::StatusOr<std::vector<CheckpointRecord>> Checkpoints() = 0;
  virtual absl::StatusOr<std::vector<EvaluationRecord>> Evaluations() = 0;
  virtual absl::StatusOr<std::vector<EventRecord>> Events() = 0;
  virtual absl::StatusOr<std::vector<RescoringRecord>> Rescorings() = 0;  // By id.
  // Absent if that rescoring did not judge it.
  virtual absl::StatusOr<std::optional<RescoredRecord>> FindRescored(int64_t rescoring,
                                                                     const RolloutId& id) = 0;
  // `tokens` is empty: only the tokenizer knows them.
  virtual absl::StatusOr<std::optional<Prompt>> FindPrompt(uint64_t id) = 0;
  // How many rollouts have each disposition, in the order of the enumeration.
  virtual absl::StatusOr<std::vector<int64_t>> DispositionCounts() = 0;
};

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_LEDGER_H_
