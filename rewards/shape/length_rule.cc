#include "rewards/shape/length_rule.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "rewards/shape/parts.h"

namespace whet {

absl::StatusOr<std::vector<RewardPart>> LengthRule::Score(absl::Span<const ScoreInput> inputs) {
  int64_t shortest = std::numeric_limits<int64_t>::max();
  int64_t longest = 0;
  for (const ScoreInput& input : inputs) {
    if (!IsCorrect(input, options_.correctness)) continue;
    const int64_t length = LengthOf(input, options_.unit);
    shortest = std::min(shortest, length);
    longest = std::max(longest, length);
  }
  return PartOfEach(inputs, [&](const ScoreInput& input) {
    const std::optional<bool> correct = IsCorrect(input, options_.correctness);
    if (!correct) return AbsentPart(absl::StrCat(options_.correctness, " has no value"));
    const int64_t length = LengthOf(input, options_.unit);
    std::string message =
        absl::StrCat(*correct ? "right" : "wrong", ", ", LengthText(length, options_.unit), " of ",
                     shortest, " to ", longest);
    if (longest == shortest) return ValuePart(0, std::move(message));
    const double value =
        0.5 - static_cast<double>(length - shortest) / static_cast<double>(longest - shortest);
    return ValuePart(*correct ? value : std::min(0.0, value), std::move(message));
  });
}

}  // namespace whet
