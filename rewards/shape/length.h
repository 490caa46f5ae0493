// How long a completion is, and whether another rule found it right.
#ifndef WHET_REWARDS_SHAPE_LENGTH_H_
#define WHET_REWARDS_SHAPE_LENGTH_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "rewards/reward_rule.h"

namespace whet {

enum class LengthUnit {
  kTokens,      // All of the rollout: the one that ended it and inserted ones too.
  kCharacters,  // Of its text: code points, as Python counts.
};

int64_t LengthOf(const ScoreInput& input, LengthUnit unit);

// "120 tokens", "1 character": for messages.
std::string LengthText(int64_t length, LengthUnit unit);

// Whether the rule `rule`, which after() must name, gave more than 0; nullopt if it gave no value.
std::optional<bool> IsCorrect(const ScoreInput& input, absl::string_view rule);

}  // namespace whet

#endif  // WHET_REWARDS_SHAPE_LENGTH_H_
