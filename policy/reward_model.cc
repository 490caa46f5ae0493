#include "policy/reward_model.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/bounded_queue.h"
#include "base/check.h"
#include "base/status.h"
#include "policy/micro_batch.h"
#include "policy/packed_decoder.h"
#include "policy/row_operations.h"
#include "policy/torch_guard.h"
#include "policy/weight_set.h"
#include "policy/weights.h"

namespace whet {
namespace {

// Calls that wait for the model.
constexpr size_t kCallsMax = 64;

using Values = std::vector<absl::StatusOr<double>>;

// One call of Score, which waits for `done`.
struct Call {
  absl::Span<const std::vector<int32_t>> sequences;
  Values* values;
  absl::Notification* done;
};

absl::StatusOr<double> Finite(double value) {
  if (std::isfinite(value)) return value;
  return absl::InternalError("the model's value is not finite");
}

class RewardModel : public ScoreModel {
 public:
  // `head` [H] f32, on the CPU: the row of the label.
  RewardModel(std::shared_ptr<const WeightSet> weights, at::Tensor head,
              const RewardModelOptions& options)
      : weights_(std::move(weights)),
        head_(std::move(head)),
        options_(options),
        calls_(kCallsMax),
        thread_([this] { Work(); }) {}

  ~RewardModel() override {
    calls_.Close();
    thread_.join();
  }
  RewardModel(const RewardModel&) = delete;

  Values Score(absl::Span<const std::vector<int32_t>> sequences) override {
    Values values;
    absl::Notification done;
    WHET_CHECK(calls_.Push({.sequences = sequences, .values = &values, .done = &done}));
    done.WaitForNotification();
    return values;
  }

 private:
  void Work() {
    UseThreads(options_.compute.threads);
    while (const std::optional<Call> call = calls_.Pop()) {
      *call->values = Compute(call->sequences);
      call->done->Notify();
    }
  }

  Values Compute(absl::Span<const std::vector<int32_t>> sequences) const {
    Values values;
    std::vector<size_t> readable;
    std::vector<absl::Span<const int32_t>> texts;
    for (size_t i = 0; i < sequences.size(); ++i) {
      const absl::Span<const int32_t> text = WithoutPadding(sequences[i]);
      values.emplace_back(CheckLength(text));
      if (!values.back().status().ok()) continue;
      readable.push_back(i);
      texts.push_back(text);
    }
    size_t next = 0;
    for (const SequenceBatch& batch : PackSequences(texts, options_.micro_batch_tokens)) {
      const absl::StatusOr<std::vector<double>> computed = ValuesOf(batch);
      for (size_t i = 0; i < batch.last_rows.size(); ++i) {
        values[readable[next++]] =
            computed.ok() ? Finite((*computed)[i]) : absl::StatusOr<double>(computed.status());
      }
    }
    return values;
  }

  // Tokens behind the one that the value is taken at change nothing, since attention is causal.
  absl::Span<const int32_t> WithoutPadding(absl::Span<const int32_t> text) const {
    const std::optional<int64_t> pad = weights_->config().pad_id;
    while (pad.has_value() && !text.empty() && text.back() == *pad) text.remove_suffix(1);
    return text;
  }

  // 0 if it has a length that the model reads.
  absl::StatusOr<double> CheckLength(absl::Span<const int32_t> text) const {
    if (text.empty()) return absl::InvalidArgumentError("there is nothing to read");
    if (static_cast<int64_t>(text.size()) <= options_.tokens_max) return 0.0;
    return absl::InvalidArgumentError(absl::StrCat(
        text.size(), " tokens, more than the reward model's ", options_.tokens_max, ": no value"));
  }

  absl::StatusOr<std::vector<double>> ValuesOf(const SequenceBatch& batch) const {
    return CatchTorch([&]() -> absl::StatusOr<std::vector<double>> {
      const at::NoGradGuard no_gradients;
      const Weights& weights = weights_->weights();
      const at::Tensor embedded =
          Embed(weights.embedding, IdTensor(batch.ids, weights.flat.device()));
      const at::Tensor hidden = DecodePacked(weights, embedded, batch.layout, batch.last_rows)
                                    .to(at::kCPU, at::kFloat)
                                    .contiguous();  // [sequences, H]
      const int64_t width = hidden.size(1);
      const float* row = hidden.const_data_ptr<float>();
      const float* const head = head_.const_data_ptr<float>();
      std::vector<double> values;
      for (int64_t i = 0; i < hidden.size(0); ++i, row += width) {
        double value = 0;  // In a fixed order, whatever else is in the batch.
        for (int64_t j = 0; j < width; ++j) value += static_cast<double>(row[j]) * head[j];
        values.push_back(value);
      }
      return values;
    });
  }

  const std::shared_ptr<const WeightSet> weights_;
  const at::Tensor head_;  // [H] f32
  const RewardModelOptions options_;
  BoundedQueue<Call> calls_;
  std::thread thread_;
};

absl::StatusOr<int64_t> LabelOf(const Checkpoint& checkpoint, std::optional<int64_t> label) {
  const int64_t labels = checkpoint.config().labels;
  if (label.has_value() ? *label >= 0 && *label < labels : labels == 1) return label.value_or(0);
  const std::string range = absl::StrCat("from 0 to ", labels - 1);
  return absl::InvalidArgumentError(absl::StrCat(
      checkpoint.directory(), " has ", labels, labels == 1 ? " label" : " labels",
      label.has_value() ? absl::StrCat(", so that there is no label ", *label, "; choose one ")
                        : "; choose whose value is the reward by label, ",
      range));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ScoreModel>> MakeRewardModel(const Checkpoint& checkpoint,
                                                            const RewardModelOptions& options) {
  WHET_CHECK(checkpoint.config().kind == ModelKind::kRewardModel);
  WHET_ASSIGN_OR_RETURN(const int64_t label, LabelOf(checkpoint, options.label));
  UseThreads(options.compute.threads);
  WHET_ASSIGN_OR_RETURN(std::shared_ptr<const WeightSet> weights,
                        LoadWeightSet(checkpoint, options.compute));
  return CatchTorch([&]() -> absl::StatusOr<std::unique_ptr<ScoreModel>> {
    RewardModelOptions settled = options;
    const int64_t context = weights->config().positions_max;
    if (settled.tokens_max <= 0 || settled.tokens_max > context) settled.tokens_max = context;
    at::Tensor head =
        weights->weights().head.value.select(0, label).to(at::kCPU, at::kFloat).contiguous();
    return std::make_unique<RewardModel>(std::move(weights), std::move(head), settled);
  });
}

}  // namespace whet
