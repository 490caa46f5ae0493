#include "rewards/shape/length.h"

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "text/utf8.h"

namespace whet {

int64_t LengthOf(const ScoreInput& input, LengthUnit unit) {
  if (unit == LengthUnit::kTokens) return static_cast<int64_t>(input.rollout.tokens.size());
  int64_t characters = 0;
  absl::string_view text = input.completion.text;
  while (!text.empty()) {
    text.remove_prefix(FirstUtf8(text).bytes);
    ++characters;
  }
  return characters;
}

std::string LengthText(int64_t length, LengthUnit unit) {
  const absl::string_view noun = unit == LengthUnit::kTokens ? " token" : " character";
  return absl::StrCat(length, noun, length == 1 ? "" : "s");
}

std::optional<bool> IsCorrect(const ScoreInput& input, absl::string_view rule) {
  const auto part = input.earlier.find(rule);
  WHET_CHECK(part != input.earlier.end());
  if (!part->second->value) return std::nullopt;
  return *part->second->value > 0;
}

}  // namespace whet
