// Advantages against TRL's GRPOTrainer: goldens/README.md, "grpo_advantages".
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rewards/advantage.h"
#include "rewards/rewarder.h"
#include "tests/golden/golden.h"

namespace whet {
namespace {

using Values = std::vector<std::optional<double>>;

// Where TRL's own f32 cancels, the tolerance is larger.
double ToleranceOf(absl::string_view id) {
  return absl::StrContains(id, "tiny_spread") || absl::StrContains(id, "large_rewards") ? 1e-4
                                                                                        : 1e-5;
}

std::vector<GroupParts> GroupsIn(const Json& row, size_t group_size) {
  std::vector<GroupParts> groups;
  for (const Json& rewards : ElementsOf(*row.Find("inputs"), "rewards_per_func")) {
    if (groups.empty() || groups.back().size() == group_size) groups.emplace_back();
    Values values;
    for (const Json& value : ElementsOf(rewards)) {
      values.push_back(value.Double().ok() ? std::optional<double>(*value.Double()) : std::nullopt);
    }
    groups.back().push_back(std::move(values));
  }
  return groups;
}

// The totals as the Rewarder makes them.
std::vector<GroupRewards> TotalsOf(const std::vector<GroupParts>& groups,
                                   const std::vector<double>& weights) {
  std::vector<WeightedRule> rules;
  rules.reserve(weights.size());
  for (const double weight : weights) {
    rules.push_back({.name = "rule", .weight = weight, .gate = false, .rule = nullptr});
  }
  std::vector<GroupRewards> totals;
  for (const GroupParts& group : groups) {
    totals.emplace_back();
    for (const Values& values : group) {
      Reward reward;
      for (const std::optional<double>& value : values) {
        reward.parts.push_back({.value = value, .verdict = std::nullopt, .message = ""});
      }
      SumUp(rules, /*step=*/1, &reward);
      totals.back().push_back(reward.total);
    }
  }
  return totals;
}

AdvantageScale ScaleOf(absl::string_view name) {
  if (name == "none") return AdvantageScale::kNone;
  return name == "batch" ? AdvantageScale::kBatchDeviation : AdvantageScale::kGroupDeviation;
}

// A row of the file: what TRL was given.
struct Case {
  explicit Case(const Json& row)
      : id(*row.GetString("id")),
        trainer(*row.GetString("trainer")),
        config(*row.Find("config")),
        groups(GroupsIn(row, static_cast<size_t>(*config.GetInt("num_generations")))),
        weights(groups.at(0).at(0).size(), 1) {
    const Json* const given = config.Find("reward_weights");
    if (given != nullptr) weights = NumbersIn(*given);
    totals = TotalsOf(groups, weights);
    scale = ScaleOf(*config.GetStringOr("scale_rewards", "group"));
    normalizes_first =
        *config.GetStringOr("multi_objective_aggregation", "") == "normalize_then_sum";
  }

  std::string id;
  std::string trainer;
  Json config;
  std::vector<GroupParts> groups;
  std::vector<double> weights;
  std::vector<GroupRewards> totals;
  AdvantageScale scale;
  bool normalizes_first;
};

std::vector<Json> Rows() {
  return ReadJsonLines(SharedDirectory() + "/goldens/grpo_advantages.jsonl");
}

TEST(AdvantagesGoldenTest, AgreeWithTrl) {
  if (SharedDirectory().empty()) GTEST_SKIP() << "WHET_SHARED is not set";
  Tally tally("grpo_advantages: advantages of GRPO");
  int left_out = 0;
  for (const Json& row : Rows()) {
    const Case given(row);
    if (given.trainer != "grpo") {
      ++left_out;  // The leave-one-out baseline is a loss of its own, not built yet.
      continue;
    }
    const AdvantageOptions options = {.scale = given.scale};
    std::vector<float> ours;
    for (const std::vector<float>& group :
         given.normalizes_first
             ? NormalizeThenSumAdvantages(given.groups, given.weights, options.epsilon)
             : GroupAdvantages(given.totals, options)) {
      ours.insert(ours.end(), group.begin(), group.end());
    }
    const double difference = LargestDifference(ours, FloatsIn(*row.Find("advantages")));
    tally.Count(given.id, difference <= ToleranceOf(given.id),
                absl::StrCat("differs by ", difference));
  }
  std::printf("grpo_advantages: %d rows of RLOO left out\n", left_out);
}

TEST(AdvantagesGoldenTest, TellTheSameGroupsEqual) {
  if (SharedDirectory().empty()) GTEST_SKIP() << "WHET_SHARED is not set";
  Tally tally("grpo_advantages: share of equal groups");
  for (const Json& row : Rows()) {
    const Case given(row);
    // With "batch" TRL looks at the deviation of the batch instead.
    if (given.trainer != "grpo" || given.scale == AdvantageScale::kBatchDeviation) continue;
    double equal = 0;
    for (const GroupRewards& group : given.totals) {
      const auto there = group.size() - std::count(group.begin(), group.end(), std::nullopt);
      // Fewer than two have no deviation, and TRL does not count them.
      if (there >= 2 && IsEqualGroup(group)) ++equal;
    }
    const double share = equal / static_cast<double>(given.totals.size());
    const double theirs = *row.Find("metrics")->GetDouble("frac_reward_zero_std");
    tally.Count(given.id, std::abs(share - theirs) < 1e-6, absl::StrCat(share, " not ", theirs));
  }
}

}  // namespace
}  // namespace whet
