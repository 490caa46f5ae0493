#include "rollout/local_source.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace whet {

absl::Status LocalSource::Request(std::vector<RolloutRequest> requests) {
  const size_t waiting = waiting_.size();
  std::vector<RolloutId> ids;
  for (RolloutRequest& request : requests) {
    ids.push_back(request.id);
    waiting_.push_back(std::move(request));
  }
  const absl::Status status = Submit();
  if (status.ok()) return status;
  // All of them or none: those before the one that was refused have been taken already.
  const size_t handed_over = waiting + ids.size() - waiting_.size();
  for (size_t i = 0; i + waiting < handed_over; ++i) generator_->Cancel(ids[i]);
  waiting_.resize(std::min(waiting, waiting_.size()));
  return status;
}

absl::Status LocalSource::Submit() {
  while (!waiting_.empty()) {
    absl::Status status = generator_->Submit(waiting_.front());
    if (absl::IsResourceExhausted(status)) return absl::OkStatus();
    if (!status.ok()) return status;
    waiting_.pop_front();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Rollout>> LocalSource::Wait() {
  std::vector<Rollout> finished;
  while (finished.empty() && (generator_->busy() || !waiting_.empty())) {
    WHET_RETURN_IF_ERROR(generator_->Step(&finished));
    WHET_RETURN_IF_ERROR(Submit());
  }
  return finished;
}

absl::Status LocalSource::Publish(std::shared_ptr<const WeightSet> weights) {
  generator_->SetWeights(std::move(weights));
  return absl::OkStatus();
}

}  // namespace whet
