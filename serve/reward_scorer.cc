#include "serve/reward_scorer.h"

#include <memory>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "base/status.h"

namespace whet::serve {
namespace {

constexpr int64_t kTokensMax = int64_t{1} << 24;

std::shared_ptr<const Prompt> PromptOf(const VerifierSample& sample) {
  auto prompt = std::make_shared<Prompt>();
  prompt->question = sample.prompt;
  prompt->text = sample.prompt;
  prompt->ground_truth = sample.ground_truth;
  prompt->data_source = sample.data_source;
  prompt->extra = sample.extra.empty() ? "{}" : sample.extra;
  return prompt;
}

absl::StatusOr<Rollout> RolloutOf(const RewardSample& sample) {
  Rollout rollout = {};
  rollout.finish = sample.sample.finished ? Finish::kStop : Finish::kLength;
  rollout.tokens = sample.token_ids;
  if (!rollout.tokens.empty()) return rollout;
  if (sample.sample.completion_tokens < 0 || sample.sample.completion_tokens > kTokensMax) {
    return absl::InvalidArgumentError("a number of tokens that cannot be");
  }
  rollout.tokens.resize(static_cast<size_t>(sample.sample.completion_tokens));
  std::iota(rollout.tokens.begin(), rollout.tokens.end(), 0);
  return rollout;
}

// Samples that follow each other, of one group.
struct Group {
  RolloutGroup group;
  std::vector<std::string> texts;
};

absl::StatusOr<std::vector<Group>> GroupsOf(absl::Span<const RewardSample> samples) {
  std::vector<Group> groups;
  for (size_t i = 0; i < samples.size(); ++i) {
    const std::string& name = samples[i].group;
    if (i == 0 || name.empty() || name != samples[i - 1].group) {
      groups.emplace_back().group.prompt = PromptOf(samples[i].sample);
    }
    WHET_ASSIGN_OR_RETURN(Rollout rollout, RolloutOf(samples[i]));
    groups.back().group.rollouts.push_back(std::move(rollout));
    groups.back().texts.push_back(samples[i].sample.completion);
  }
  return groups;
}

}  // namespace

RewardScorer::RewardScorer(const Rewarder* rewarder, const RewardScorerOptions& options)
    : rewarder_(rewarder), admission_(options.calls, options.calls_waiting) {}

absl::StatusOr<std::vector<Reward>> RewardScorer::Score(absl::Span<const RewardSample> samples,
                                                        absl::Duration patience) {
  WHET_ASSIGN_OR_RETURN(const std::vector<Group> groups, GroupsOf(samples));
  std::vector<GroupTexts> views;
  views.reserve(groups.size());
  for (const Group& group : groups) views.push_back({group.group, group.texts});
  if (!admission_.Enter(patience)) {
    return absl::ResourceExhaustedError("too much to judge now; try again later");
  }
  absl::StatusOr<std::vector<std::vector<Reward>>> judged = rewarder_->Score(views, /*step=*/0);
  admission_.Leave();
  WHET_RETURN_IF_ERROR(judged.status());
  std::vector<Reward> rewards;
  rewards.reserve(samples.size());
  for (std::vector<Reward>& group : *judged) {
    for (Reward& reward : group) rewards.push_back(std::move(reward));
  }
  return rewards;
}

}  // namespace whet::serve
