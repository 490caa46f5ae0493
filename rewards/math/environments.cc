#include "rewards/math/environments.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "rewards/math/prose.h"

namespace whet::math {
namespace {

using absl::string_view;

constexpr string_view kBox = "\\boxed{";
constexpr size_t kNone = string_view::npos;

// The next place of something, for positions that never go back: linear in the text altogether.
class Cursor {
 public:
  Cursor(string_view text, string_view what) : text_(text), what_(what) {}

  size_t From(size_t at) {
    if (!searched_ || (found_ != kNone && found_ < at)) found_ = text_.find(what_, at);
    searched_ = true;
    return found_;
  }

 private:
  const string_view text_;
  const string_view what_;
  size_t found_ = 0;
  bool searched_ = false;
};

class Finder {
 public:
  explicit Finder(string_view text) : text_(text) {}

  std::vector<Environment> FindAll() {
    std::vector<Environment> found;
    for (size_t at = 0; at < text_.size(); ++at) {
      std::optional<Environment> environment = At(at);
      if (!environment.has_value()) continue;
      environment->has_box = HasBox(*environment);
      found.push_back(*environment);
    }
    return found;
  }

 private:
  std::optional<Environment> At(size_t at) {
    switch (text_[at]) {
      case '$':
        return StartsWithAt(text_, at, "$$") ? DisplayDollars(at) : InlineDollars(at);
      case '\\':
        if (StartsWithAt(text_, at, "\\[")) return Display(at);
        if (StartsWithAt(text_, at, "\\(")) return Inline(at);
        return Fraction(at);
      case '-':
        return Fraction(at);
      default:
        return Brackets(at);
    }
  }

  bool IsFraction(size_t at) const { return StartsWithAt(text_, at, "\\frac"); }
  bool HasBackslashBefore(size_t at) const { return at > 0 && text_[at - 1] == '\\'; }

  // From the delimiter at `at` to the one at `close`, both of `length`.
  std::optional<Environment> Between(size_t at, size_t close, size_t length) const {
    if (close == kNone || close == at + length) return std::nullopt;
    if (HasBackslashBefore(at) || HasBackslashBefore(close)) return std::nullopt;
    return Environment{.begin = at,
                       .end = close + length,
                       .content_begin = at + length,
                       .content_end = close,
                       .has_box = false};
  }

  std::optional<Environment> DisplayDollars(size_t at) {
    return Between(at, dollars_.From(at + 2), 2);
  }

  std::optional<Environment> Display(size_t at) {
    return Between(at, display_end_.From(at + 2), 2);
  }

  std::optional<Environment> Inline(size_t at) {
    const size_t close = inline_end_.From(at + 2);
    if (newline_.From(at) < close) return std::nullopt;
    return Between(at, close, 2);
  }

  std::optional<Environment> InlineDollars(size_t at) {
    if (at > 0 && IsDigitAt(text_, at - 1)) return std::nullopt;
    const size_t close = UnescapedDollar(at + 1);
    if (newline_.From(at) < close) return std::nullopt;
    return Between(at, close, 1);
  }

  size_t UnescapedDollar(size_t at) {
    if (dollar_ < at) dollar_ = text_.find('$', at);
    while (dollar_ != kNone && HasBackslashBefore(dollar_)) dollar_ = text_.find('$', dollar_ + 1);
    return dollar_;
  }

  std::optional<Environment> Brackets(size_t at) {
    const size_t open = at + SpaceLength(text_, at);
    if (open == at || open >= text_.size() || text_[open] != '[') return std::nullopt;
    if (bracket_ < open + 1) bracket_ = text_.find_first_of("[]\n", open + 1);
    if (bracket_ == kNone || text_[bracket_] != ']' || bracket_ == open + 1) return std::nullopt;
    const size_t space = SpaceLength(text_, bracket_ + 1);
    if (space == 0) return std::nullopt;
    return Environment{.begin = at,
                       .end = bracket_ + 1 + space,
                       .content_begin = open + 1,
                       .content_end = bracket_,
                       .has_box = false};
  }

  std::optional<Environment> Fraction(size_t at) const {
    const size_t command = text_[at] == '-' ? at + 1 : at;
    if (!IsFraction(command)) return std::nullopt;
    const size_t between = SkipNumberInBraces(command + string_view("\\frac").size());
    if (between == kNone) return std::nullopt;
    const size_t end = SkipNumberInBraces(between);
    if (end == kNone) return std::nullopt;
    return Environment{
        .begin = at, .end = end, .content_begin = at, .content_end = end, .has_box = false};
  }

  // Behind {-1.5} at `at`; kNone if none is there.
  size_t SkipNumberInBraces(size_t at) const {
    if (!StartsWithAt(text_, at++, "{")) return kNone;
    if (StartsWithAt(text_, at, "-")) ++at;
    if (!IsDigitAt(text_, at)) return kNone;
    while (IsDigitAt(text_, at)) ++at;
    const bool has_point = StartsWithAt(text_, at, ".") || StartsWithAt(text_, at, ",");
    if (has_point && IsDigitAt(text_, at + 1)) ++at;
    while (IsDigitAt(text_, at)) ++at;
    return StartsWithAt(text_, at, "}") ? at + 1 : kNone;
  }

  bool HasBox(const Environment& environment) {
    const size_t box = box_.From(environment.content_begin);
    if (box == kNone || box >= environment.content_end) return false;
    return brace_.From(box + kBox.size() + 1) < environment.content_end;
  }

  const string_view text_;
  Cursor dollars_{text_, "$$"};
  Cursor display_end_{text_, "\\]"};
  Cursor inline_end_{text_, "\\)"};
  Cursor newline_{text_, "\n"};
  Cursor box_{text_, kBox};
  Cursor brace_{text_, "}"};
  size_t dollar_ = 0;
  size_t bracket_ = 0;
};

bool IsSeen(const Environment& environment, Environments::Seen seen) {
  return seen == Environments::Seen::kAll || environment.has_box;
}

size_t CharacterCount(string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); at += CharacterLength(text, at)) ++count;
  return count;
}

bool IsWordByte(string_view text, size_t at) {
  if (at >= text.size()) return false;
  return absl::ascii_isalnum(text[at]) || text[at] == '_' || (text[at] & 0x80) != 0;
}

bool HasWord(string_view text, string_view word) {
  for (size_t at = text.find(word); at != kNone; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !IsWordByte(text, at - 1);
    if (begins && !IsWordByte(text, at + word.size())) return true;
  }
  return false;
}

// `between` two boxes.
bool JoinsBoxes(string_view between, bool same_content) {
  constexpr size_t kCloseCharacters = 10;
  constexpr size_t kFarCharacters = 70;
  const size_t length = CharacterCount(between);
  if (length < kCloseCharacters) return true;
  if (same_content || length >= kFarCharacters) return false;
  return between.find_first_of(",;") != kNone || HasWord(between, "and") || HasWord(between, "or");
}

// The places of \boxed and \fbox, from the last to the first.
class BoxCommands {
 public:
  struct Command {
    size_t begin;
    size_t end;
  };

  explicit BoxCommands(string_view text) : text_(text) {}

  std::optional<Command> Before(size_t limit) {
    boxed_ = Last("\\boxed", boxed_, limit);
    fbox_ = Last("\\fbox", fbox_, limit);
    if (boxed_ == kNone && fbox_ == kNone) return std::nullopt;
    if (fbox_ == kNone || (boxed_ != kNone && boxed_ > fbox_)) {
      return Command{.begin = boxed_, .end = boxed_ + string_view("\\boxed").size()};
    }
    return Command{.begin = fbox_, .end = fbox_ + string_view("\\fbox").size()};
  }

 private:
  // `known` is the last place before an earlier limit.
  size_t Last(string_view command, size_t known, size_t limit) const {
    if (known == kNone || known < limit) return known;
    return text_.substr(0, limit).rfind(command);
  }

  const string_view text_;
  size_t boxed_ = text_.size();
  size_t fbox_ = text_.size();
};

// Where the brace that is open before `at` is closed; kNone if not before `limit`.
size_t ClosingBrace(string_view text, size_t at, size_t limit) {
  int depth = 1;
  for (; at < limit; ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at;
  }
  return kNone;
}

}  // namespace

Environments::Environments(string_view text) : text_(text), environments_(Finder(text).FindAll()) {}

const Environment* Environments::FirstFrom(size_t at, Seen seen) const {
  auto found = std::lower_bound(
      environments_.begin(), environments_.end(), at,
      [](const Environment& environment, size_t begin) { return environment.begin < begin; });
  while (found != environments_.end() && !IsSeen(*found, seen)) ++found;
  return found == environments_.end() ? nullptr : &*found;
}

const Environment* Environments::At(size_t at, Seen seen) const {
  const Environment* const first = FirstFrom(at, Seen::kAll);
  return first != nullptr && first->begin == at && IsSeen(*first, seen) ? first : nullptr;
}

const Environment* Environments::BehindSpaces(size_t at, Seen seen) const {
  const size_t behind = SkipSpaces(text_, at);
  const Environment* const found = At(behind, seen);
  if (found != nullptr || behind == at) return found;
  return At(LastCharacter(text_, behind), seen);
}

const Environment* Environments::Next(size_t at, Seen seen) const {
  at = SkipSpaces(text_, at);
  for (const string_view separator : {",and", "and", ",or", "or", ","}) {
    if (!StartsWithAt(text_, at, separator)) continue;
    const Environment* const found = BehindSpaces(at + separator.size(), seen);
    if (found != nullptr) return found;
  }
  return nullptr;
}

EnvironmentChain Environments::ChainFrom(const Environment& first, Seen seen) const {
  EnvironmentChain chain;
  for (const Environment* environment = &first; environment != nullptr;) {
    const size_t behind = SkipSpaces(text_, environment->end);
    const size_t sign = behind + (StartsWithAt(text_, behind, "\\%") ? 1 : 0);
    chain.end = SkipPercent(text_, sign);
    const bool percent = chain.end != sign;
    chain.links.push_back({.environment = environment, .percent = percent});
    if (seen == Seen::kBoxed) chain.end = SkipSpaces(text_, chain.end);
    if (chain.links.size() == EnvironmentChain::kCountMax) break;
    environment = Next(chain.end, seen);
  }
  return chain;
}

std::optional<Boxes> FindBoxes(string_view text, BoxesWanted wanted) {
  Boxes boxes = {.end = text.size()};
  std::vector<string_view> contents;  // From the last to the first.
  BoxCommands commands(text);
  size_t limit = text.size();
  while (const std::optional<BoxCommands::Command> command = commands.Before(limit)) {
    const size_t open = std::min(SkipSpaces(text, command->end), limit);
    if (open == limit) break;
    const size_t close = text[open] == '{' ? ClosingBrace(text, open + 1, limit) : kNone;
    if (close == kNone) {
      if (!contents.empty()) break;
      contents.push_back(text.substr(open));
      boxes.begin = command->begin;
      break;
    }
    const string_view content = absl::StripAsciiWhitespace(text.substr(open + 1, close - open - 1));
    const bool same = !contents.empty() && contents.back() == content;
    if (contents.empty()) {
      boxes.end = close + 1;
    } else if (wanted == BoxesWanted::kLast &&
               !JoinsBoxes(text.substr(close + 1, limit - close - 1), same)) {
      break;
    }
    if (!same) contents.push_back(content);
    boxes.begin = command->begin;
    limit = command->begin;
  }
  if (contents.empty()) return std::nullopt;
  std::reverse(contents.begin(), contents.end());
  boxes.content = absl::StrJoin(contents, ", ");
  return boxes;
}

}  // namespace whet::math
