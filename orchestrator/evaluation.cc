#include "orchestrator/evaluation.h"

#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace whet {
namespace {

// A question's completions that were judged, and which of them are right.
struct Judged {
  int64_t count = 0;
  int64_t correct = 0;
};

std::optional<Verdict> VerdictOf(const Reward& reward) {
  const RewardPart* const part = JudgedPart(reward.parts);
  return part == nullptr ? std::nullopt : part->verdict;
}

Judged CountJudged(const RewardedGroup& group) {
  Judged judged;
  for (const Reward& reward : group.rewards) {
    const std::optional<Verdict> verdict = VerdictOf(reward);
    if (!verdict.has_value() || IsExcluded(*verdict)) continue;
    ++judged.count;
    judged.correct += *verdict == Verdict::kCorrect ? 1 : 0;
  }
  return judged;
}

double Mean(const std::vector<double>& values) { return SpreadOf(values).mean; }

}  // namespace

double PassAtK(int64_t n, int64_t c, int64_t k) {
  WHET_CHECK(n >= k && k >= 1);
  if (n - c < k) return 1.0;
  double none = 1.0;
  for (int64_t i = n - c + 1; i <= n; ++i) {
    none *= 1.0 - static_cast<double>(k) / static_cast<double>(i);
  }
  return 1.0 - none;
}

std::optional<size_t> MajorityOf(absl::Span<const std::optional<std::string>> keys) {
  absl::flat_hash_map<absl::string_view, std::pair<int64_t, size_t>> votes;  // Count, first.
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!keys[i].has_value()) continue;
    ++votes.insert({*keys[i], {0, i}}).first->second.first;
  }
  std::optional<std::pair<int64_t, size_t>> best;
  for (const auto& [key, vote] : votes) {
    if (!best.has_value() || vote.first > best->first ||
        (vote.first == best->first && vote.second < best->second)) {
      best = vote;
    }
  }
  if (!best.has_value()) return std::nullopt;
  return best->second;
}

EvaluationMetrics EvaluationOf(const std::vector<CollectedGroup>& groups,
                               const std::vector<std::string>& rules,
                               const std::vector<std::vector<std::optional<std::string>>>& keys) {
  EvaluationMetrics out = {};
  out.questions = static_cast<int64_t>(groups.size());
  out.samples = groups.empty() ? 0 : static_cast<int64_t>(groups[0].rewarded.group.rollouts.size());
  out.batch = MetricsOf(groups, rules);
  std::vector<double> shares;
  std::vector<double> majorities;
  for (size_t i = 0; i < groups.size(); ++i) {
    const Judged judged = CountJudged(groups[i].rewarded);
    if (judged.count == 0) continue;
    shares.push_back(static_cast<double>(judged.correct) / static_cast<double>(judged.count));
    const std::optional<size_t> majority = MajorityOf(keys[i]);
    majorities.push_back(majority.has_value() && VerdictOf(groups[i].rewarded.rewards[*majority]) ==
                                                     Verdict::kCorrect
                             ? 1.0
                             : 0.0);
  }
  const Spread spread = SpreadOf(shares);
  out.accuracy = spread.mean;
  out.accuracy_error =
      shares.empty() ? 0.0 : spread.deviation / std::sqrt(static_cast<double>(shares.size()));
  if (out.samples > 1) out.consensus = Mean(majorities);
  for (int64_t k = 1; k <= out.samples; k *= 2) {
    std::vector<double> passes;
    for (const CollectedGroup& group : groups) {
      const Judged judged = CountJudged(group.rewarded);
      if (judged.count >= k) passes.push_back(PassAtK(judged.count, judged.correct, k));
    }
    if (!passes.empty()) out.pass_at.emplace_back(k, Mean(passes));
  }
  return out;
}

Json ToJson(const EvaluationMetrics& metrics) {
  Json json = Json::Object({{"eval_questions", metrics.questions},
                            {"eval_samples", metrics.samples},
                            {"eval_accuracy", metrics.accuracy},
                            {"eval_accuracy_stderr", metrics.accuracy_error}});
  for (const auto& [k, pass] : metrics.pass_at) json.Set(absl::StrCat("eval_pass@", k), pass);
  if (metrics.consensus.has_value()) {
    json.Set(absl::StrCat("eval_cons@", metrics.samples), *metrics.consensus);
  }
  Json batch = Json::Object();
  AddTo(metrics.batch, &batch);
  const absl::StatusOr<absl::Span<const Json::Member>> members = batch.Members();
  WHET_CHECK(members.ok());
  for (const Json::Member& member : *members) {
    // Those that say how training draws its groups say nothing here.
    if (member.key == "accuracy" || member.key == "groups" || member.key == "equal_groups" ||
        member.key == "frac_reward_zero_std")
      continue;
    json.Set(absl::StrCat("eval_", member.key), member.value);
  }
  return json;
}

}  // namespace whet
