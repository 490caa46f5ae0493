// What the rules of this folder share: each gives a value and no verdict, for it judges no answer.
#ifndef WHET_REWARDS_SHAPE_PARTS_H_
#define WHET_REWARDS_SHAPE_PARTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/reward_rule.h"
#include "rollout/reward.h"

namespace whet {

inline RewardPart ValuePart(double value, std::string message = "") {
  return {.value = value, .verdict = std::nullopt, .message = std::move(message)};
}

// Of a rule that does not apply to a rollout.
inline RewardPart AbsentPart(std::string why) {
  return {.value = std::nullopt, .verdict = std::nullopt, .message = std::move(why)};
}

// judge(input) for each of them.
template <typename Judge>
std::vector<RewardPart> PartOfEach(absl::Span<const ScoreInput> inputs, Judge judge) {
  std::vector<RewardPart> parts;
  parts.reserve(inputs.size());
  for (const ScoreInput& input : inputs) parts.push_back(judge(input));
  return parts;
}

inline bool IsLineFeedAt(absl::string_view text, size_t at) {
  return at < text.size() && text[at] == '\n';
}

}  // namespace whet

#endif  // WHET_REWARDS_SHAPE_PARTS_H_
