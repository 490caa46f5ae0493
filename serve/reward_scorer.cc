#include "serve/reward_scorer.h"

#include <memory>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "base/status.h"

namespace whet::serve {
namespace {

constexpr int64_t kTokensMax = int64_t{1} << 24;  // Of the samples of a call.

std::shared_ptr<const Prompt> PromptOf(const VerifierSample& sample) {
  auto prompt = std::make_shared<Prompt>();
  prompt->question = sample.prompt;
  prompt->text = sample.prompt;
  prompt->ground_truth = sample.ground_truth;
  prompt->data_source = sample.data_source;
  prompt->extra = sample.extra.empty() ? "{}" : sample.extra;
  return prompt;
}

// `tokens_left`: that the samples of the call may still have.
absl::StatusOr<Rollout> RolloutOf(const RewardSample& sample, int64_t* tokens_left) {
  Rollout rollout = {};
  rollout.finish = sample.sample.finished ? Finish::kStop : Finish::kLength;
  rollout.tokens = sample.token_ids;
  if (!rollout.tokens.empty()) return rollout;
  const int64_t tokens = sample.sample.completion_tokens;
  if (tokens < 0 || tokens > *tokens_left) {
    return absl::InvalidArgumentError("a number of tokens that cannot be, or too many in one call");
  }
  *tokens_left -= tokens;
  rollout.tokens.resize(static_cast<size_t>(tokens));
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
  int64_t tokens_left = kTokensMax;
  for (size_t i = 0; i < samples.size(); ++i) {
    const std::string& name = samples[i].group;
    if (i == 0 || name.empty() || name != samples[i - 1].group) {
      groups.emplace_back().group.prompt = PromptOf(samples[i].sample);
    }
    WHET_ASSIGN_OR_RETURN(Rollout rollout, RolloutOf(samples[i], &tokens_left));
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
  if (!admission_.Enter(patience)) {
    return absl::ResourceExhaustedError("too much to judge now; try again later");
  }
  absl::StatusOr<std::vector<Reward>> rewards = Judge(samples);
  admission_.Leave();
  return rewards;
}

absl::StatusOr<std::vector<Reward>> RewardScorer::Judge(absl::Span<const RewardSample> samples) {
  WHET_ASSIGN_OR_RETURN(const std::vector<Group> groups, GroupsOf(samples));
  std::vector<GroupTexts> views;
  views.reserve(groups.size());
  for (const Group& group : groups) views.push_back({group.group, group.texts});
  WHET_ASSIGN_OR_RETURN(std::vector<std::vector<Reward>> judged,
                        rewarder_->Score(views, /*step=*/0));
  std::vector<Reward> rewards;
  rewards.reserve(samples.size());
  for (std::vector<Reward>& group : judged) {
    for (Reward& reward : group) rewards.push_back(std::move(reward));
  }
  return rewards;
}

}  // namespace whet::serve
