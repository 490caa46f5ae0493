#include "rewards/advantage.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "base/check.h"

namespace whet {
namespace {

constexpr double kEqualSpreadMax = 1e-8;

// Of the values that are there.
struct Moments {
  size_t count = 0;
  double mean = 0;
  double deviation = 0;  // Of the sample (n - 1); 0 for fewer than two.
};

Moments MomentsOf(const GroupRewards& values) {
  Moments moments;
  double sum = 0;
  for (const std::optional<double>& value : values) {
    if (!value) continue;
    ++moments.count;
    sum += *value;
  }
  if (moments.count == 0) return moments;
  moments.mean = sum / static_cast<double>(moments.count);
  if (moments.count == 1) return moments;
  double squares = 0;
  for (const std::optional<double>& value : values) {
    if (value) squares += (*value - moments.mean) * (*value - moments.mean);
  }
  moments.deviation = std::sqrt(squares / static_cast<double>(moments.count - 1));
  return moments;
}

GroupRewards Joined(absl::Span<const GroupRewards> groups) {
  GroupRewards all;
  for (const GroupRewards& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

// (value - mean) / divisor; 0 for absent values.
std::vector<float> Centered(const GroupRewards& values, double mean, double divisor) {
  std::vector<float> centered;
  centered.reserve(values.size());
  for (const std::optional<double>& value : values) {
    centered.push_back(value ? static_cast<float>((*value - mean) / divisor) : 0.0f);
  }
  return centered;
}

// s of a group: the weighted sums of its normalized parts.
GroupRewards NormalizedSums(const GroupParts& parts, absl::Span<const double> weights,
                            double epsilon) {
  GroupRewards sums(parts.size());
  for (size_t k = 0; k < weights.size(); ++k) {
    GroupRewards values;
    for (const std::vector<std::optional<double>>& row : parts) {
      WHET_CHECK(row.size() == weights.size());
      values.push_back(row[k]);
    }
    const Moments moments = MomentsOf(values);
    for (size_t i = 0; i < values.size(); ++i) {
      if (!values[i]) continue;
      const double z =
          moments.count < 2 ? 0 : (*values[i] - moments.mean) / (moments.deviation + epsilon);
      sums[i] = sums[i].value_or(0) + weights[k] * z;
    }
  }
  return sums;
}

}  // namespace

Advantages GroupAdvantages(absl::Span<const GroupRewards> groups, const AdvantageOptions& options) {
  const double batch_deviation =
      options.scale == AdvantageScale::kBatchDeviation ? MomentsOf(Joined(groups)).deviation : 0;
  Advantages advantages;
  advantages.reserve(groups.size());
  for (const GroupRewards& group : groups) {
    const Moments moments = MomentsOf(group);
    double divisor = 1;
    if (options.scale == AdvantageScale::kGroupDeviation) {
      divisor = moments.deviation + options.epsilon;
    } else if (options.scale == AdvantageScale::kBatchDeviation) {
      divisor = batch_deviation + options.epsilon;
    }
    advantages.push_back(Centered(group, moments.mean, divisor));
  }
  return advantages;
}

Advantages NormalizeThenSumAdvantages(absl::Span<const GroupParts> groups,
                                      absl::Span<const double> weights, double epsilon) {
  std::vector<GroupRewards> sums;
  sums.reserve(groups.size());
  for (const GroupParts& group : groups) sums.push_back(NormalizedSums(group, weights, epsilon));
  const Moments batch = MomentsOf(Joined(sums));
  Advantages advantages;
  advantages.reserve(groups.size());
  for (const GroupRewards& group : sums) {
    advantages.push_back(Centered(group, batch.mean, batch.deviation + epsilon));
  }
  return advantages;
}

bool IsEqualGroup(const GroupRewards& rewards) {
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
  for (const std::optional<double>& reward : rewards) {
    if (!reward) continue;
    least = std::min(least, *reward);
    most = std::max(most, *reward);
  }
  return most - least <= kEqualSpreadMax;
}

}  // namespace whet
