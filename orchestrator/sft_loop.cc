#include "orchestrator/sft_loop.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/atomic_file.h"
#include "base/random.h"
#include "base/status.h"
#include "orchestrator/prompt_order.h"

namespace whet {
namespace {

constexpr absl::string_view kCheckpointPrefix = "step_";

std::vector<size_t> Epoch(uint64_t seed, size_t count, int64_t epoch) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  Shuffle(RandomKey(seed, RandomPurpose::kOrder).Child("rows").Child(static_cast<uint64_t>(epoch)),
          &order);
  return order;
}

}  // namespace

std::vector<size_t> SftRows(const SftOptions& options, size_t count, int64_t step) {
  std::vector<size_t> rows;
  const int64_t size = static_cast<int64_t>(count);
  int64_t position = (step - 1) * options.rows_per_step;
  while (static_cast<int64_t>(rows.size()) < options.rows_per_step) {
    const std::vector<size_t> order = Epoch(options.seed, count, position / size);
    const int64_t begin = position % size;
    const int64_t end =
        std::min(size, begin + options.rows_per_step - static_cast<int64_t>(rows.size()));
    rows.insert(rows.end(), order.begin() + begin, order.begin() + end);
    position += end - begin;
  }
  return rows;
}

absl::Status SftLoop::Run(const std::vector<TrainSample>& samples) {
  WHET_RETURN_IF_ERROR(Resume());
  Updater& updater = *parts_.updater;
  while (updater.steps() < options_.steps && !parts_.stop->load()) {
    std::vector<TrainSample> batch;
    for (const size_t i : SftRows(options_, samples.size(), updater.steps() + 1)) {
      batch.push_back(samples[i]);
    }
    WHET_ASSIGN_OR_RETURN(const StepStats stats, updater.Step(WholeBatch(std::move(batch))));
    WHET_RETURN_IF_ERROR(parts_.on_step(stats));
    const int64_t every = options_.checkpoint_every_steps;
    if (every > 0 && stats.step % every == 0) WHET_RETURN_IF_ERROR(WriteCheckpoint());
  }
  const bool is_written = !checkpoints_.empty() && checkpoints_.back() == updater.steps();
  return is_written ? absl::OkStatus() : WriteCheckpoint();
}

absl::Status SftLoop::Resume() {
  const RunPaths& paths = parts_.run->paths();
  WHET_ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(paths.checkpoints()));
  for (absl::string_view name : names) {
    int64_t step = 0;
    if (absl::ConsumePrefix(&name, kCheckpointPrefix) && absl::SimpleAtoi(name, &step)) {
      checkpoints_.push_back(step);
    }
  }
  std::sort(checkpoints_.begin(), checkpoints_.end());
  if (checkpoints_.empty()) return absl::OkStatus();
  return parts_.updater->Restore(
      absl::StrCat(paths.directory(), "/", RunPaths::CheckpointName(checkpoints_.back())));
}

absl::Status SftLoop::WriteCheckpoint() {
  const auto path = [&](int64_t step) {
    return absl::StrCat(parts_.run->paths().directory(), "/", RunPaths::CheckpointName(step));
  };
  const int64_t step = parts_.updater->steps();
  WHET_ASSIGN_OR_RETURN(AtomicDirectory directory, AtomicDirectory::Create(path(step)));
  WHET_RETURN_IF_ERROR(parts_.updater->Save(directory.temporary_path()));
  WHET_RETURN_IF_ERROR(directory.Commit());
  checkpoints_.push_back(step);
  const size_t kept = static_cast<size_t>(options_.checkpoints_kept);
  while (kept > 0 && checkpoints_.size() > kept) {
    WHET_RETURN_IF_ERROR(RemoveAll(path(checkpoints_.front())));
    checkpoints_.erase(checkpoints_.begin());
  }
  return absl::OkStatus();
}

}  // namespace whet
