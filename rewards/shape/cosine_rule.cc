#include "rewards/shape/cosine_rule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "rewards/shape/parts.h"

namespace whet {

CosineRule::CosineRule(CosineRuleOptions options) : options_(std::move(options)) {
  WHET_CHECK(options_.length_max >= 1);
}

double CosineRule::ValueOf(int64_t length, bool correct) const {
  const double progress =
      std::min(static_cast<double>(length) / static_cast<double>(options_.length_max), 1.0);
  const double longest = correct ? options_.correct_longest : options_.wrong_longest;
  const double shortest = correct ? options_.correct_shortest : options_.wrong_shortest;
  return longest + 0.5 * (shortest - longest) * (1.0 + std::cos(std::numbers::pi * progress));
}

absl::StatusOr<std::vector<RewardPart>> CosineRule::Score(absl::Span<const ScoreInput> inputs) {
  return PartOfEach(inputs, [this](const ScoreInput& input) {
    const std::optional<bool> correct = IsCorrect(input, options_.correctness);
    if (!correct) return AbsentPart(absl::StrCat(options_.correctness, " has no value"));
    const int64_t length = LengthOf(input, options_.unit);
    return ValuePart(ValueOf(length, *correct), absl::StrCat(*correct ? "right" : "wrong", ", ",
                                                             LengthText(length, options_.unit)));
  });
}

}  // namespace whet
