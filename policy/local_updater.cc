#include "policy/local_updater.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status.h"
#include "policy/packed_decoder.h"
#include "policy/row_operations.h"
#include "policy/torch_guard.h"
#include "policy/torch_types.h"

namespace whet {
namespace {

constexpr int64_t kSkippedInARowMax = 3;

// Hidden states of the scored rows, [scored, H], from embedded rows [N, H].
at::Tensor ScoredRows(const Weights& weights, const MicroBatch& micro, const at::Tensor& embedded) {
  std::vector<int64_t> rows;
  rows.reserve(micro.scored.size());
  for (const ScoredToken& token : micro.scored) rows.push_back(token.row);
  return DecodePacked(weights, embedded, micro.layout, rows);
}

std::vector<int64_t> TargetsOf(const MicroBatch& micro, absl::Span<const TrainSample> samples) {
  std::vector<int64_t> targets;
  targets.reserve(micro.scored.size());
  for (const ScoredToken& token : micro.scored) {
    targets.push_back(samples[token.sample].tokens[token.position]);
  }
  return targets;
}

// A token's loss, and its weight in the batch's.
struct WeightedLoss {
  TokenLoss loss;
  double weight;
};

// What a token's loss is made of besides its log-probability.
struct LossContext {
  const UpdaterOptions& options;
  const TrainBatch& batch;
  const MicroBatch& micro;
  const std::vector<int64_t>& sample_tokens;  // By sample of the batch.
  const std::vector<float>& reference;        // By scored token; empty without a reference.
};

WeightedLoss LossOf(const LossContext& c, size_t i, float logprob) {
  const ScoredToken& token = c.micro.scored[i];
  const TrainSample& sample = c.batch.samples[token.sample];
  if (c.options.objective == Objective::kSupervised) {
    TokenLoss loss = {};
    loss.loss = -static_cast<double>(logprob);
    loss.gradient = -1.0;
    return {loss, 1.0 / c.batch.normalizer_tokens};
  }
  const TokenLoss loss =
      LossOfToken(c.options.loss, {.logprob = logprob,
                                   .behavior_logprob = sample.behavior_logprobs[token.position],
                                   .reference_logprob = c.reference.empty() ? 0 : c.reference[i],
                                   .advantage = sample.advantage});
  return {loss, TokenWeight(c.options.loss, c.batch.normalizer_tokens, c.batch.normalizer_samples,
                            c.sample_tokens[token.sample])};
}

void AddTotals(const WeightedLoss& token, double difference, StepTotals* totals) {
  totals->loss += token.loss.loss * token.weight;
  totals->kl += token.loss.kl;
  totals->clipped_low += token.loss.clipped_low ? 1 : 0;
  totals->clipped_high += token.loss.clipped_high ? 1 : 0;
  totals->ratio_max = std::max(totals->ratio_max, token.loss.ratio);
  totals->difference += difference;
  totals->difference_max = std::max(totals->difference_max, difference);
}

void CheckBatch(const UpdaterOptions& options, const TrainBatch& batch) {
  WHET_CHECK(batch.normalizer_tokens > 0 && batch.normalizer_samples > 0);
  for (const TrainSample& sample : batch.samples) {
    WHET_CHECK(options.objective == Objective::kSupervised ||
               sample.behavior_logprobs.size() == sample.tokens.size());
  }
}

}  // namespace

LocalUpdater::LocalUpdater(const ModelConfig& config, std::string source, at::Tensor master,
                           const UpdaterOptions& options)
    : config_(config),
      source_(std::move(source)),
      options_(options),
      master_(std::move(master)),
      flat_(master_.to(ScalarTypeOf(options.compute.type))),  // Itself if it is of that type.
      gradient_(at::zeros_like(master_)),
      weights_(ViewWeights(config_, flat_, gradient_)),
      adam_(NewAdamWState(master_)) {
  weights_.rows_min = options_.compute.rows_min;
  if (options_.loss.kl_coefficient != 0.0) {
    reference_ = flat_.clone();
    reference_weights_ = ViewWeights(config_, reference_);
    reference_weights_.rows_min = options_.compute.rows_min;
  }
}

HeadOptions LocalUpdater::Head() const {
  HeadOptions head;
  head.temperature = options_.temperature;
  head.rows_min = options_.compute.rows_min;
  return head;
}

absl::StatusOr<StepStats> LocalUpdater::Step(const TrainBatch& batch) {
  CheckBatch(options_, batch);
  UseThreads(options_.compute.threads);
  return CatchTorch([&]() -> absl::StatusOr<StepStats> {
    gradient_.zero_();
    StepTotals totals;
    for (const MicroBatch& micro : PackSamples(batch.samples, options_.micro_batch_tokens)) {
      Accumulate(micro, batch, &totals);
    }
    return Update(totals);
  });
}

StepStats LocalUpdater::Skip() {
  ++steps_;
  StepStats stats = {};
  stats.step = steps_;
  stats.lr = LearningRate(options_.lr, steps_);
  stats.skipped = true;
  return stats;
}

void LocalUpdater::Accumulate(const MicroBatch& micro, const TrainBatch& batch,
                              StepTotals* totals) {
  const std::vector<int64_t> targets = TargetsOf(micro, batch.samples);
  std::vector<int64_t> sample_tokens(batch.samples.size());
  for (const ScoredToken& token : micro.scored) ++sample_tokens[token.sample];
  const std::vector<float> reference = ReferenceLogprobs(micro, targets);
  const LossContext context = {.options = options_,
                               .batch = batch,
                               .micro = micro,
                               .sample_tokens = sample_tokens,
                               .reference = reference};
  std::vector<WeightedLoss> losses(targets.size());

  const at::Tensor ids = IdTensor(micro.ids, flat_.device());
  const at::Tensor embedded = Embed(weights_.embedding, ids).requires_grad_(true);  // [N, H]
  const at::Tensor rows = ScoredRows(weights_, micro, embedded);                    // [scored, H]
  const ScoredTokens scored = ScoreTokensWithBackward(
      rows.detach(), weights_.head, targets,
      [&](size_t i, float logprob, float) {
        losses[i] = LossOf(context, i, logprob);
        return TokenGradient{static_cast<float>(losses[i].loss.gradient * losses[i].weight), 0.0F};
      },
      Head());
  rows.backward(scored.d_hidden);
  AddEmbeddingGradient(embedded.grad(), ids, weights_.embedding);

  for (size_t i = 0; i < losses.size(); ++i) {
    const ScoredToken& token = micro.scored[i];
    const TrainSample& sample = batch.samples[token.sample];
    const float logprob = scored.statistics.logprobs[i];
    const double difference =
        sample.behavior_logprobs.empty()
            ? 0.0
            : std::abs(static_cast<double>(logprob) - sample.behavior_logprobs[token.position]);
    AddTotals(losses[i], difference, totals);
    totals->entropy += scored.statistics.entropies[i];
    totals->top += scored.statistics.is_top[i];
  }
  totals->tokens += static_cast<int64_t>(losses.size());
  totals->rows += static_cast<int64_t>(micro.ids.size());
}

std::vector<float> LocalUpdater::ReferenceLogprobs(const MicroBatch& micro,
                                                   const std::vector<int64_t>& targets) const {
  if (!reference_.defined()) return {};
  const at::NoGradGuard no_gradients;
  const at::Tensor embedded =
      Embed(reference_weights_.embedding, IdTensor(micro.ids, reference_.device()));
  return ScoreTokens(ScoredRows(reference_weights_, micro, embedded), reference_weights_.head,
                     targets, Head())
      .logprobs;
}

absl::StatusOr<StepStats> LocalUpdater::Update(const StepTotals& totals) {
  const at::NoGradGuard no_gradients;
  const double norm = NormOf(gradient_);
  const bool skipped = !std::isfinite(norm) || !std::isfinite(totals.loss);
  ++steps_;
  const double lr = LearningRate(options_.lr, steps_);
  skipped_in_a_row_ = skipped ? skipped_in_a_row_ + 1 : 0;
  if (skipped_in_a_row_ == kSkippedInARowMax) {
    return absl::FailedPreconditionError(absl::StrCat("loss or gradient was not finite in ",
                                                      kSkippedInARowMax,
                                                      " steps in a row, the last of "
                                                      "them step ",
                                                      steps_, "; try a smaller optimizer.lr"));
  }
  if (!skipped) {
    const SharedMemoryUse::Writing writing(use_.get());
    const double longest = options_.gradient_norm_max;
    // As torch.nn.utils.clip_grad_norm_ does it.
    if (longest > 0) gradient_.mul_(std::min(1.0, longest / (norm + 1e-6)));
    AdamWStep({.beta1 = options_.beta1,
               .beta2 = options_.beta2,
               .epsilon = options_.epsilon,
               .weight_decay = options_.weight_decay},
              lr, {master_, gradient_, weights_.layout.decay_end}, &adam_);
    if (!flat_.is_alias_of(master_)) flat_.copy_(master_);
  }
  if (reference_.defined() && options_.reference_steps > 0 &&
      steps_ % options_.reference_steps == 0) {
    reference_.copy_(flat_);
  }
  const double tokens = std::max(1.0, static_cast<double>(totals.tokens));
  return StepStats{.step = steps_,
                   .lr = lr,
                   .loss = totals.loss,
                   .gradient_norm = norm,
                   .skipped = skipped,
                   .tokens = totals.tokens,
                   .tokens_computed = totals.rows,
                   .entropy = totals.entropy / tokens,
                   .kl = totals.kl / tokens,
                   .clip_low_share = static_cast<double>(totals.clipped_low) / tokens,
                   .clip_high_share = static_cast<double>(totals.clipped_high) / tokens,
                   .ratio_max = totals.ratio_max,
                   .logprob_difference_mean = totals.difference / tokens,
                   .logprob_difference_max = totals.difference_max,
                   .accuracy = static_cast<double>(totals.top) / tokens};
}

std::shared_ptr<const WeightSet> LocalUpdater::Publish(PolicyVersion version) {
  Weights weights = ViewWeights(config_, flat_);
  weights.rows_min = options_.compute.rows_min;
  return std::make_shared<const WeightSet>(version, std::move(weights), use_);
}

absl::StatusOr<std::vector<std::vector<float>>> LocalUpdater::Logprobs(
    const std::vector<TrainSample>& samples) {
  UseThreads(options_.compute.threads);
  return CatchTorch([&]() -> absl::StatusOr<std::vector<std::vector<float>>> {
    const at::NoGradGuard no_gradients;
    std::vector<std::vector<float>> out(samples.size());
    for (const MicroBatch& micro : PackSamples(samples, options_.micro_batch_tokens)) {
      const at::Tensor embedded = Embed(weights_.embedding, IdTensor(micro.ids, flat_.device()));
      const TokenStatistics statistics = ScoreTokens(
          ScoredRows(weights_, micro, embedded), weights_.head, TargetsOf(micro, samples), Head());
      for (size_t i = 0; i < micro.scored.size(); ++i) {
        out[micro.scored[i].sample].push_back(statistics.logprobs[i]);
      }
    }
    return out;
  });
}

absl::StatusOr<std::unique_ptr<Updater>> MakeUpdater(const Checkpoint& checkpoint,
                                                     const UpdaterOptions& options) {
  UseThreads(options.compute.threads);
  return CatchTorch([&]() -> absl::StatusOr<std::unique_ptr<Updater>> {
    at::Tensor master;  // [total] f32
    if (options.random_weights.has_value()) {
      master = RandomFlat(checkpoint.config(), *options.random_weights);
    } else {
      WHET_ASSIGN_OR_RETURN(master, LoadFlat(checkpoint, at::kFloat));
    }
    return std::make_unique<LocalUpdater>(checkpoint.config(), checkpoint.directory(),
                                          master.to(TorchDeviceOf(options.compute.device)),
                                          options);
  });
}

}  // namespace whet
