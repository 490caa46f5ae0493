#include "rewards/format_rule.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "text/utf8.h"

namespace whet {
namespace {

constexpr absl::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD
// Table 1 of arXiv:2501.12948 shows the tags with this between them.
constexpr absl::string_view kPlaceholder = "answer here";

bool IsBlank(absl::string_view text) { return absl::StripAsciiWhitespace(text).empty(); }

// The tags that the completion should have, in their order.
std::vector<Tag> WantedTags(const Completion& completion, bool answer_tags) {
  std::vector<Tag> wanted;
  if (!completion.thought_prefilled) wanted.push_back(Tag::kThoughtOpen);
  wanted.push_back(Tag::kThoughtClose);
  if (answer_tags) {
    wanted.push_back(Tag::kAnswerOpen);
    wanted.push_back(Tag::kAnswerClose);
  }
  return wanted;
}

// Whether the tags are the wanted ones in the wanted order.
bool TagsAreRight(const Completion& completion, bool answer_tags) {
  const std::vector<Tag> wanted = WantedTags(completion, answer_tags);
  size_t matched = 0;
  for (const TagPosition& tag : completion.tags) {
    const bool is_answer = tag.tag == Tag::kAnswerOpen || tag.tag == Tag::kAnswerClose;
    if (is_answer && !answer_tags) continue;
    if (matched == wanted.size() || tag.tag != wanted[matched]) return false;
    ++matched;
  }
  return matched == wanted.size();
}

// How many of `wanted` occur once, each behind those before it that do.
size_t CountTagsInOrder(const Completion& completion, const std::vector<Tag>& wanted) {
  size_t count = 0;
  size_t last_end = 0;
  for (const Tag tag : wanted) {
    const TagPosition* only = nullptr;
    int occurrences = 0;
    for (const TagPosition& position : completion.tags) {
      if (position.tag != tag) continue;
      only = &position;
      ++occurrences;
    }
    if (occurrences != 1 || only->begin < last_end) continue;
    last_end = only->end;
    ++count;
  }
  return count;
}

// What is wrong with the boxes; empty if nothing is.
absl::string_view BoxFault(const Completion& completion) {
  if (completion.boxes_conflict) return "there are several boxes that differ";
  if (!completion.boxes.empty() && !IsBlank(completion.boxes.back())) return "";
  return "there is no box in the answer";
}

// What a completion with this fault is worth in the soft form.
double SoftValue(const Completion& completion, Finish finish, const FormatRuleOptions& options) {
  if (finish == Finish::kLength) return 0;
  const std::vector<Tag> wanted = WantedTags(completion, options.answer_tags);
  const size_t count = CountTagsInOrder(completion, wanted);
  return static_cast<double>(std::min(count, wanted.size() - 1)) /
         static_cast<double>(wanted.size());
}

}  // namespace

absl::string_view FormatFault(const Completion& completion, Finish finish,
                              const FormatRuleOptions& options) {
  if (finish == Finish::kLength) return "it was cut off";
  if (!TagsAreRight(completion, options.answer_tags)) {
    return "the tags are not those of one thought and then one answer";
  }
  const absl::string_view text = completion.text;
  if (!completion.thought_prefilled) {
    for (const TagPosition& tag : completion.tags) {
      if (tag.tag != Tag::kThoughtOpen) continue;
      if (!IsBlank(text.substr(0, tag.begin))) return "there is text before the thought";
    }
  }
  // With these tags the thought is there.
  if (IsBlank(*completion.thought)) return "the thought is blank";
  absl::string_view answer = completion.rest;
  if (options.answer_tags) {
    const TagPosition& open = completion.tags[completion.tags.size() - 2];
    const TagPosition& close = completion.tags.back();
    answer = text.substr(open.end, close.begin - open.end);
    const size_t rest_begin = text.size() - completion.rest.size();
    if (!IsBlank(text.substr(rest_begin, open.begin - rest_begin))) {
      return "there is text between the thought and the answer";
    }
    if (!IsBlank(text.substr(close.end))) return "there is text after the answer";
  }
  if (IsBlank(answer)) return "the answer is blank";
  if (absl::StripAsciiWhitespace(answer) == kPlaceholder) {
    return "the answer is the template's placeholder";
  }
  if (options.needs_box) {
    if (const absl::string_view fault = BoxFault(completion); !fault.empty()) return fault;
  }
  if (!IsUtf8(text) || absl::StrContains(text, kReplacementCharacter)) return "it is no UTF-8";
  return "";
}

absl::StatusOr<std::vector<RewardPart>> FormatRule::Score(absl::Span<const ScoreInput> inputs) {
  std::vector<RewardPart> parts;
  parts.reserve(inputs.size());
  for (const ScoreInput& input : inputs) {
    const absl::string_view fault = FormatFault(input.completion, input.rollout.finish, options_);
    double value = fault.empty() ? 1.0 : 0.0;
    if (options_.soft && !fault.empty()) {
      value = SoftValue(input.completion, input.rollout.finish, options_);
    }
    parts.push_back({.value = value, .verdict = std::nullopt, .message = std::string(fault)});
  }
  return parts;
}

}  // namespace whet
