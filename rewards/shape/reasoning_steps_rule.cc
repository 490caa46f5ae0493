#include "rewards/shape/reasoning_steps_rule.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "rewards/shape/parts.h"

namespace whet {
namespace {

constexpr absl::string_view kStep = "Step ";
constexpr std::array<absl::string_view, 6> kMarks = {"\n-",     "\n*",   "First,",
                                                     "Second,", "Next,", "Finally,"};

// The bytes that `prefix`, digits and `end` take at the beginning of `text`; 0 if they are not
// there.
size_t NumberedLength(absl::string_view text, absl::string_view prefix, char end) {
  if (!absl::StartsWith(text, prefix)) return 0;
  size_t at = prefix.size();
  while (at < text.size() && absl::ascii_isdigit(text[at])) ++at;
  if (at == prefix.size() || at == text.size() || text[at] != end) return 0;
  return at + 1;
}

// The bytes of the mark that `text` begins with; 0 if it begins with none.
size_t MarkLength(absl::string_view text) {
  for (const absl::string_view mark : kMarks) {
    if (absl::StartsWith(text, mark)) return mark.size();
  }
  return NumberedLength(text, kStep, ':');
}

}  // namespace

int64_t CountReasoningSteps(absl::string_view text) {
  const size_t list_begin = NumberedLength(text, "", '.');
  int64_t count = list_begin > 0 ? 1 : 0;
  size_t at = list_begin;
  while (at < text.size()) {
    const size_t length = MarkLength(text.substr(at));
    if (length > 0) ++count;
    at += std::max<size_t>(length, 1);
  }
  return count;
}

ReasoningStepsRule::ReasoningStepsRule(ReasoningStepsRuleOptions options) : options_(options) {
  WHET_CHECK(options.steps >= 1);
}

absl::StatusOr<std::vector<RewardPart>> ReasoningStepsRule::Score(
    absl::Span<const ScoreInput> inputs) {
  return PartOfEach(inputs, [this](const ScoreInput& input) {
    const int64_t count = CountReasoningSteps(input.completion.text);
    return ValuePart(std::min(1.0, static_cast<double>(count) / options_.steps),
                     absl::StrCat("steps: ", count));
  });
}

}  // namespace whet
