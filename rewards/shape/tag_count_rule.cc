#include "rewards/shape/tag_count_rule.h"

#include <array>
#include <cstddef>

#include "rewards/shape/parts.h"

namespace whet {
namespace {

struct WantedTag {
  Tag tag;
  bool line_feed_before;
  bool line_feed_after;
};

constexpr std::array<WantedTag, 4> kWantedTags = {{
    {.tag = Tag::kThoughtOpen, .line_feed_before = false, .line_feed_after = true},
    {.tag = Tag::kThoughtClose, .line_feed_before = true, .line_feed_after = true},
    {.tag = Tag::kAnswerOpen, .line_feed_before = true, .line_feed_after = true},
    {.tag = Tag::kAnswerClose, .line_feed_before = true, .line_feed_after = false},
}};

// How often it occurs; a line feed belongs to one occurrence only.
int CountOf(const WantedTag& wanted, const Completion& completion) {
  int count = 0;
  size_t counted_end = 0;
  for (const TagPosition& tag : completion.tags) {
    if (tag.tag != wanted.tag) continue;
    if (wanted.line_feed_after && !IsLineFeedAt(completion.text, tag.end)) continue;
    if (wanted.line_feed_before &&
        (tag.begin <= counted_end || completion.text[tag.begin - 1] != '\n')) {
      continue;
    }
    counted_end = tag.end + (wanted.line_feed_after ? 1 : 0);
    ++count;
  }
  return count;
}

}  // namespace

double TagCountValue(const Completion& completion) {
  double value = 0;
  for (const WantedTag& wanted : kWantedTags) {
    const bool in_prompt = wanted.tag == Tag::kThoughtOpen && completion.thought_prefilled;
    if (CountOf(wanted, completion) + (in_prompt ? 1 : 0) == 1) value += 0.25;
  }
  return value;
}

absl::StatusOr<std::vector<RewardPart>> TagCountRule::Score(absl::Span<const ScoreInput> inputs) {
  return PartOfEach(
      inputs, [](const ScoreInput& input) { return ValuePart(TagCountValue(input.completion)); });
}

}  // namespace whet
