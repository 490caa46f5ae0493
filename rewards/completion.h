// What a completion consists of: its thought, its answer, its boxes and its code. Parsed once for
// all rules, so that they agree on where the answer stands.
#ifndef WHET_REWARDS_COMPLETION_H_
#define WHET_REWARDS_COMPLETION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace whet {

struct CompletionOptions {
  // The prompt ends with the opening tag of the thought, so the completion begins inside it.
  bool thought_prefilled = false;
  // <think> … </think> and <answer> … </answer>: letter by letter, without attributes or spaces.
  std::string thought_tag = "think";
  std::string answer_tag = "answer";
};

enum class Tag { kThoughtOpen, kThoughtClose, kAnswerOpen, kAnswerClose };

// A tag and the bytes [begin, end) of the text that it takes.
struct TagPosition {
  Tag tag;
  size_t begin;
  size_t end;
};

// A fenced code block, as CommonMark has it: a line of three or more backticks, or tildes, and a
// language, and a later line of at least as many of them alone; each indented by at most three
// spaces. One that is never closed is none.
struct CodeBlock {
  absl::string_view language;  // "python"; may be empty.
  absl::string_view code;      // The lines between, with their line ends.
  size_t indent = 0;           // Of the first line.
};
// The code, its lines without as many leading spaces as the block is indented by.
std::string SourceOf(const CodeBlock& block);

// All views are into the text that was parsed, or are literals.
struct Completion {
  absl::string_view text;
  bool thought_prefilled;  // Of the options.

  // Every tag in the order of the text, whether it makes sense there or not.
  std::vector<TagPosition> tags;

  // From behind the first <think>, or from the beginning if the prompt has it or there is none, to
  // the last </think>. A thought that is opened and never closed reaches to the end. Absent if
  // there is none of this.
  std::optional<absl::string_view> thought;

  // What comes after the last </think>; the whole text if there is no thought, nothing if it never
  // ends: what a model thinks is no answer.
  absl::string_view rest;

  // Where the answer stands: what <answer> encloses in `rest`, or all of `rest` if it has no such
  // tags. Absent if the thought never ends, or if the tags in `rest` are anything but one <answer>
  // and then one </answer>.
  std::optional<absl::string_view> answer_region;
  absl::string_view no_answer;  // Why it is absent; else empty.

  // The contents of the last \boxed{…} of the region whose braces are balanced; a box in a box
  // belongs to the outer one. Several, in their order, if each differs from the one before and is
  // joined to it: at most 10 bytes apart, with a comma or the word "and" or "or" between. A box
  // that repeats the one before counts once. Empty if there is none, or if boxes_conflict.
  std::vector<absl::string_view> boxes;
  bool boxes_conflict;  // The region has boxes that differ and are not joined.

  // The last block of the region; absent if there is none. One that is never closed is none.
  std::optional<CodeBlock> code;
};

// Parses in time and memory linear in `text`, whatever it is: each part is found by one scan that
// never goes back. `text` must outlive the result; `options` need not.
Completion ParseCompletion(absl::string_view text, const CompletionOptions& options);

}  // namespace whet

#endif  // WHET_REWARDS_COMPLETION_H_
