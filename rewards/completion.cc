#include "rewards/completion.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace whet {
namespace {

// More between two boxes does not join them.
constexpr size_t kJoinBytesMax = 10;
constexpr size_t kFenceIndentMax = 3;
constexpr size_t kFenceTicksMin = 3;

constexpr absl::string_view kThoughtUnfinished = "the thought never ends";
constexpr absl::string_view kAnswerTagsWrong =
    "after the thought there must be one <answer> and then one </answer>, or neither";

std::vector<TagPosition> FindTags(absl::string_view text, const CompletionOptions& options) {
  const std::array<std::pair<Tag, std::string>, 4> literals = {{
      {Tag::kThoughtOpen, absl::StrCat("<", options.thought_tag, ">")},
      {Tag::kThoughtClose, absl::StrCat("</", options.thought_tag, ">")},
      {Tag::kAnswerOpen, absl::StrCat("<", options.answer_tag, ">")},
      {Tag::kAnswerClose, absl::StrCat("</", options.answer_tag, ">")},
  }};
  std::vector<TagPosition> tags;
  size_t at = text.find('<');
  while (at != absl::string_view::npos) {
    size_t next = at + 1;
    for (const auto& [tag, literal] : literals) {
      if (!absl::StartsWith(text.substr(at), literal)) continue;
      next = at + literal.size();
      tags.push_back({.tag = tag, .begin = at, .end = next});
      break;
    }
    at = text.find('<', next);
  }
  return tags;
}

// Sets thought, rest and, if the thought never ends, no_answer.
void CutThought(Completion* completion) {
  const absl::string_view text = completion->text;
  const TagPosition* open = nullptr;   // The first.
  const TagPosition* close = nullptr;  // The last.
  for (const TagPosition& tag : completion->tags) {
    if (tag.tag == Tag::kThoughtOpen && open == nullptr) open = &tag;
    if (tag.tag == Tag::kThoughtClose) close = &tag;
  }
  size_t begin = open != nullptr && !completion->thought_prefilled ? open->end : 0;
  if (close != nullptr) {
    if (begin > close->begin) begin = 0;  // That <think> opens another thought.
    completion->thought = text.substr(begin, close->begin - begin);
    completion->rest = text.substr(close->end);
  } else if (open != nullptr || completion->thought_prefilled) {
    completion->thought = text.substr(begin);
    completion->rest = text.substr(text.size());
    completion->no_answer = kThoughtUnfinished;
  } else {
    completion->rest = text;
  }
}

// Sets answer_region, or no_answer.
void CutAnswer(Completion* completion) {
  if (!completion->no_answer.empty()) return;
  std::vector<TagPosition> tags;  // Of answers, in the rest.
  const size_t rest_begin = completion->text.size() - completion->rest.size();
  for (const TagPosition& tag : completion->tags) {
    const bool is_answer = tag.tag == Tag::kAnswerOpen || tag.tag == Tag::kAnswerClose;
    if (is_answer && tag.begin >= rest_begin) tags.push_back(tag);
  }
  if (tags.empty()) {
    completion->answer_region = completion->rest;
  } else if (tags.size() == 2 && tags[0].tag == Tag::kAnswerOpen &&
             tags[1].tag == Tag::kAnswerClose) {
    completion->answer_region = completion->text.substr(tags[0].end, tags[1].begin - tags[0].end);
  } else {
    completion->no_answer = kAnswerTagsWrong;
  }
}

struct Box {
  size_t begin;  // Of "\boxed".
  size_t end;    // Behind the closing brace.
  absl::string_view content;
};

// The balanced boxes that lie in no other, in order.
std::vector<Box> FindBoxes(absl::string_view text) {
  constexpr absl::string_view kBoxed = "\\boxed";
  constexpr size_t kNoBox = absl::string_view::npos;
  struct Brace {
    size_t box_begin;  // Of the "\boxed" that it follows, or kNoBox.
    size_t content_begin;
  };
  std::vector<Brace> open;
  std::vector<Box> boxes;
  size_t at = text.find_first_of("\\{}");
  while (at != absl::string_view::npos) {
    size_t next = at + 1;
    if (text[at] == '{') {
      open.push_back({.box_begin = kNoBox, .content_begin = next});
    } else if (text[at] == '}' && !open.empty()) {
      const Brace brace = open.back();
      open.pop_back();
      if (brace.box_begin != kNoBox) {
        while (!boxes.empty() && boxes.back().begin > brace.box_begin) boxes.pop_back();
        boxes.push_back({.begin = brace.box_begin,
                         .end = next,
                         .content = text.substr(brace.content_begin, at - brace.content_begin)});
      }
    } else if (text[at] == '\\') {
      if (absl::StartsWith(text.substr(at), kBoxed)) {
        const size_t brace = text.find_first_not_of(' ', at + kBoxed.size());
        next = at + kBoxed.size();
        if (brace != absl::string_view::npos && text[brace] == '{') {
          next = brace + 1;
          open.push_back({.box_begin = at, .content_begin = next});
        }
      } else {
        next = at + 2;  // An escaped brace encloses nothing.
      }
    }
    at = text.find_first_of("\\{}", next);
  }
  return boxes;
}

// Whether what stands between two boxes makes them one answer.
bool Joins(absl::string_view between) {
  if (between.size() > kJoinBytesMax) return false;
  size_t at = 0;
  while (at < between.size()) {
    if (between[at] == ',') return true;
    size_t end = at;
    while (end < between.size() && absl::ascii_isalpha(between[end])) ++end;
    const absl::string_view word = between.substr(at, end - at);
    if (word == "and" || word == "or") return true;
    at = std::max(end, at + 1);
  }
  return false;
}

// Sets boxes and boxes_conflict.
void ChooseBoxes(absl::string_view region, Completion* completion) {
  size_t last_end = 0;
  for (const Box& box : FindBoxes(region)) {
    const absl::string_view content = absl::StripAsciiWhitespace(box.content);
    std::vector<absl::string_view>& boxes = completion->boxes;
    if (boxes.empty() || content != boxes.back()) {
      const absl::string_view between = region.substr(last_end, box.begin - last_end);
      completion->boxes_conflict |= !boxes.empty() && !Joins(between);
      boxes.push_back(content);
    }
    last_end = box.end;
  }
  if (completion->boxes_conflict) completion->boxes.clear();
}

// A line of backticks or tildes, perhaps with a language.
struct Fence {
  char mark;
  size_t ticks;
  size_t indent;
  absl::string_view info;
};

std::optional<Fence> ReadFence(absl::string_view line) {
  const size_t indent = std::min(line.find_first_not_of(' '), line.size());
  if (indent > kFenceIndentMax) return std::nullopt;
  line.remove_prefix(indent);
  const char mark = line.empty() ? '\0' : line.front();
  if (mark != '`' && mark != '~') return std::nullopt;
  const size_t ticks = std::min(line.find_first_not_of(mark), line.size());
  if (ticks < kFenceTicksMin) return std::nullopt;
  const absl::string_view info = absl::StripAsciiWhitespace(line.substr(ticks));
  // ```like this``` is code within a line.
  if (mark == '`' && absl::StrContains(info, '`')) return std::nullopt;
  return Fence{.mark = mark, .ticks = ticks, .indent = indent, .info = info};
}

std::optional<CodeBlock> LastCodeBlock(absl::string_view text) {
  std::optional<CodeBlock> last;
  std::optional<Fence> open;
  size_t code_begin = 0;
  size_t at = 0;
  while (at < text.size()) {
    const size_t newline = text.find('\n', at);
    const size_t next = newline == absl::string_view::npos ? text.size() : newline + 1;
    const std::optional<Fence> fence = ReadFence(text.substr(at, next - at));
    if (!open && fence) {
      open = fence;
      code_begin = next;
    } else if (open && fence && fence->info.empty() && fence->mark == open->mark &&
               fence->ticks >= open->ticks) {
      const absl::string_view language =
          open->info.substr(0, std::min(open->info.find(' '), open->info.size()));
      last = CodeBlock{.language = language,
                       .code = text.substr(code_begin, at - code_begin),
                       .indent = open->indent};
      open.reset();
    }
    at = next;
  }
  return last;
}

}  // namespace

std::string SourceOf(const CodeBlock& block) {
  std::string source;
  source.reserve(block.code.size());
  for (const absl::string_view line : absl::StrSplit(block.code, '\n')) {
    const size_t spaces = std::min(line.find_first_not_of(' '), line.size());
    absl::StrAppend(&source, line.substr(std::min(spaces, block.indent)), "\n");
  }
  source.pop_back();  // The split gives one line more than there are line ends.
  return source;
}

Completion ParseCompletion(absl::string_view text, const CompletionOptions& options) {
  Completion completion = {};
  completion.text = text;
  completion.thought_prefilled = options.thought_prefilled;
  completion.tags = FindTags(text, options);
  CutThought(&completion);
  CutAnswer(&completion);
  if (completion.answer_region) {
    ChooseBoxes(*completion.answer_region, &completion);
    completion.code = LastCodeBlock(*completion.answer_region);
  }
  return completion;
}

}  // namespace whet
