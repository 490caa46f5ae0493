#include "orchestrator/train_loop.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/check.h"
#include "base/crash_point.h"
#include "base/status.h"
#include "orchestrator/evaluator.h"
#include "orchestrator/step_metrics.h"
#include "text/json.h"

namespace whet {
namespace {

constexpr int64_t kEmptyBatchesMax = 3;
constexpr size_t kShownCompletions = 3;
constexpr char kProgressFile[] = "/trainer/progress.json";

std::vector<ShownCompletion> ShownOf(const std::vector<CollectedGroup>& groups) {
  std::vector<ShownCompletion> shown;
  for (const CollectedGroup& group : groups) {
    if (shown.size() == kShownCompletions) break;
    const Prompt& prompt = *group.rewarded.group.prompt;
    bool correct = false;
    for (const RewardPart& part : group.rewarded.rewards[0].parts) {
      correct = correct || part.verdict == Verdict::kCorrect;
    }
    shown.push_back({prompt.question, prompt.ground_truth, group.texts[0], correct});
  }
  return shown;
}

}  // namespace

TrainLoop::TrainLoop(const Parts& parts, const TrainOptions& options, Prompts prompts)
    : parts_(parts),
      options_(options),
      order_(std::move(prompts), options.seed),
      collector_({.source = parts.source,
                  .decode = parts.decode,
                  .rewarder = parts.rewarder,
                  .ledger = parts.ledger,
                  .reader = parts.reader,
                  .clock = parts.clock}),
      maker_({.collector = &collector_,
              .ledger = parts.ledger,
              .order = &order_,
              .rewarder = parts.rewarder},
             options.batch) {}

absl::StatusOr<TrainEnd> TrainLoop::Run() {
  WHET_RETURN_IF_ERROR(Resume());
  WHET_ASSIGN_OR_RETURN(const bool teaching, TrainBatches());
  if (checkpoints_.empty() || checkpoints_.back() != step()) {
    WHET_RETURN_IF_ERROR(WriteCheckpoint());
  }
  if (teaching && step() < options_.steps) {
    WHET_RETURN_IF_ERROR(parts_.ledger->AddEvent({step(), "interrupted", "asked to stop"}));
    WHET_RETURN_IF_ERROR(parts_.ledger->Flush());
    return TrainEnd::kInterrupted;
  }
  WHET_RETURN_IF_ERROR(EvaluateIfDue(/*is_last=*/true));
  WHET_RETURN_IF_ERROR(parts_.ledger->AddEvent({step(), "finished", ""}));
  WHET_RETURN_IF_ERROR(parts_.ledger->Flush());
  return teaching ? TrainEnd::kFinished : TrainEnd::kTaughtOut;
}

absl::StatusOr<bool> TrainLoop::TrainBatches() {
  step_begin_ = parts_.clock->Monotonic();
  while (step() < options_.steps && !parts_.stop->load()) {
    if (progress_.empty_batches == kEmptyBatchesMax) return false;
    // Only what is recorded is published.
    WHET_RETURN_IF_ERROR(parts_.source->Publish(parts_.updater->Publish(progress_.batch)));
    WHET_RETURN_IF_ERROR(EvaluateIfDue(/*is_last=*/false));
    parts_.view->OnPhase("generating");
    WHET_ASSIGN_OR_RETURN(const RolloutBatch batch, maker_.Make(progress_.batch, progress_.draws));
    WHET_RETURN_IF_ERROR(TrainOn(batch));
  }
  return progress_.empty_batches < kEmptyBatchesMax;
}

absl::Status TrainLoop::TrainOn(const RolloutBatch& batch) {
  const RandomKey key = RandomKey(options_.seed, RandomPurpose::kOrder)
                            .Child("minibatches")
                            .Child(static_cast<uint64_t>(batch.batch));
  const int64_t first = batch.batch * StepsPerBatch();
  bool is_first = true;
  for (int64_t epoch = 0; epoch < options_.inner_epochs; ++epoch) {
    const std::vector<std::vector<size_t>> parts = CutIntoParts(
        batch.samples.size(), options_.minibatches, key.Child(static_cast<uint64_t>(epoch)));
    for (int64_t i = 0; i < options_.minibatches; ++i) {
      // A checkpoint may have been written in the middle of a batch; a run may end there.
      if (step() > first + epoch * options_.minibatches + i) continue;
      if (step() == options_.steps || (parts_.stop->load() && !is_first)) return absl::OkStatus();
      const std::vector<size_t>& indices = parts[static_cast<size_t>(i)];
      const absl::Duration begin = parts_.clock->Monotonic();
      WHET_ASSIGN_OR_RETURN(const StepStats stats, Step(batch, indices));
      const absl::Duration end = parts_.clock->Monotonic();
      StepReport report = {
          .stats = stats,
          .batch = batch.metrics,
          .steps = options_.steps,
          .repeated = stats.step <= static_cast<int64_t>(recorded_.size()),
          .dropped_groups = batch.dropped_groups,
          .generating = is_first ? batch.collected.generating : absl::ZeroDuration(),
          .judging = is_first ? batch.collected.judging : absl::ZeroDuration(),
          .judging_threads = is_first ? batch.collected.judging_threads : absl::ZeroDuration(),
          .training = end - begin,
          .step = end - step_begin_,
          .sampled_tokens = is_first ? batch.collected.sampled_tokens : 0,
          .metrics = {},
          .timings = {}};
      report.metrics = MetricsJson(report, progress_.tokens).Dump();
      report.timings = TimingsJson(report).Dump();
      step_begin_ = end;
      is_first = false;
      WHET_RETURN_IF_ERROR(report.repeated ? CompareWithRecord(report)
                                           : Record(batch, indices, report));
      WHET_RETURN_IF_ERROR(parts_.view->OnStep(report));
      const int64_t every = options_.checkpoint_every_steps;
      const bool batch_ends = step() == first + StepsPerBatch();
      if (batch_ends) {
        ++progress_.batch;
        progress_.draws += batch.draws;
        progress_.tokens += batch.metrics.prompt_tokens + batch.metrics.completion_tokens;
        progress_.empty_batches = batch.samples.empty() ? progress_.empty_batches + 1 : 0;
      }
      if (every > 0 && step() % every == 0) WHET_RETURN_IF_ERROR(WriteCheckpoint());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<StepStats> TrainLoop::Step(const RolloutBatch& batch,
                                          const std::vector<size_t>& indices) {
  if (!indices.empty()) {
    parts_.view->OnPhase("training");
    return parts_.updater->Step(PartOf(batch.samples, indices, options_.minibatches));
  }
  WHET_RETURN_IF_ERROR(parts_.view->OnNote(absl::StrCat(
      "step ", step() + 1, ": no group taught anything, the weights stay as they are")));
  return parts_.updater->Skip();
}

absl::Status TrainLoop::Record(const RolloutBatch& batch, const std::vector<size_t>& indices,
                               const StepReport& report) const {
  StepRecord record = {.step = report.stats.step,
                       .batch = batch.batch,
                       .consumed = {},
                       .metrics = report.metrics,
                       .timings = report.timings};
  for (const size_t i : indices) {
    record.consumed.push_back({batch.ids[i], batch.samples[i].advantage});
  }
  CrashPoint("train:before_record");
  WHET_RETURN_IF_ERROR(parts_.ledger->RecordStep(std::move(record)));
  CrashPoint("train:after_record");
  return absl::OkStatus();
}

absl::Status TrainLoop::CompareWithRecord(const StepReport& report) {
  const StepRecord& record = recorded_[static_cast<size_t>(report.stats.step - 1)];
  if (record.metrics == report.metrics) return absl::OkStatus();
  const std::string note = absl::StrCat("step ", report.stats.step,
                                        " came out differently when it was repeated; this "
                                        "machine does not compute as the one before did");
  WHET_RETURN_IF_ERROR(parts_.ledger->AddEvent({report.stats.step, "differs", note}));
  return parts_.view->OnNote(note);
}

absl::Status TrainLoop::EvaluateIfDue(bool is_last) {
  if (options_.evaluation.prompts.empty() || last_evaluation_ == step()) return absl::OkStatus();
  const int64_t every = options_.evaluation.every_steps;
  const bool crossed =
      every > 0 && last_evaluation_.has_value() && step() / every > *last_evaluation_ / every;
  // A run that starts again may be in the middle of a batch.
  const bool batch_begins = step() == progress_.batch * StepsPerBatch();
  if (!is_last && !(batch_begins && (step() == 0 || crossed))) return absl::OkStatus();
  if (is_last) {
    WHET_RETURN_IF_ERROR(parts_.source->Publish(parts_.updater->Publish(progress_.batch)));
  }
  last_evaluation_ = step();
  return Evaluate(step());
}

absl::Status TrainLoop::Evaluate(int64_t step) {
  parts_.view->OnPhase("evaluating");
  const CollectRequest request = {.purpose = RandomPurpose::kEvaluation,
                                  .batch = step,
                                  .step = step,
                                  .samples = options_.evaluation.samples,
                                  .seed = options_.seed,
                                  .sampling = options_.evaluation.sampling};
  WHET_ASSIGN_OR_RETURN(Evaluated evaluated, EvaluatePrompts({.collector = &collector_,
                                                              .rewarder = parts_.rewarder,
                                                              .ledger = parts_.ledger},
                                                             request, options_.evaluation.prompts));
  collector_.TakeStats();  // A batch's own begin after it.
  return parts_.view->OnEvaluation(
      {.step = step, .metrics = std::move(evaluated.metrics), .shown = ShownOf(evaluated.groups)});
}

absl::Status TrainLoop::WriteCheckpoint() {
  parts_.view->OnPhase("writing a checkpoint");
  const std::string name = RunPaths::CheckpointName(step());
  const std::string path = absl::StrCat(parts_.run->paths().directory(), "/", name);
  WHET_RETURN_IF_ERROR(RemoveAll(path));  // One that was written and never recorded.
  WHET_ASSIGN_OR_RETURN(AtomicDirectory directory, AtomicDirectory::Create(path));
  WHET_RETURN_IF_ERROR(parts_.updater->Save(directory.temporary_path()));
  Json progress = Json::Object({{"batch", progress_.batch},
                                {"draws", progress_.draws},
                                {"tokens", progress_.tokens},
                                {"empty_batches", progress_.empty_batches}});
  if (last_evaluation_.has_value()) progress.Set("last_evaluation", *last_evaluation_);
  WHET_RETURN_IF_ERROR(
      WriteFileAtomically(directory.temporary_path() + kProgressFile, progress.Dump()));
  WHET_RETURN_IF_ERROR(directory.Commit());
  CrashPoint("checkpoint:before_record");
  WHET_RETURN_IF_ERROR(parts_.ledger->RecordCheckpoint({step(), name}));
  CrashPoint("checkpoint:after_record");
  if (!absl::c_linear_search(checkpoints_, step())) checkpoints_.push_back(step());
  return RemoveOldCheckpoints();
}

absl::Status TrainLoop::RemoveOldCheckpoints() {
  const size_t kept = static_cast<size_t>(options_.checkpoints_kept);
  while (kept > 0 && checkpoints_.size() > kept) {
    // Forgotten first: what is recorded is there.
    WHET_RETURN_IF_ERROR(parts_.ledger->ForgetCheckpoint(checkpoints_.front()));
    checkpoints_.erase(checkpoints_.begin());
  }
  CrashPoint("checkpoint:before_remove");
  std::vector<std::string> recorded;
  recorded.reserve(checkpoints_.size());
  for (const int64_t step : checkpoints_) recorded.push_back(RunPaths::CheckpointName(step));
  // Besides those that were forgotten now: what a crash left of one that was being written or
  // removed.
  const std::string& run = parts_.run->paths().directory();
  WHET_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                        ListDirectory(parts_.run->paths().checkpoints()));
  for (const std::string& name : names) {
    const std::string path = absl::StrCat("checkpoints/", name);
    if (!absl::StartsWith(name, "step_") || absl::c_linear_search(recorded, path)) continue;
    WHET_RETURN_IF_ERROR(RemoveAll(absl::StrCat(run, "/", path)));
  }
  return absl::OkStatus();
}

absl::Status TrainLoop::Resume() {
  WHET_ASSIGN_OR_RETURN(recorded_, parts_.reader->Steps());
  WHET_ASSIGN_OR_RETURN(const std::vector<CheckpointRecord> checkpoints,
                        parts_.reader->Checkpoints());
  for (const CheckpointRecord& checkpoint : checkpoints) checkpoints_.push_back(checkpoint.step);
  WHET_RETURN_IF_ERROR(parts_.ledger->AddEvent(
      {static_cast<int64_t>(recorded_.size()), recorded_.empty() ? "started" : "resumed", ""}));
  WHET_RETURN_IF_ERROR(RemoveOldCheckpoints());
  if (checkpoints.empty()) return absl::OkStatus();
  const std::string path =
      absl::StrCat(parts_.run->paths().directory(), "/", checkpoints.back().path);
  if (!PathExists(path)) {
    return absl::DataLossError(absl::StrCat("the checkpoint ", path,
                                            ", from which the run goes on, is gone; put it back, "
                                            "or give --run another directory"));
  }
  WHET_RETURN_IF_ERROR(parts_.updater->Restore(path));
  WHET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path + kProgressFile));
  const absl::StatusOr<Json> json = Json::Parse(text);
  if (!json.ok()) return Annotate(json.status(), path + kProgressFile);
  WHET_ASSIGN_OR_RETURN(progress_.batch, json->GetInt("batch"));
  WHET_ASSIGN_OR_RETURN(progress_.draws, json->GetInt("draws"));
  WHET_ASSIGN_OR_RETURN(progress_.tokens, json->GetInt("tokens"));
  WHET_ASSIGN_OR_RETURN(progress_.empty_batches, json->GetInt("empty_batches"));
  if (json->Find("last_evaluation") != nullptr) {
    WHET_ASSIGN_OR_RETURN(last_evaluation_, json->GetInt("last_evaluation"));
    // What later ones are compared with: the ledger has it whole.
    return Evaluate(0);
  }
  return absl::OkStatus();
}

}  // namespace whet
