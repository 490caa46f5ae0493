#include "orchestrator/rollout_batch.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status.h"

namespace whet {
namespace {

TrainSample SampleOf(const Prompt& prompt, const Rollout& rollout, float advantage) {
  TrainSample sample = {.tokens = prompt.tokens,
                        .loss_mask = std::vector<bool>(prompt.tokens.size(), false),
                        .behavior_logprobs = std::vector<float>(prompt.tokens.size(), 0.0F),
                        .advantage = advantage};
  sample.tokens.insert(sample.tokens.end(), rollout.tokens.begin(), rollout.tokens.end());
  sample.behavior_logprobs.insert(sample.behavior_logprobs.end(), rollout.logprobs.begin(),
                                  rollout.logprobs.end());
  for (const Span& span : rollout.spans) {
    sample.loss_mask.insert(sample.loss_mask.end(), static_cast<size_t>(span.end - span.begin),
                            span.kind == SpanKind::kSampled);
  }
  return sample;
}

GroupRewards TotalsOf(const RewardedGroup& group) {
  GroupRewards totals;
  for (const Reward& reward : group.rewards) totals.push_back(reward.total);
  return totals;
}

// Of a rollout that is excluded none is there.
GroupParts PartsOf(const RewardedGroup& group, size_t rules) {
  GroupParts parts;
  for (const Reward& reward : group.rewards) {
    std::vector<std::optional<double>>& values = parts.emplace_back(rules);
    if (!reward.total.has_value()) continue;
    for (size_t k = 0; k < rules; ++k) values[k] = reward.parts[k].value;
  }
  return parts;
}

// Whether no rule with a weight tells the group's rollouts apart.
bool HasEqualParts(const RewardedGroup& group, absl::Span<const double> weights) {
  const GroupParts parts = PartsOf(group, weights.size());
  for (size_t k = 0; k < weights.size(); ++k) {
    GroupRewards values;
    for (const std::vector<std::optional<double>>& row : parts) values.push_back(row[k]);
    if (weights[k] != 0 && !IsEqualGroup(values)) return false;
  }
  return true;
}

}  // namespace

// Sorts the groups of one batch into those that teach something and the rest.
class RolloutBatchMaker::Sorting {
 public:
  // `weights`: of the rules, at the batch's first step.
  Sorting(const RolloutBatchOptions& options, std::vector<double> weights)
      : options_(options), weights_(std::move(weights)) {}

  void Add(CollectedGroup group) {
    const GroupRewards totals = TotalsOf(group.rewarded);
    const bool equal = options_.normalize_then_sum ? HasEqualParts(group.rewarded, weights_)
                                                   : IsEqualGroup(totals);
    const bool nothing = std::none_of(totals.begin(), totals.end(),
                                      [](const auto& total) { return total.has_value(); });
    const bool dropped = nothing || (equal && options_.drop_equal_groups);
    dropped_ += dropped ? 1 : 0;
    groups_.push_back(std::move(group));
    teaches_.push_back(!dropped);
  }

  int64_t teaching() const { return static_cast<int64_t>(groups_.size()) - dropped_; }

  absl::StatusOr<RolloutBatch> Finish(const Parts& parts, int64_t batch) {
    RolloutBatch out = {.batch = batch,
                        .draws = static_cast<int64_t>(groups_.size()),
                        .samples = {},
                        .ids = {},
                        .dropped_groups = dropped_,
                        .metrics = MetricsOf(groups_, parts.rewarder->rule_names()),
                        .collected = parts.collector->TakeStats()};
    WHET_RETURN_IF_ERROR(CheckExcluded(out.metrics));
    const Advantages advantages = AdvantagesOfTeaching();
    size_t taught = 0;
    for (size_t i = 0; i < groups_.size(); ++i) {
      AddGroup(groups_[i].rewarded, teaches_[i] ? &advantages[taught++] : nullptr, &out);
    }
    for (auto& [disposition, ids] : rest_) {
      WHET_RETURN_IF_ERROR(parts.ledger->SetDisposition(std::move(ids), disposition));
    }
    return out;
  }

 private:
  Advantages AdvantagesOfTeaching() const {
    std::vector<GroupRewards> totals;
    std::vector<GroupParts> parts;
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (!teaches_[i]) continue;
      totals.push_back(TotalsOf(groups_[i].rewarded));
      parts.push_back(PartsOf(groups_[i].rewarded, weights_.size()));
    }
    return options_.normalize_then_sum
               ? NormalizeThenSumAdvantages(parts, weights_, options_.advantage.epsilon)
               : GroupAdvantages(totals, options_.advantage);
  }

  // `advantages`: nullptr if nothing of the group is learnt.
  void AddGroup(const RewardedGroup& group, const std::vector<float>* advantages,
                RolloutBatch* out) {
    for (size_t i = 0; i < group.rewards.size(); ++i) {
      const Rollout& rollout = group.group.rollouts[i];
      if (!group.rewards[i].total.has_value()) {
        Leave(rollout, Disposition::kExcluded);
      } else if (advantages == nullptr) {
        Leave(rollout, Disposition::kEqualGroup);
      } else if (options_.mask_truncated && rollout.finish == Finish::kLength) {
        Leave(rollout, Disposition::kTruncated);
      } else {
        out->samples.push_back(SampleOf(*group.group.prompt, rollout, (*advantages)[i]));
        out->ids.push_back(rollout.id);
      }
    }
  }

  void Leave(const Rollout& rollout, Disposition disposition) {
    for (auto& [known, ids] : rest_) {
      if (known == disposition) ids.push_back(rollout.id);
    }
  }

  absl::Status CheckExcluded(const BatchMetrics& metrics) const {
    const double share = static_cast<double>(metrics.excluded) /
                         static_cast<double>(std::max<int64_t>(1, metrics.rollouts));
    if (share <= options_.excluded_share_max) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrFormat(
        "%d of %d rollouts could not be judged, more than rollout.excluded_share_max %g; the first "
        "of them: %s",
        metrics.excluded, metrics.rollouts, options_.excluded_share_max, metrics.excluded_because));
  }

  const RolloutBatchOptions& options_;
  const std::vector<double> weights_;
  std::vector<CollectedGroup> groups_;
  std::vector<bool> teaches_;
  int64_t dropped_ = 0;
  std::vector<std::pair<Disposition, std::vector<RolloutId>>> rest_ = {
      {Disposition::kExcluded, {}}, {Disposition::kEqualGroup, {}}, {Disposition::kTruncated, {}}};
};

absl::StatusOr<RolloutBatch> RolloutBatchMaker::Make(int64_t batch, int64_t first_draw) {
  const CollectRequest request = {.purpose = RandomPurpose::kTrain,
                                  .batch = batch,
                                  .step = batch * options_.steps_per_batch + 1,
                                  .samples = options_.group_size,
                                  .seed = options_.seed,
                                  .sampling = options_.sampling};
  const int64_t draws_max = static_cast<int64_t>(
      std::ceil(options_.draws_max_ratio * static_cast<double>(options_.groups_per_batch)));
  Sorting sorting(options_, parts_.rewarder->WeightsAt(request.step));
  int64_t drawn = 0;
  while (sorting.teaching() < options_.groups_per_batch && drawn < draws_max) {
    const int64_t wave =
        std::min(options_.groups_per_batch - sorting.teaching(), draws_max - drawn);
    std::vector<Draw> draws;
    draws.reserve(static_cast<size_t>(wave));
    for (int64_t i = 0; i < wave; ++i) draws.push_back(parts_.order->At(first_draw + drawn + i));
    drawn += wave;
    WHET_ASSIGN_OR_RETURN(std::vector<CollectedGroup> groups,
                          parts_.collector->Collect(request, draws));
    for (CollectedGroup& group : groups) sorting.Add(std::move(group));
  }
  return sorting.Finish(parts_, batch);
}

std::vector<std::vector<size_t>> CutIntoParts(size_t samples, int64_t parts, const RandomKey& key) {
  std::vector<size_t> indices(samples);
  std::iota(indices.begin(), indices.end(), size_t{0});
  if (parts > 1) Shuffle(key, &indices);
  std::vector<std::vector<size_t>> out;
  const size_t count = static_cast<size_t>(parts);
  out.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    out.emplace_back(indices.begin() + static_cast<ptrdiff_t>(samples * i / count),
                     indices.begin() + static_cast<ptrdiff_t>(samples * (i + 1) / count));
  }
  return out;
}

TrainBatch PartOf(const std::vector<TrainSample>& samples, const std::vector<size_t>& indices,
                  int64_t parts) {
  TrainBatch batch = {};
  for (const size_t i : indices) batch.samples.push_back(samples[i]);
  const double count = static_cast<double>(parts);
  batch.normalizer_tokens = static_cast<double>(LossTokens(samples)) / count;
  batch.normalizer_samples = static_cast<double>(samples.size()) / count;
  return batch;
}

}  // namespace whet
