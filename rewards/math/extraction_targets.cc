#include "rewards/math/extraction_targets.h"

#include <utility>

#include "rewards/math/prose.h"

namespace whet::math {
namespace {

using absl::string_view;
using Seen = Environments::Seen;

constexpr int kAnswerReach = 50;
constexpr int kEqualsReach = 100;
constexpr string_view kBox = "\\boxed{";

Match MatchOf(EnvironmentChain chain) {
  return {
      .begin = chain.links.front().environment->begin, .end = chain.end, .found = std::move(chain)};
}

std::optional<Match> MatchOf(const std::optional<Figure>& figure) {
  if (!figure.has_value()) return std::nullopt;
  return Match{.begin = figure->begin, .end = figure->end, .found = *figure};
}

}  // namespace

std::optional<size_t> SkipHope(string_view text, size_t at) {
  constexpr string_view kHope = "I hope";
  if (StartsWithAt(text, at, ".")) ++at;
  at += SpaceLength(text, at);
  if (!StartsWithAt(text, at, kHope)) return std::nullopt;
  return at + kHope.size();
}

std::optional<Match> LatexTarget::BehindIs(size_t at) const {
  const Environment* const first = environments_.BehindSpaces(at, Seen::kAll);
  if (first == nullptr) return std::nullopt;
  return MatchOf(environments_.ChainFrom(*first, Seen::kAll));
}

std::optional<Match> LatexTarget::BehindAnswer(size_t at) const {
  const Environment* const first = environments_.FirstFrom(at, Seen::kAll);
  if (first == nullptr) return std::nullopt;
  const bool in_reach = VisitReach(text_, at, kAnswerReach, false,
                                   [&](size_t reached) { return reached == first->begin; });
  if (!in_reach) return std::nullopt;
  return MatchOf(environments_.ChainFrom(*first, Seen::kAll));
}

std::optional<Match> LatexTarget::From(size_t at) const {
  const Environment* const first = environments_.FirstFrom(at, Seen::kAll);
  if (first == nullptr) return std::nullopt;
  return MatchOf(environments_.ChainFrom(*first, Seen::kAll));
}

std::optional<Match> LatexTarget::BoxedFrom(size_t at) const {
  const Environment* const first = environments_.FirstFrom(at, Seen::kBoxed);
  if (first == nullptr) return std::nullopt;
  return MatchOf(environments_.ChainFrom(*first, Seen::kBoxed));
}

std::optional<Match> LatexTarget::Boxed() const {
  const size_t begin = text_.find(kBox);
  const size_t brace = text_.rfind('}');
  const bool is_empty = brace == string_view::npos || brace < begin + kBox.size() + 1;
  if (begin == string_view::npos || is_empty) return std::nullopt;
  const BoxedSpan span = {.begin = begin, .end = brace + 1};
  return Match{.begin = span.begin, .end = span.end, .found = span};
}

std::optional<Match> FigureTarget::BehindIs(size_t at) const { return MatchOf(figures_.At(at)); }

std::optional<Match> FigureTarget::BehindFinalAnswerIs(size_t at) const {
  return MatchOf(BehindSpaces(at));
}

std::optional<Figure> FigureTarget::BehindSpaces(size_t at) const {
  const size_t behind = SkipSpaces(text_, at);
  const std::optional<Figure> figure = figures_.At(behind);
  if (figure.has_value() || behind == at) return figure;
  return figures_.At(LastCharacter(text_, behind));
}

std::optional<Match> FigureTarget::BehindAnswer(size_t at) const {
  std::vector<size_t> equals;
  VisitReach(text_, at, kEqualsReach, true, [&](size_t reached) {
    if (StartsWithAt(text_, reached, "=")) equals.push_back(reached);
    return false;
  });
  std::optional<Figure> found;
  for (; !equals.empty() && !found.has_value(); equals.pop_back()) {
    found = LastValueBehindSpaces(equals.back() + 1);
  }
  if (found.has_value()) return MatchOf(found);
  size_t untried = at;
  VisitReach(text_, at, kAnswerReach, true, [&](size_t reached) {
    const std::optional<Figure> figure = reached < untried ? std::nullopt : figures_.At(reached);
    if (!figure.has_value()) return false;
    untried = figure->value_end;  // The 000 of "1 000 =" is no number.
    if (IsLastValue(figure)) found = figure;
    return found.has_value();
  });
  return MatchOf(found);
}

bool FigureTarget::IsLastValue(const std::optional<Figure>& figure) const {
  return figure.has_value() && !StartsWithAt(text_, SkipSpaces(text_, figure->end), "=");
}

std::optional<Figure> FigureTarget::LastValueBehindSpaces(size_t at) const {
  const std::optional<Figure> figure = BehindSpaces(at);
  return IsLastValue(figure) ? figure : std::nullopt;
}

std::optional<Match> FigureTarget::From(size_t at) const {
  for (; at < text_.size(); at += CharacterLength(text_, at)) {
    const std::optional<Figure> figure = figures_.NumberAt(at);
    if (figure.has_value()) return MatchOf(figure);
  }
  return std::nullopt;
}

std::optional<Match> FigureTarget::ArithmeticFrom(size_t at) const {
  for (; at < text_.size(); at += CharacterLength(text_, at)) {
    const std::optional<Figure> figure = figures_.ArithmeticAt(at);
    if (figure.has_value()) return MatchOf(figure);
  }
  return std::nullopt;
}

std::optional<Match> StringTarget::BehindIs(size_t at) const {
  const size_t begin = SkipSpaces(text_, at);
  for (const std::string& value : strings_) {
    if (value.empty() || !StartsWithAt(text_, begin, value)) continue;
    return Match{.begin = begin, .end = begin + value.size(), .found = FoundString{value}};
  }
  return std::nullopt;
}

std::optional<Match> StringTarget::BehindFinalAnswerIs(size_t at) const {
  const size_t begin = SkipSpaces(text_, at);
  for (const std::string& value : strings_) {
    const size_t end = begin + value.size();
    const bool is_here = !value.empty() && StartsWithAt(text_, begin, value);
    if (!is_here || !SkipHope(text_, end).has_value()) continue;
    return Match{.begin = begin, .end = end, .found = FoundString{value}};
  }
  return std::nullopt;
}

std::optional<Match> StringTarget::WholeAt(size_t begin, size_t at) const {
  if (StartsWithAt(text_, at, "**")) at += 2;
  for (const std::string& value : strings_) {
    if (value.empty() || !StartsWithAt(text_, at, value)) continue;
    size_t end = at + value.size();
    if (StartsWithAt(text_, end, "**")) end += 2;
    const bool is_mark =
        end < text_.size() && string_view(".,:").find(text_[end]) != string_view::npos;
    const size_t length = is_mark ? 1 : SpaceLength(text_, end);
    if (length == 0 && end < text_.size()) continue;
    return Match{.begin = begin, .end = end + length, .found = FoundString{value}};
  }
  return std::nullopt;
}

std::optional<Match> StringTarget::SeparateAt(size_t at) const {
  if (at == 0) {
    std::optional<Match> match = WholeAt(0, 0);
    if (match.has_value()) return match;
  }
  const size_t space = SpaceLength(text_, at);
  if (space == 0) return std::nullopt;
  return WholeAt(at, at + space);
}

std::optional<Match> StringTarget::BehindAnswer(size_t at) const {
  std::optional<Match> found;
  VisitReach(text_, at, kAnswerReach, true, [&](size_t reached) {
    found = SeparateAt(reached);
    return found.has_value();
  });
  return found;
}

std::optional<Match> StringTarget::From(size_t at) const {
  for (; at < text_.size(); at += CharacterLength(text_, at)) {
    std::optional<Match> match = SeparateAt(at);
    if (match.has_value()) return match;
  }
  return std::nullopt;
}

std::optional<Match> StringTarget::AtBeginning() const { return WholeAt(0, 0); }

}  // namespace whet::math
