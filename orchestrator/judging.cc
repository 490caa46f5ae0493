#include "orchestrator/judging.h"

#include <limits>
#include <utility>

#include "absl/status/statusor.h"

namespace whet {
namespace {

// Both queues hold what the owner has outstanding, who must never wait in Submit.
constexpr size_t kUnbounded = std::numeric_limits<size_t>::max();

}  // namespace

Judging::Judging(const Rewarder* rewarder, int threads, Clock* clock)
    : rewarder_(rewarder), clock_(clock), work_(kUnbounded), judged_(kUnbounded) {
  threads_.reserve(static_cast<size_t>(threads));
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

Judging::~Judging() {
  work_.Close();
  Drop();
  for (std::thread& thread : threads_) thread.join();
}

void Judging::Submit(const Work& work) {
  ++outstanding_;
  work_.Push(work);
}

void Judging::Drop() {
  while (work_.TryPop().has_value()) --outstanding_;
}

std::optional<Judging::Judged> Judging::TryTake() {
  std::optional<Judged> judged = judged_.TryPop();
  if (judged.has_value()) --outstanding_;
  return judged;
}

std::optional<Judging::Judged> Judging::Take() {
  if (outstanding_ == 0) return std::nullopt;
  --outstanding_;
  return judged_.Pop();
}

void Judging::Run() {
  while (const std::optional<Work> work = work_.Pop()) {
    const absl::Duration begin = clock_->Monotonic();
    absl::StatusOr<std::vector<Reward>> rewards =
        rewarder_->Score(GroupTexts{*work->group, work->texts}, work->step);
    judged_.Push({.index = work->index,
                  .status = rewards.status(),
                  .rewards = rewards.ok() ? *std::move(rewards) : std::vector<Reward>(),
                  .took = clock_->Monotonic() - begin});
  }
}

}  // namespace whet
