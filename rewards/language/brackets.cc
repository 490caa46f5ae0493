#include "rewards/language/brackets.h"

#include <vector>

#include "absl/strings/match.h"

namespace whet {
namespace {

constexpr absl::string_view kBegin = "\\begin{";
constexpr absl::string_view kEnd = "\\end{";
constexpr size_t kNameBytesMax = 32;

struct Opened {
  size_t at;
  absl::string_view name;
};

// The name before the next brace; empty if there is none.
absl::string_view NameAt(absl::string_view text, size_t at) {
  const absl::string_view rest = text.substr(at, kNameBytesMax);
  const size_t end = rest.find('}');
  return end == absl::string_view::npos ? absl::string_view() : rest.substr(0, end);
}

}  // namespace

Brackets::Brackets(absl::string_view text) {
  std::vector<size_t> braces;
  std::vector<Opened> environments;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\') {
      const absl::string_view rest = text.substr(at);
      if (absl::StartsWith(rest, kBegin)) {
        environments.push_back({at, NameAt(text, at + kBegin.size())});
        at += kBegin.size() - 2;  // The brace is one like others.
      } else if (absl::StartsWith(rest, kEnd)) {
        const absl::string_view name = NameAt(text, at + kEnd.size());
        if (!environments.empty() && !name.empty() && environments.back().name == name) {
          ends_[environments.back().at] = at + kEnd.size() + name.size() + 1;
          environments.pop_back();
        }
        at += kEnd.size() - 2;
      } else {
        ++at;
      }
    } else if (c == '{') {
      braces.push_back(at);
    } else if (c == '}' && !braces.empty()) {
      ends_[braces.back()] = at + 1;
      braces.pop_back();
    } else if (c == '\n' && at + 1 < text.size() && text[at + 1] == '\n') {
      braces.clear();
    }
  }
}

std::optional<size_t> Brackets::EndOf(size_t open) const {
  const auto found = ends_.find(open);
  if (found == ends_.end()) return std::nullopt;
  return found->second;
}

}  // namespace whet
