#include "rewards/shape/overlong_rule.h"

#include "base/check.h"
#include "rewards/shape/length.h"
#include "rewards/shape/parts.h"

namespace whet {

OverlongRule::OverlongRule(OverlongRuleOptions options) : options_(options) {
  WHET_CHECK(options.tokens_max >= 1);
  WHET_CHECK(options.cache >= 0 && options.cache <= options.tokens_max);
}

double OverlongRule::ValueOf(int64_t length) const {
  const int64_t free = options_.tokens_max - options_.cache;
  if (length <= free) return 0;
  if (length > options_.tokens_max) return -1;
  return static_cast<double>(free - length) / static_cast<double>(options_.cache);
}

absl::StatusOr<std::vector<RewardPart>> OverlongRule::Score(absl::Span<const ScoreInput> inputs) {
  return PartOfEach(inputs, [this](const ScoreInput& input) {
    const int64_t length = LengthOf(input, LengthUnit::kTokens);
    return ValuePart(ValueOf(length), LengthText(length, LengthUnit::kTokens));
  });
}

}  // namespace whet
