// A generator that finishes what it is told, without a model.
#ifndef WHET_TESTS_FAKES_FAKE_GENERATOR_H_
#define WHET_TESTS_FAKES_FAKE_GENERATOR_H_

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "rollout/generator.h"

namespace whet {

// Finishes one queued completion a round, the one that was queued last, with the token 7 as often
// as its sample index plus 1 says. Holds at most `queue_max`; refuses prompts that begin with -1.
class FakeGenerator : public Generator {
 public:
  explicit FakeGenerator(size_t queue_max) : queue_max_(queue_max) {}

  absl::Status Submit(RolloutRequest request) override {
    if (!request.prompt.empty() && request.prompt[0] == -1) {
      return absl::InvalidArgumentError("a prompt that begins with -1");
    }
    for (const RolloutRequest& queued : queued_) {
      if (queued.id == request.id) return absl::AlreadyExistsError(request.id.Text());
    }
    if (queued_.size() == queue_max_) return absl::ResourceExhaustedError("full");
    queued_.push_back(std::move(request));
    largest_queue_ = std::max(largest_queue_, queued_.size());
    return absl::OkStatus();
  }

  absl::Status Step(std::vector<Rollout>* finished) override {
    if (queued_.empty()) return absl::OkStatus();
    const RolloutRequest request = std::move(queued_.back());
    queued_.pop_back();
    const size_t length = static_cast<size_t>(request.id.sample) + 1;
    finished->push_back({.id = request.id,
                         .tokens = std::vector<int32_t>(length, 7),
                         .logprobs = std::vector<float>(length, -0.5F),
                         .spans = {{0, static_cast<int64_t>(length), SpanKind::kSampled, 0}},
                         .finish = Finish::kStop});
    ++sampled_;
    return absl::OkStatus();
  }

  bool busy() const override { return !queued_.empty(); }

  void Cancel(const RolloutId& id) override {
    std::erase_if(queued_, [&](const RolloutRequest& request) { return request.id == id; });
  }

  absl::Status Suspend(const RolloutId&) override { return absl::UnimplementedError("fake"); }
  absl::Status Continue(const RolloutId&, absl::Span<const int32_t>) override {
    return absl::UnimplementedError("fake");
  }
  void SetWeights(std::shared_ptr<const WeightSet>) override {}

  size_t queued() const { return queued_.size(); }
  size_t largest_queue() const { return largest_queue_; }
  int sampled() const { return sampled_; }

 private:
  const size_t queue_max_;
  std::vector<RolloutRequest> queued_;
  size_t largest_queue_ = 0;
  int sampled_ = 0;
};

}  // namespace whet

#endif  // WHET_TESTS_FAKES_FAKE_GENERATOR_H_
