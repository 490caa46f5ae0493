#include "rewards/shape/think_format_rule.h"

#include <cstddef>
#include <optional>

#include "rewards/shape/parts.h"

namespace whet {
namespace {

bool MatchesTrl(const Completion& completion) {
  bool opened = completion.thought_prefilled;
  bool closed = false;
  for (const TagPosition& tag : completion.tags) {
    if (tag.tag == Tag::kThoughtOpen) {
      if (opened || tag.begin != 0) return false;
      opened = true;
    }
    if (tag.tag == Tag::kThoughtClose) closed = true;  // One before <think> fails it above.
  }
  return opened && closed;
}

// Whether a line feed that is not before `begin` stands right before the tag.
bool BeginsLine(absl::string_view text, const TagPosition& tag, size_t begin) {
  return tag.begin > begin && text[tag.begin - 1] == '\n';
}

// Where the thought begins: behind "<think>\n".
std::optional<size_t> ThoughtBegin(const Completion& completion) {
  if (completion.thought_prefilled) return 0;
  if (completion.tags.empty()) return std::nullopt;
  const TagPosition& first = completion.tags.front();
  if (first.tag != Tag::kThoughtOpen || first.begin != 0) return std::nullopt;
  if (!IsLineFeedAt(completion.text, first.end)) return std::nullopt;
  return first.end + 1;
}

// Each part of the expression where it first matches: that leaves most to the next.
bool MatchesOpenR1(const Completion& completion) {
  const absl::string_view text = completion.text;
  const std::optional<size_t> thought_begin = ThoughtBegin(completion);
  if (!thought_begin) return false;
  std::optional<size_t> answer_begin;
  const TagPosition* before = nullptr;
  for (const TagPosition& tag : completion.tags) {
    if (answer_begin) {
      const bool ends_line = tag.end == text.size() || IsLineFeedAt(text, tag.end);
      if (tag.tag == Tag::kAnswerClose && BeginsLine(text, tag, *answer_begin) && ends_line) {
        return true;
      }
    } else if (tag.tag == Tag::kAnswerOpen && before != nullptr &&
               before->tag == Tag::kThoughtClose && BeginsLine(text, *before, *thought_begin) &&
               tag.begin == before->end + 1 && IsLineFeedAt(text, before->end) &&
               IsLineFeedAt(text, tag.end)) {
      answer_begin = tag.end + 1;
    }
    before = &tag;
  }
  return false;
}

}  // namespace

bool MatchesThinkFormat(const Completion& completion, ThinkFormat format) {
  return format == ThinkFormat::kTrl ? MatchesTrl(completion) : MatchesOpenR1(completion);
}

absl::StatusOr<std::vector<RewardPart>> ThinkFormatRule::Score(
    absl::Span<const ScoreInput> inputs) {
  return PartOfEach(inputs, [this](const ScoreInput& input) {
    return MatchesThinkFormat(input.completion, options_.format)
               ? ValuePart(1)
               : ValuePart(0, "the format does not match");
  });
}

}  // namespace whet
