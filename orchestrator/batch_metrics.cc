#include "orchestrator/batch_metrics.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "rewards/advantage.h"
#include "rewards/completion.h"

namespace whet {
namespace {

double Share(int64_t part, int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

bool HasFinishedThought(const std::string& text) {
  const Completion completion = ParseCompletion(text, CompletionOptions());
  return std::any_of(completion.tags.begin(), completion.tags.end(),
                     [](const TagPosition& tag) { return tag.tag == Tag::kThoughtClose; });
}

// Counts over rollouts, one after another.
struct Counts {
  std::vector<double> rewards;
  std::vector<std::vector<double>> by_rule;
  int64_t judged = 0;
  int64_t correct = 0;
  int64_t thoughts = 0;
  int64_t terminated = 0;
  int64_t terminated_tokens = 0;
};

void CountReward(const Reward& reward, const std::vector<std::string>& rules, Counts* counts,
                 BatchMetrics* out) {
  if (reward.total.has_value()) {
    counts->rewards.push_back(*reward.total);
  } else if (out->excluded++ == 0) {
    out->excluded_because = WhyExcluded(reward, rules);
  }
  for (size_t i = 0; i < reward.parts.size(); ++i) {
    if (reward.parts[i].value.has_value()) counts->by_rule[i].push_back(*reward.parts[i].value);
  }
  const RewardPart* const part = JudgedPart(reward.parts);
  if (part != nullptr && !IsExcluded(*part->verdict)) {
    ++counts->judged;
    counts->correct += *part->verdict == Verdict::kCorrect ? 1 : 0;
  }
}

void CountRollout(const Rollout& rollout, Counts* counts, BatchMetrics* out) {
  const int64_t length = static_cast<int64_t>(rollout.tokens.size());
  out->length_min = out->rollouts == 0 ? length : std::min(out->length_min, length);
  out->length_max = std::max(out->length_max, length);
  out->completion_tokens += length;
  ++out->rollouts;
  if (rollout.finish == Finish::kLength) return;
  ++counts->terminated;
  counts->terminated_tokens += length;
}

}  // namespace

const RewardPart* JudgedPart(const std::vector<RewardPart>& parts) {
  for (const RewardPart& part : parts) {
    if (part.verdict.has_value()) return &part;
  }
  return nullptr;
}

std::string WhyExcluded(const Reward& reward, const std::vector<std::string>& rules) {
  for (size_t i = 0; i < reward.parts.size(); ++i) {
    const RewardPart& part = reward.parts[i];
    if (part.verdict.has_value() && IsExcluded(*part.verdict)) {
      return absl::StrCat("rule ", rules[i], ": ", VerdictName(*part.verdict), ", ", part.message);
    }
  }
  return "no rule gave it a value";
}

Spread SpreadOf(absl::Span<const double> values) {
  if (values.empty()) return {0, 0};
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  if (values.size() == 1) return {mean, 0};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / static_cast<double>(values.size() - 1))};
}

BatchMetrics MetricsOf(const std::vector<CollectedGroup>& groups,
                       const std::vector<std::string>& rules) {
  BatchMetrics out = {};
  Counts counts;
  counts.by_rule.resize(rules.size());
  for (const CollectedGroup& group : groups) {
    const RewardedGroup& rewarded = group.rewarded;
    GroupRewards totals;
    for (size_t i = 0; i < rewarded.rewards.size(); ++i) {
      CountRollout(rewarded.group.rollouts[i], &counts, &out);
      CountReward(rewarded.rewards[i], rules, &counts, &out);
      counts.thoughts += HasFinishedThought(group.texts[i]) ? 1 : 0;
      totals.push_back(rewarded.rewards[i].total);
    }
    out.prompt_tokens +=
        static_cast<int64_t>(rewarded.group.prompt->tokens.size() * rewarded.group.rollouts.size());
    out.equal_groups += IsEqualGroup(totals) ? 1 : 0;
    ++out.groups;
  }
  out.reward = SpreadOf(counts.rewards);
  for (size_t i = 0; i < rules.size(); ++i) {
    out.rules.push_back({.name = rules[i],
                         .value = SpreadOf(counts.by_rule[i]),
                         .count = static_cast<int64_t>(counts.by_rule[i].size())});
  }
  if (counts.judged > 0) out.accuracy = Share(counts.correct, counts.judged);
  out.thought_share = Share(counts.thoughts, out.rollouts);
  out.length_mean = Share(out.completion_tokens, out.rollouts);
  out.terminated_length_mean = Share(counts.terminated_tokens, counts.terminated);
  out.clipped_ratio = out.rollouts == 0 ? 0.0 : 1.0 - Share(counts.terminated, out.rollouts);
  return out;
}

void AddTo(const BatchMetrics& metrics, Json* json) {
  json->Set("reward", metrics.reward.mean);
  json->Set("reward_std", metrics.reward.deviation);
  for (const RuleMetrics& rule : metrics.rules) {
    json->Set(absl::StrCat("rewards/", rule.name, "/mean"), rule.value.mean);
    json->Set(absl::StrCat("rewards/", rule.name, "/std"), rule.value.deviation);
  }
  json->Set("frac_reward_zero_std", Share(metrics.equal_groups, metrics.groups));
  if (metrics.accuracy.has_value()) json->Set("accuracy", *metrics.accuracy);
  json->Set("thought_share", metrics.thought_share);
  json->Set("completions/mean_length", metrics.length_mean);
  json->Set("completions/min_length", metrics.length_min);
  json->Set("completions/max_length", metrics.length_max);
  json->Set("completions/mean_terminated_length", metrics.terminated_length_mean);
  json->Set("completions/clipped_ratio", metrics.clipped_ratio);
  json->Set("rollouts", metrics.rollouts);
  json->Set("excluded", metrics.excluded);
  json->Set("groups", metrics.groups);
  json->Set("equal_groups", metrics.equal_groups);
}

}  // namespace whet
