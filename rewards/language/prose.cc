#include "rewards/language/prose.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "rewards/language/brackets.h"

namespace whet {
namespace {

using absl::string_view;

constexpr size_t kNpos = string_view::npos;
constexpr size_t kTickRunMax = 8;
constexpr size_t kDisplayBytesMax = 16384;  // Of $$…$$, \[…\] and \(…\).
constexpr size_t kTagBytesMax = 512;
constexpr size_t kOptionBytesMax = 128;  // Of […] behind a command.
constexpr size_t kEntityBytesMax = 10;

// HTML elements whose contents are no prose.
constexpr std::array<string_view, 5> kOpaqueTags = {"code", "pre", "script", "style", "math"};
constexpr std::array<string_view, 22> kProseEnvironments = {
    "abstract", "center",    "claim",       "corollary", "definition", "description",
    "document", "enumerate", "example",     "flushleft", "itemize",    "lemma",
    "proof",    "problem",   "proposition", "quotation", "quote",      "remark",
    "section",  "solution",  "theorem",     "note"};

bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }
bool IsLetter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsNameByte(char c) { return IsLetter(c) || IsDigit(c) || c == '-' || c == '_' || c == '.'; }
bool IsMailByte(char c) { return IsNameByte(c) || c == '+' || c == '%'; }
bool IsUrlByte(char c) {
  return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x80 &&
         !absl::StrContains("<>\"`{}|\\^", c);
}

// Where the run of bytes from `at` ends that `belongs` accepts.
template <typename Belongs>
size_t RunEnd(string_view text, size_t at, Belongs belongs) {
  while (at < text.size() && belongs(text[at])) ++at;
  return at;
}

// How far the closers of one kind have been looked for: what failed once is not looked for again.
struct Searched {
  size_t none_before = 0;
};

class Scanner {
 public:
  explicit Scanner(string_view text) : text_(text), brackets_(text) { out_.reserve(text.size()); }

  std::string Run() {
    bool at_line_start = true;
    while (at_ < text_.size()) {
      if (at_line_start && SkipFence()) continue;
      at_line_start = text_[at_] == '\n';
      if (!SkipAt(text_[at_])) out_.push_back(text_[at_++]);
    }
    return std::move(out_);
  }

 private:
  // Whether what begins with `c` is no prose; then it is taken out.
  bool SkipAt(char c) {
    switch (c) {
      case '`':
        return SkipInlineCode();
      case '$':
        return SkipDollars();
      case '\\':
        return SkipCommand();
      case '_':
      case '^':
        return SkipScript();
      case '<':
        return SkipTag();
      case '&':
        return SkipEntity();
      case ':':
        return SkipUrl();
      case '@':
        return SkipMail();
      case 'w':
        return SkipWww();
      default:
        return false;
    }
  }

  bool TakeOut(size_t end) {
    out_.push_back('0');
    at_ = end;
    return true;
  }
  bool Separate(size_t end) {
    out_.push_back(' ');
    at_ = end;
    return true;
  }
  // Takes back what was put out of a name that turned out to belong to what follows.
  template <typename Belongs>
  size_t TakeBack(Belongs belongs) {
    const size_t before = out_.size();
    while (!out_.empty() && belongs(out_.back())) out_.pop_back();
    return before - out_.size();
  }

  size_t ParagraphEnd() {
    if (at_ >= paragraph_end_) {
      paragraph_end_ = std::min(text_.find("\n\n", at_), text_.size());
      // Two line ends are passed as two characters.
      if (paragraph_end_ == at_) paragraph_end_ = at_ + 1;
    }
    return paragraph_end_;
  }

  // The first place from `from` to `limit` where `closes` holds.
  template <typename Closes>
  std::optional<size_t> Find(Searched* searched, size_t from, size_t limit, Closes closes) {
    limit = std::min(limit, text_.size());
    for (size_t i = std::max(from, searched->none_before); i < limit; ++i) {
      if (closes(i)) return i;
    }
    searched->none_before = std::max(searched->none_before, limit);
    return std::nullopt;
  }

  std::optional<size_t> FindText(Searched* searched, size_t from, string_view closer) {
    return Find(searched, from, from + kDisplayBytesMax, [&](size_t i) {
      return text_[i] == closer[0] && absl::StartsWith(text_.substr(i), closer);
    });
  }

  // Whether the line from `at` on begins with a fence of `c`, of how many, and where that ends.
  size_t FenceLength(size_t at, char c, size_t* end) const {
    const size_t begin = RunEnd(text_, at, [](char space) { return space == ' '; });
    *end = RunEnd(text_, begin, [c](char tick) { return tick == c; });
    return begin - at > 3 ? 0 : *end - begin;
  }

  bool SkipFence() {
    for (const char c : {'`', '~'}) {
      size_t end;
      const size_t length = FenceLength(at_, c, &end);
      if (length < 3) continue;
      size_t line_end = std::min(text_.find('\n', end), text_.size());
      if (c == '`' && absl::StrContains(text_.substr(end, line_end - end), '`')) continue;
      while (line_end < text_.size()) {
        const size_t line = line_end + 1;
        const size_t closing = FenceLength(line, c, &end);
        line_end = std::min(text_.find('\n', std::min(line, text_.size())), text_.size());
        const string_view rest = text_.substr(std::min(end, line_end), line_end - end);
        if (closing >= length && absl::StripAsciiWhitespace(rest).empty()) break;
      }
      out_.push_back('\n');
      at_ = line_end;
      return true;
    }
    return false;
  }

  bool SkipInlineCode() {
    const auto is_tick = [](char c) { return c == '`'; };
    const size_t begin = RunEnd(text_, at_, is_tick);
    const size_t length = begin - at_;
    if (length <= kTickRunMax) {
      const std::optional<size_t> close =
          Find(&ticks_[length - 1], begin, ParagraphEnd(), [&](size_t i) {
            return is_tick(text_[i]) && !is_tick(text_[i - 1]) &&
                   RunEnd(text_, i, is_tick) - i == length;
          });
      if (close) return TakeOut(*close + length);
    }
    return Separate(begin);
  }

  bool SkipDollars() {
    if (absl::StartsWith(text_.substr(at_), "$$")) {
      const std::optional<size_t> close = FindText(&double_dollar_, at_ + 2, "$$");
      return close ? TakeOut(*close + 2) : Separate(at_ + 2);
    }
    if (at_ + 1 >= text_.size() || IsSpace(text_[at_ + 1])) return false;
    const std::optional<size_t> close = Find(&dollar_, at_ + 2, ParagraphEnd(), [this](size_t i) {
      return text_[i] == '$' && !IsSpace(text_[i - 1]) && text_[i - 1] != '\\' &&
             (i + 1 == text_.size() || !IsDigit(text_[i + 1]));
    });
    return close && TakeOut(*close + 1);
  }

  // Behind the arguments {…} and […] from `at` on.
  size_t ArgumentsEnd(size_t at) const {
    while (at < text_.size()) {
      std::optional<size_t> end;
      if (text_[at] == '{') {
        end = brackets_.EndOf(at);
      } else if (text_[at] == '[') {
        const string_view option = text_.substr(at, kOptionBytesMax);
        const size_t close = option.find_first_of("]\n");
        if (close != kNpos && option[close] == ']') end = at + close + 1;
      }
      if (!end) break;
      at = *end;
    }
    return at;
  }

  bool SkipCommand() {
    if (at_ + 1 == text_.size()) return Separate(at_ + 1);
    const char next = text_[at_ + 1];
    if (next == '(' || next == '[') {
      const std::optional<size_t> close = next == '(' ? FindText(&parenthesis_, at_ + 2, "\\)")
                                                      : FindText(&bracket_, at_ + 2, "\\]");
      return close ? TakeOut(*close + 2) : Separate(at_ + 2);
    }
    if (!IsLetter(next)) {
      // Of "\中" only the backslash.
      return Separate(at_ + (static_cast<unsigned char>(next) < 0x80 && next != '\n' ? 2 : 1));
    }
    size_t end = RunEnd(text_, at_ + 1, IsLetter);
    const string_view name = text_.substr(at_ + 1, end - at_ - 1);
    if (end < text_.size() && text_[end] == '*') ++end;
    if (name == "begin" && end < text_.size() && text_[end] == '{') {
      const string_view rest = text_.substr(end + 1, kOptionBytesMax);
      const string_view environment = rest.substr(0, rest.find_first_of("}*"));
      const bool prose = absl::c_linear_search(kProseEnvironments, environment);
      const std::optional<size_t> close = brackets_.EndOf(at_);
      if (close && !prose) return TakeOut(*close);
    }
    return TakeOut(ArgumentsEnd(end));
  }

  bool SkipScript() {
    if (at_ + 1 >= text_.size() || text_[at_ + 1] != '{') return false;
    const std::optional<size_t> end = brackets_.EndOf(at_ + 1);
    return end && TakeOut(*end);
  }

  // Behind <NAME>, <NAME/>, </NAME>, <NAME KEY=…> and <|…|> at at_.
  std::optional<size_t> TagEnd(string_view* name) const {
    const string_view rest = text_.substr(at_, kTagBytesMax);
    const size_t close = rest.find_first_of("<>", 1);
    if (close == kNpos || rest[close] != '>' || close < 2) return std::nullopt;
    const string_view inside = rest.substr(1, close - 1);
    if (inside.size() >= 2 && inside.front() == '|' && inside.back() == '|') return at_ + close + 1;
    size_t begin = inside.front() == '/' || inside.front() == '!' ? 1 : 0;
    if (begin == inside.size() || !IsLetter(inside[begin])) return std::nullopt;
    const size_t end = RunEnd(inside, begin, IsNameByte);
    const string_view attributes = absl::StripAsciiWhitespace(inside.substr(end));
    const bool is_tag = attributes.empty() || attributes == "/" ||
                        (IsSpace(inside[end]) && absl::StrContains(attributes, '=')) ||
                        inside.front() == '!';
    if (!is_tag) return std::nullopt;
    if (begin == 0) *name = inside.substr(0, end);
    return at_ + close + 1;
  }

  bool SkipTag() {
    string_view name;
    const std::optional<size_t> end = TagEnd(&name);
    if (!end) return false;
    for (size_t tag = 0; tag < kOpaqueTags.size(); ++tag) {
      if (!absl::EqualsIgnoreCase(name, kOpaqueTags[tag])) continue;
      const std::optional<size_t> close = Find(&tags_[tag], *end, text_.size(), [&](size_t i) {
        return text_[i] == '<' && text_.substr(i + 1, 1) == "/" &&
               absl::StartsWithIgnoreCase(text_.substr(i + 2), name);
      });
      if (close) return TakeOut(*close);
    }
    return Separate(*end);
  }

  bool SkipEntity() {
    const string_view rest = text_.substr(at_, kEntityBytesMax);
    const size_t end =
        RunEnd(rest, 1, [](char c) { return IsLetter(c) || IsDigit(c) || c == '#'; });
    return end > 1 && end < rest.size() && rest[end] == ';' && Separate(at_ + end + 1);
  }

  bool SkipUrl() {
    if (!absl::StartsWith(text_.substr(at_), "://")) return false;
    if (TakeBack(IsNameByte) == 0) return false;
    return TakeOut(RunEnd(text_, at_, IsUrlByte));
  }

  bool SkipWww() {
    if (!absl::StartsWith(text_.substr(at_), "www.")) return false;
    if (!out_.empty() && IsNameByte(out_.back())) return false;
    return TakeOut(RunEnd(text_, at_, IsUrlByte));
  }

  bool SkipMail() {
    const size_t end = RunEnd(text_, at_ + 1, IsNameByte);
    if (end == at_ + 1) return false;
    TakeBack(IsMailByte);
    return TakeOut(end);
  }

  const string_view text_;
  const Brackets brackets_;
  size_t at_ = 0;
  size_t paragraph_end_ = 0;
  std::string out_;
  std::array<Searched, kTickRunMax> ticks_;
  std::array<Searched, kOpaqueTags.size()> tags_;
  Searched dollar_, double_dollar_, parenthesis_, bracket_;
};

}  // namespace

std::string ProseOf(string_view text) { return Scanner(text).Run(); }

}  // namespace whet
