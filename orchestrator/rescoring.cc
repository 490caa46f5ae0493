#include "orchestrator/rescoring.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "orchestrator/batch_metrics.h"

namespace whet {
namespace {

constexpr double kEqualMax = 1e-9;

double MeanOf(double sum, int64_t count) {
  return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

bool AreEqual(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() == b.has_value();
  return std::abs(*a - *b) <= kEqualMax;
}

// Whether a part says that its completion is right; absent if it says nothing of that.
std::optional<bool> IsRight(const RewardPart* part) {
  if (part == nullptr || !part->verdict.has_value() || IsExcluded(*part->verdict)) {
    return std::nullopt;
  }
  return *part->verdict == Verdict::kCorrect;
}

void Count(const std::optional<bool>& before, const std::optional<bool>& now, RightCounts* counts) {
  if (!before.has_value() || !now.has_value()) return;
  counts->both += *before && *now ? 1 : 0;
  counts->before_only += *before && !*now ? 1 : 0;
  counts->now_only += !*before && *now ? 1 : 0;
  counts->neither += !*before && !*now ? 1 : 0;
}

// Advantages of a batch's groups. What does not teach has none, and takes no part in what is
// measured over the batch.
Advantages AdvantagesOf(const std::vector<GroupRewards>& groups, const AdvantageOptions& options) {
  std::vector<GroupRewards> teaching;
  std::copy_if(groups.begin(), groups.end(), std::back_inserter(teaching),
               [](const GroupRewards& group) { return !IsEqualGroup(group); });
  Advantages taught = GroupAdvantages(teaching, options);
  Advantages all;
  auto next = taught.begin();
  for (const GroupRewards& group : groups) {
    all.push_back(IsEqualGroup(group) ? std::vector<float>(group.size()) : std::move(*next++));
  }
  return all;
}

}  // namespace

void RescoringTally::Pairs::Add(const std::optional<double>& before,
                                const std::optional<double>& now) {
  before_count_ += before.has_value() ? 1 : 0;
  now_count_ += now.has_value() ? 1 : 0;
  before_sum_ += before.value_or(0);
  now_sum_ += now.value_or(0);
  if (!before.has_value() || !now.has_value()) return;
  ++pairs_;
  const double before_step = *before - before_mean_;
  const double now_step = *now - now_mean_;
  before_mean_ += before_step / static_cast<double>(pairs_);
  now_mean_ += now_step / static_cast<double>(pairs_);
  before_squares_ += before_step * (*before - before_mean_);
  now_squares_ += now_step * (*now - now_mean_);
  products_ += before_step * (*now - now_mean_);
  difference_sum_ += std::abs(*now - *before);
}

PairSummary RescoringTally::Pairs::Summary() const {
  PairSummary summary = {.before_mean = MeanOf(before_sum_, before_count_),
                         .now_mean = MeanOf(now_sum_, now_count_),
                         .pairs = pairs_,
                         .difference_mean = MeanOf(difference_sum_, pairs_),
                         .correlation = std::nullopt};
  if (before_squares_ > 0 && now_squares_ > 0) {
    summary.correlation =
        std::clamp(products_ / std::sqrt(before_squares_) / std::sqrt(now_squares_), -1.0, 1.0);
  }
  return summary;
}

RescoringTally::RescoringTally(std::vector<std::string> rules,
                               std::optional<AdvantageOptions> advantage, size_t shown_max)
    : advantage_(advantage),
      shown_max_(shown_max),
      agreements_(rules.size()),
      values_(rules.size()) {
  for (size_t i = 0; i < rules.size(); ++i) agreements_[i].name = rules[i];
  report_.rules = std::move(rules);
}

void RescoringTally::Add(const RescoredGroup& group) {
  WHET_CHECK(group.records.size() == group.rewards.size());
  ++report_.groups;
  const std::optional<size_t> place = AddRewards(group);
  for (size_t i = 0; i < group.records.size(); ++i) {
    const RolloutRecord& record = group.records[i];
    const Reward& reward = group.rewards[i];
    ++report_.rollouts;
    if (!reward.total.has_value() && report_.excluded_now++ == 0) {
      report_.excluded_because = WhyExcluded(reward, report_.rules);
    }
    if (!record.judged) {
      ++report_.unjudged_before;
      continue;
    }
    report_.excluded_before += record.reward.has_value() ? 0 : 1;
    const Difference difference = Compare(record, reward);
    if (difference == Difference::kNone) continue;
    Keep({.disagreement = {.prompt = group.prompt,
                           .record = record,
                           .reward = reward,
                           .advantage_before = std::nullopt,
                           .advantage_now = std::nullopt},
          .batch = group.batch,
          .group = place,
          .rollout = i},
         difference);
  }
}

std::optional<size_t> RescoringTally::AddRewards(const RescoredGroup& group) {
  const bool judged = std::all_of(group.records.begin(), group.records.end(),
                                  [](const RolloutRecord& record) { return record.judged; });
  if (!advantage_.has_value() || !judged) return std::nullopt;
  GroupRewards before;
  GroupRewards now;
  for (const RolloutRecord& record : group.records) before.push_back(record.reward);
  for (const Reward& reward : group.rewards) now.push_back(reward.total);
  BatchRewards& batch = batches_[group.batch];
  batch.before.push_back(std::move(before));
  batch.now.push_back(std::move(now));
  return batch.before.size() - 1;
}

RescoringTally::Difference RescoringTally::Compare(const RolloutRecord& record,
                                                   const Reward& reward) {
  rewards_.Add(record.reward, reward.total);
  const std::optional<bool> right_before = IsRight(JudgedPart(record.parts));
  const std::optional<bool> right_now = IsRight(JudgedPart(reward.parts));
  Count(right_before, right_now, &report_.right);
  const std::optional<Difference> of_rules = CompareRules(record, reward);
  const bool turned =
      right_before.has_value() && right_now.has_value() && *right_before != *right_now;
  const bool excluded_by_one = record.reward.has_value() != reward.total.has_value();
  const bool other_reward = !of_rules.has_value() && !AreEqual(record.reward, reward.total);
  if (turned || excluded_by_one || other_reward) return Difference::kMarked;
  return of_rules.value_or(Difference::kNone);
}

std::optional<RescoringTally::Difference> RescoringTally::CompareRules(const RolloutRecord& record,
                                                                       const Reward& reward) {
  std::optional<Difference> difference;
  for (const std::string& rule : record.rules) rules_before_.insert(rule);
  for (size_t i = 0; i < report_.rules.size(); ++i) {
    const auto found = std::find(record.rules.begin(), record.rules.end(), report_.rules[i]);
    if (found == record.rules.end()) continue;
    const RewardPart& before = record.parts[static_cast<size_t>(found - record.rules.begin())];
    const RewardPart& now = reward.parts[i];
    values_[i].Add(before.value, now.value);
    Count(IsRight(&before), IsRight(&now), &agreements_[i].right);
    const bool marked = !AreEqual(before.value, now.value) || IsRight(&before) != IsRight(&now);
    const Difference of_rule = marked                          ? Difference::kMarked
                               : before.verdict != now.verdict ? Difference::kSlight
                                                               : Difference::kNone;
    ++agreements_[i].compared;
    agreements_[i].agreed += of_rule == Difference::kNone ? 1 : 0;
    difference = std::max(difference.value_or(Difference::kNone), of_rule);
  }
  return difference;
}

void RescoringTally::Keep(Kept kept, Difference difference) {
  ++report_.disagreements;
  std::vector<Kept>& list = difference == Difference::kMarked ? marked_ : slight_;
  if (list.size() < shown_max_) list.push_back(std::move(kept));
}

AdvantageAgreement RescoringTally::CompareAdvantages(const AdvantageOptions& options) {
  AdvantageAgreement out;
  Pairs pairs;
  for (const auto& [number, batch] : batches_) {
    const Advantages before = AdvantagesOf(batch.before, options);
    const Advantages now = AdvantagesOf(batch.now, options);
    for (size_t g = 0; g < before.size(); ++g) {
      int64_t turned = 0;
      for (size_t i = 0; i < before[g].size(); ++i) {
        pairs.Add(before[g][i], now[g][i]);
        turned += before[g][i] * now[g][i] < 0 ? 1 : 0;
      }
      ++out.groups;
      out.sign_groups += turned > 0 ? 1 : 0;
      out.sign_rollouts += turned;
      const bool taught = !IsEqualGroup(batch.before[g]);
      const bool teaches = !IsEqualGroup(batch.now[g]);
      out.stop_groups += taught && !teaches ? 1 : 0;
      out.begin_groups += !taught && teaches ? 1 : 0;
    }
    for (std::vector<Kept>* list : {&marked_, &slight_}) {
      for (Kept& kept : *list) {
        if (!kept.group.has_value() || kept.batch != number) continue;
        kept.disagreement.advantage_before = before[*kept.group][kept.rollout];
        kept.disagreement.advantage_now = now[*kept.group][kept.rollout];
      }
    }
  }
  out.advantages = pairs.Summary();
  return out;
}

RescoringReport RescoringTally::Finish() {
  if (advantage_.has_value()) report_.advantages = CompareAdvantages(*advantage_);
  report_.reward = rewards_.Summary();
  for (size_t i = 0; i < agreements_.size(); ++i) {
    if (agreements_[i].compared == 0) {
      report_.rules_now_only.push_back(agreements_[i].name);
      continue;
    }
    agreements_[i].values = values_[i].Summary();
    report_.compared.push_back(std::move(agreements_[i]));
  }
  for (const std::string& rule : rules_before_) {
    const auto found = std::find(report_.rules.begin(), report_.rules.end(), rule);
    if (found == report_.rules.end()) report_.rules_before_only.push_back(rule);
  }
  for (std::vector<Kept>* list : {&marked_, &slight_}) {
    for (Kept& kept : *list) {
      if (report_.shown.size() < shown_max_) {
        report_.shown.push_back(std::move(kept.disagreement));
      }
    }
  }
  return std::move(report_);
}

}  // namespace whet
