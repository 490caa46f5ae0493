#include "rewards/rewarder.h"

#include <cmath>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "base/status.h"

namespace whet {
namespace {

// What sums, means and f32 still hold.
constexpr double kValueMax = 1e30;

RewardPart FaultPart(absl::string_view message) {
  return {.value = std::nullopt, .verdict = Verdict::kFault, .message = std::string(message)};
}

absl::Status CheckWeight(const WeightedRule& rule) {
  bool finite = std::isfinite(rule.weight);
  bool rising = true;
  for (size_t i = 0; i < rule.schedule.size(); ++i) {
    finite = finite && std::isfinite(rule.schedule[i].weight);
    rising = rising && (i == 0 || rule.schedule[i - 1].step < rule.schedule[i].step);
  }
  if (finite && rising) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "reward rule \"", rule.name,
      "\": ", finite ? "the steps of its weights must rise" : "a weight must be a finite number"));
}

absl::Status CheckRules(const std::vector<WeightedRule>& rules) {
  if (rules.empty())
    return absl::InvalidArgumentError("there is no reward rule; name at least one");
  for (size_t r = 0; r < rules.size(); ++r) {
    WHET_CHECK(rules[r].rule != nullptr);
    const std::string& name = rules[r].name;
    if (name.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("reward rule ", r + 1, " has no name"));
    }
    WHET_RETURN_IF_ERROR(CheckWeight(rules[r]));
    for (size_t other = 0; other < r; ++other) {
      if (rules[other].name != name) continue;
      return absl::InvalidArgumentError(absl::StrCat("two reward rules are called \"", name,
                                                     "\"; give one of them another name"));
    }
  }
  return absl::OkStatus();
}

// Positions of the rules that each waits for.
absl::StatusOr<std::vector<std::vector<size_t>>> ResolveAfter(
    const std::vector<WeightedRule>& rules) {
  absl::flat_hash_map<absl::string_view, size_t> position;
  for (size_t r = 0; r < rules.size(); ++r) position[rules[r].name] = r;
  std::vector<std::vector<size_t>> after(rules.size());
  for (size_t r = 0; r < rules.size(); ++r) {
    for (const std::string& name : rules[r].rule->after()) {
      const auto found = position.find(name);
      if (found == position.end()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "reward rule \"", rules[r].name, "\" comes after \"", name, "\", which is no rule; ",
            "there are: ", absl::StrJoin(rules, ", ", [](std::string* out, const auto& rule) {
              absl::StrAppend(out, "\"", rule.name, "\"");
            })));
      }
      after[r].push_back(found->second);
    }
  }
  return after;
}

// The first of the rules that waits for none but `done`; nullopt if there is none.
std::optional<size_t> FirstReady(const std::vector<std::vector<size_t>>& after,
                                 const std::vector<bool>& done) {
  for (size_t r = 0; r < after.size(); ++r) {
    if (!done[r] && absl::c_all_of(after[r], [&](size_t a) { return done[a]; })) return r;
  }
  return std::nullopt;
}

// "a" after "b" after "a": rules that are not done and wait for each other.
std::string CircleOf(const std::vector<WeightedRule>& rules,
                     const std::vector<std::vector<size_t>>& after, const std::vector<bool>& done) {
  const auto not_done = [&](size_t r) { return !done[r]; };
  size_t r = static_cast<size_t>(absl::c_find(done, false) - done.begin());
  std::vector<size_t> path;
  while (!absl::c_linear_search(path, r)) {
    path.push_back(r);
    r = *absl::c_find_if(after[r], not_done);
  }
  path.erase(path.begin(), absl::c_find(path, r));
  path.push_back(r);
  return absl::StrJoin(path, " after ", [&](std::string* out, size_t at) {
    absl::StrAppend(out, "\"", rules[at].name, "\"");
  });
}

absl::StatusOr<std::vector<size_t>> OrderOf(const std::vector<WeightedRule>& rules,
                                            const std::vector<std::vector<size_t>>& after) {
  std::vector<bool> done(rules.size(), false);
  std::vector<size_t> order;
  while (order.size() < rules.size()) {
    const std::optional<size_t> ready = FirstReady(after, done);
    if (!ready) {
      return absl::InvalidArgumentError(
          absl::StrCat("reward rules wait for each other: ", CircleOf(rules, after, done)));
    }
    done[*ready] = true;
    order.push_back(*ready);
  }
  return order;
}

// A rule must not teach NaN.
RewardPart Checked(RewardPart part) {
  if (part.value && !(std::abs(*part.value) <= kValueMax)) {
    return FaultPart(absl::StrCat("the rule gave ", *part.value));
  }
  return part;
}

}  // namespace

bool IsPassing(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

void SumUp(const std::vector<WeightedRule>& rules, int64_t step, Reward* reward) {
  WHET_CHECK(rules.size() == reward->parts.size());
  bool closed = false;
  bool excluded = false;
  std::optional<double> sum;
  for (size_t r = 0; r < rules.size(); ++r) {
    const RewardPart& part = reward->parts[r];
    if (part.verdict && IsExcluded(*part.verdict)) excluded = true;
    if (!part.value) continue;
    if (rules[r].gate && *part.value == 0) closed = true;
    sum = sum.value_or(0) + rules[r].WeightAt(step) * *part.value;
  }
  if (closed) {
    reward->total = 0;
  } else if (excluded) {
    reward->total = std::nullopt;
  } else {
    reward->total = sum.has_value() && std::isfinite(*sum) ? sum : std::nullopt;
  }
}

Rewarder::Rewarder(std::vector<WeightedRule> rules, CompletionOptions completion)
    : rules_(std::move(rules)), completion_(std::move(completion)) {
  for (const WeightedRule& rule : rules_) rule_names_.push_back(rule.name);
}

absl::StatusOr<std::unique_ptr<Rewarder>> Rewarder::Create(std::vector<WeightedRule> rules,
                                                           CompletionOptions completion) {
  WHET_RETURN_IF_ERROR(CheckRules(rules));
  WHET_ASSIGN_OR_RETURN(std::vector<std::vector<size_t>> after, ResolveAfter(rules));
  WHET_ASSIGN_OR_RETURN(std::vector<size_t> order, OrderOf(rules, after));
  // The constructor is private: std::make_unique cannot call it.
  std::unique_ptr<Rewarder> rewarder(new Rewarder(std::move(rules), std::move(completion)));
  rewarder->after_ = std::move(after);
  rewarder->order_ = std::move(order);
  return rewarder;
}

std::vector<double> Rewarder::WeightsAt(int64_t step) const {
  std::vector<double> weights;
  weights.reserve(rules_.size());
  for (const WeightedRule& rule : rules_) weights.push_back(rule.WeightAt(step));
  return weights;
}

absl::StatusOr<std::vector<std::vector<Reward>>> Rewarder::Score(
    absl::Span<const GroupTexts> groups, int64_t step) const {
  std::vector<Item> items;
  for (const auto& [group, texts] : groups) {
    WHET_CHECK(texts.size() == group.rollouts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      items.push_back({.group = &group,
                       .rollout = &group.rollouts[i],
                       .completion = ParseCompletion(texts[i], completion_),
                       .reward = {}});
      items.back().reward.parts.resize(rules_.size());
    }
  }
  for (const size_t r : order_) WHET_RETURN_IF_ERROR(ScoreRule(r, absl::MakeSpan(items)));
  std::vector<std::vector<Reward>> rewards;
  auto item = items.begin();
  for (const auto& [group, texts] : groups) {
    std::vector<Reward>& of_group = rewards.emplace_back();
    for (size_t i = 0; i < texts.size(); ++i, ++item) {
      SumUp(rules_, step, &item->reward);
      of_group.push_back(std::move(item->reward));
    }
  }
  return rewards;
}

absl::StatusOr<std::vector<Reward>> Rewarder::Score(const GroupTexts& group, int64_t step) const {
  WHET_ASSIGN_OR_RETURN(std::vector<std::vector<Reward>> rewards,
                        Score(absl::MakeConstSpan(&group, 1), step));
  return std::move(rewards[0]);
}

bool WeightedRule::Judges(const Prompt& prompt) const {
  return data_sources.empty() || absl::c_linear_search(data_sources, prompt.data_source);
}

double WeightedRule::WeightAt(int64_t step) const {
  if (schedule.empty()) return weight;
  const auto next = absl::c_find_if(schedule, [&](const WeightPoint& p) { return p.step > step; });
  if (next == schedule.begin()) return next->weight;
  const WeightPoint& last = *(next - 1);
  if (next == schedule.end()) return last.weight;
  const double way =
      static_cast<double>(step - last.step) / static_cast<double>(next->step - last.step);
  return last.weight + way * (next->weight - last.weight);
}

absl::StatusOr<std::vector<std::string>> Rewarder::GoldFaults(
    absl::Span<const std::shared_ptr<const Prompt>> prompts) const {
  std::vector<std::string> faults(prompts.size());
  std::vector<bool> judged(prompts.size());
  for (const WeightedRule& rule : rules_) {
    std::vector<absl::string_view> truths;
    std::vector<size_t> places;  // Of prompts that the rule judges.
    for (size_t i = 0; i < prompts.size(); ++i) {
      if (!rule.Judges(*prompts[i])) continue;
      judged[i] = true;
      truths.emplace_back(prompts[i]->ground_truth);
      places.push_back(i);
    }
    absl::StatusOr<std::vector<std::string>> found = rule.rule->GoldFaults(truths);
    if (!found.ok()) return Annotate(found.status(), rule.name);
    WHET_CHECK(found->size() == places.size());
    for (size_t k = 0; k < places.size(); ++k) {
      std::string& fault = faults[places[k]];
      if (fault.empty() && !(*found)[k].empty()) {
        fault = absl::StrCat(rule.name, ": ", (*found)[k]);
      }
    }
  }
  for (size_t i = 0; i < prompts.size(); ++i) {
    if (judged[i]) continue;
    faults[i] = absl::StrCat("no rule judges the data source \"", prompts[i]->data_source, "\"");
  }
  return faults;
}

std::vector<std::optional<std::string>> Rewarder::AnswerKeys(
    const RolloutGroup& group, absl::Span<const std::string> texts) const {
  WHET_CHECK(texts.size() == group.rollouts.size());
  std::vector<std::optional<std::string>> keys;
  for (size_t i = 0; i < texts.size(); ++i) {
    const Completion completion = ParseCompletion(texts[i], completion_);
    const ScoreInput input = {.prompt = *group.prompt,
                              .rollout = group.rollouts[i],
                              .completion = completion,
                              .earlier = {}};
    std::optional<std::string> key;
    for (const WeightedRule& rule : rules_) {
      if (!key.has_value() && rule.Judges(*group.prompt)) key = rule.rule->AnswerKey(input);
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

absl::Status Rewarder::ScoreRule(size_t r, absl::Span<Item> items) const {
  std::vector<Item*> call;
  for (Item& item : items) {
    if (!rules_[r].Judges(*item.group->prompt)) continue;
    const bool other_group = !call.empty() && call.back()->group != item.group;
    if (other_group && rules_[r].rule->scope() == RewardRule::Scope::kGroup) {
      WHET_RETURN_IF_ERROR(CallRule(r, call));
      call.clear();
    }
    call.push_back(&item);
  }
  return call.empty() ? absl::OkStatus() : CallRule(r, call);
}

absl::Status Rewarder::CallRule(size_t r, absl::Span<Item* const> items) const {
  std::vector<ScoreInput> inputs;
  inputs.reserve(items.size());
  for (const Item* item : items) {
    EarlierParts earlier;
    for (const size_t a : after_[r]) earlier[rules_[a].name] = &item->reward.parts[a];
    inputs.push_back({.prompt = *item->group->prompt,
                      .rollout = *item->rollout,
                      .completion = item->completion,
                      .earlier = std::move(earlier)});
  }
  absl::StatusOr<std::vector<RewardPart>> parts = rules_[r].rule->Score(inputs);
  if (!parts.ok() && !IsPassing(parts.status().code())) {
    return Annotate(parts.status(), absl::StrCat("reward rule \"", rules_[r].name, "\""));
  }
  WHET_CHECK(!parts.ok() || parts->size() == inputs.size());
  for (size_t i = 0; i < items.size(); ++i) {
    items[i]->reward.parts[r] =
        parts.ok() ? Checked(std::move((*parts)[i])) : FaultPart(parts.status().message());
  }
  return absl::OkStatus();
}

}  // namespace whet
