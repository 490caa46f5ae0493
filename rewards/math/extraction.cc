#include "rewards/math/extraction.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rewards/math/extraction_targets.h"
#include "rewards/math/prose.h"

namespace whet::math {
namespace {

using absl::string_view;

constexpr string_view kAnswer = "answer";
constexpr string_view kFinalAnswer = "final answer";
constexpr int kIsReach = 100;

// The priorities of the header.
constexpr int kFinalAnswerIsXIHope = 0;
constexpr int kFinalAnswerIsX = 50;
constexpr int kAnswerColonX = 100;
constexpr int kAnswerX = 200;
constexpr int kBeginning = 250;
constexpr int kAnywhere = 300;

// Behind "{,}" at `at`, whatever white space is in it; `at` if it is not there.
size_t SkipBracedComma(string_view latex, size_t at) {
  if (!StartsWithAt(latex, at, "{")) return at;
  const size_t comma = SkipSpaces(latex, at + 1);
  if (!StartsWithAt(latex, comma, ",")) return at;
  const size_t close = SkipSpaces(latex, comma + 1);
  return StartsWithAt(latex, close, "}") ? close + 1 : at;
}

// Without dollar signs inside, and with single backslashes before letters.
std::string CleanLatex(string_view latex) {
  std::string clean;
  const bool is_matrix = latex.find("matrix") != string_view::npos;
  for (size_t at = 0; at < latex.size(); ++at) {
    if (latex[at] == '$' || StartsWithAt(latex, at, "\\$")) continue;
    const size_t behind_comma = SkipBracedComma(latex, at);
    if (behind_comma != at) {
      absl::StripTrailingAsciiWhitespace(&clean);
      clean += "{,}";
      at = behind_comma - 1;
      continue;
    }
    const bool doubled = !is_matrix && StartsWithAt(latex, at, "\\\\") && at + 2 < latex.size() &&
                         absl::ascii_isalpha(latex[at + 2]);
    if (!doubled) clean.push_back(latex[at]);
  }
  return std::string(absl::StripAsciiWhitespace(clean));
}

// What stands behind the last "=" of a chain of equations; nullopt if it is none.
std::optional<string_view> LastSide(string_view latex) {
  if (latex.find_first_of(",;") != string_view::npos) return std::nullopt;
  int equals = 0;
  size_t last = 0;
  for (size_t at = latex.find('='); at != string_view::npos; at = latex.find('=', at + 1)) {
    if (at > 0 && string_view("\\<!>").find(latex[at - 1]) != string_view::npos) continue;
    ++equals;
    last = at;
  }
  if (equals < 2) return std::nullopt;
  return absl::StripAsciiWhitespace(latex.substr(last + 1));
}

// Keeps the last of the matches of one regular expression, each of which begins behind the one
// before.
class LastMatches {
 public:
  void Add(Match match) {
    if (matches_.size() == size_t{2} * kCandidatesMax) {
      matches_.erase(matches_.begin(), matches_.begin() + kCandidatesMax);
    }
    matches_.push_back(std::move(match));
  }

  void MoveTo(std::vector<Match>* matches) && {
    std::move(matches_.begin(), matches_.end(), std::back_inserter(*matches));
  }

 private:
  std::vector<Match> matches_;
};

class Extraction {
 public:
  Extraction(string_view text, const ExtractionOptions& options,
             absl::FunctionRef<bool(const Candidate&)> visit)
      : text_(text),
        options_(options),
        visit_(visit),
        answers_(FindWord(text, kAnswer)),
        final_answers_(FindWord(text, kFinalAnswer)) {
    if (options.latex) latex_.emplace(text);
    if (options.expression) figures_.emplace(text);
    if (!options.strings.empty()) strings_.emplace(text, options.strings);
  }

  bool Run() {
    std::set<int> priorities = {kFinalAnswerIsXIHope, kFinalAnswerIsX, kAnswerColonX, kAnswerX,
                                kBeginning,           kAnywhere};
    if (options_.boxed_priority >= 0) priorities.insert(options_.boxed_priority);
    for (const int priority : priorities) {
      if (VisitAll(MatchesOf(priority))) return true;
    }
    return false;
  }

 private:
  struct Span {
    size_t begin;
    size_t end;
  };

  std::vector<Match> MatchesOf(int priority) const {
    std::vector<Match> matches;
    if (latex_.has_value()) {
      AddMatches(*latex_, priority, &matches);
      if (priority == options_.boxed_priority) AddBoxes(&matches);
    }
    if (figures_.has_value()) {
      AddMatches(*figures_, priority, &matches);
      if (priority == kAnywhere && options_.without_anchor) AddArithmetic(&matches);
    }
    if (strings_.has_value()) {
      AddMatches(*strings_, priority, &matches);
      if (priority == kBeginning && options_.without_anchor) AddBeginning(&matches);
    }
    return matches;
  }

  void AddMatches(const ExtractionTarget& target, int priority, std::vector<Match>* matches) const {
    switch (priority) {
      case kFinalAnswerIsXIHope:
        return AddBehind(final_answers_, matches,
                         [&](size_t anchor) { return FinalAnswerIsXIHope(target, anchor); });
      case kFinalAnswerIsX:
        return AddBehind(final_answers_, matches,
                         [&](size_t anchor) { return FinalAnswerIsX(target, anchor); });
      case kAnswerColonX:
        return AddBehind(answers_, matches, [&](size_t anchor) -> std::optional<Match> {
          const size_t colon = anchor + kAnswer.size();
          if (!StartsWithAt(text_, colon, ":")) return std::nullopt;
          return target.BehindAnswer(colon + 1);
        });
      case kAnswerX:
        return AddBehind(answers_, matches, [&](size_t anchor) {
          return target.BehindAnswer(anchor + kAnswer.size());
        });
      case kAnywhere:
        if (!options_.without_anchor) return;
        return AddFrom(matches, [&](size_t at) { return target.From(at); });
      default:
        return;
    }
  }

  // As regular expressions are searched for: no match begins in the one before.
  template <typename MatchOf>
  void AddBehind(const std::vector<size_t>& anchors, std::vector<Match>* matches,
                 MatchOf match_of) const {
    LastMatches last;
    size_t from = 0;
    for (const size_t anchor : anchors) {
      if (anchor < from) continue;
      std::optional<Match> match = match_of(anchor);
      if (!match.has_value()) continue;
      match->begin = anchor;
      from = match->end;
      last.Add(*std::move(match));
    }
    std::move(last).MoveTo(matches);
  }

  template <typename First>
  void AddFrom(std::vector<Match>* matches, First first) const {
    LastMatches last;
    std::optional<Match> match = first(0);
    while (match.has_value()) {
      const size_t end = match->end;
      last.Add(*std::move(match));
      match = first(end);
    }
    std::move(last).MoveTo(matches);
  }

  void AddBoxes(std::vector<Match>* matches) const {
    AddFrom(matches, [&](size_t at) { return latex_->BoxedFrom(at); });
    std::optional<Match> boxed = latex_->Boxed();
    if (boxed.has_value()) matches->push_back(*std::move(boxed));
  }

  void AddArithmetic(std::vector<Match>* matches) const {
    AddFrom(matches, [&](size_t at) { return figures_->ArithmeticFrom(at); });
  }

  void AddBeginning(std::vector<Match>* matches) const {
    std::optional<Match> match = strings_->AtBeginning();
    if (match.has_value()) matches->push_back(*std::move(match));
  }

  std::optional<Match> FinalAnswerIsXIHope(const ExtractionTarget& target, size_t anchor) const {
    constexpr string_view kIs = " is";
    size_t at = anchor + kFinalAnswer.size();
    if (!StartsWithIgnoreCaseAt(text_, at, kIs)) return std::nullopt;
    at += kIs.size();
    if (StartsWithAt(text_, at, ":")) ++at;
    std::optional<Match> match = target.BehindFinalAnswerIs(at);
    if (!match.has_value()) return std::nullopt;
    const std::optional<size_t> end = SkipHope(text_, match->end);
    if (!end.has_value()) return std::nullopt;
    match->end = *end;
    return match;
  }

  std::optional<Match> FinalAnswerIsX(const ExtractionTarget& target, size_t anchor) const {
    const size_t begin = anchor + kFinalAnswer.size();
    std::optional<Match> match;
    size_t tried = begin;
    VisitReach(text_, begin, kIsReach, !target.crosses_lines(), [&](size_t reached) {
      if (reached < tried) return false;
      size_t at = SkipSpaces(text_, reached);
      tried = at;
      if (at == reached || !StartsWithAt(text_, at, "is")) return false;
      at += string_view("is").size();
      if (StartsWithAt(text_, at, ":")) ++at;
      match = target.BehindIs(at);
      return match.has_value();
    });
    return match;
  }

  bool VisitAll(const std::vector<Match>& matches) {
    std::vector<const Match*> sorted;
    sorted.reserve(matches.size());
    for (const Match& match : matches) sorted.push_back(&match);
    std::sort(sorted.begin(), sorted.end(), [](const Match* a, const Match* b) {
      if (a->end != b->end) return a->end > b->end;
      return a->begin != b->begin ? a->begin < b->begin : a < b;
    });
    for (const Match* match : sorted) {
      const bool accepted =
          std::visit([&](const auto& found) { return Visit(found); }, match->found);
      if (accepted) return true;
      if (visits_ == kCandidatesMax) return false;
    }
    return false;
  }

  bool Visit(const EnvironmentChain& chain) {
    const Environment& first = *chain.links.front().environment;
    if (!first.has_delimiters() && IsInUnparsed({first.begin, first.end})) return false;
    std::vector<std::string> wholes;
    std::vector<std::string> lasts;
    for (const EnvironmentChain::Link& link : chain.links) {
      const Environment& environment = *link.environment;
      const string_view content = text_.substr(environment.content_begin,
                                               environment.content_end - environment.content_begin);
      const std::optional<Boxes> boxes = FindBoxes(content, BoxesWanted::kAll);
      const string_view sign = link.percent ? "%" : "";
      wholes.push_back(CleanLatex(boxes.has_value() ? boxes->content : content));
      lasts.push_back(absl::StrCat(LastSide(wholes.back()).value_or(wholes.back()), sign));
      absl::StrAppend(&wholes.back(), sign);
    }
    if (VisitLatex(absl::StrJoin(wholes, ", "), absl::StrJoin(lasts, ", "))) return true;
    if (wholes.size() > 1 && VisitLatex(wholes.front(), lasts.front())) return true;
    for (const EnvironmentChain::Link& link : chain.links) {
      unparsed_.push_back({link.environment->content_begin, link.environment->content_end});
    }
    return false;
  }

  bool Visit(const BoxedSpan& span) {
    const string_view text = text_.substr(span.begin, span.end - span.begin);
    const std::optional<Boxes> boxes = FindBoxes(text, BoxesWanted::kLast);
    if (!boxes.has_value()) return false;
    const std::string whole = CleanLatex(boxes->content);
    if (VisitLatex(whole, std::string(LastSide(whole).value_or(whole)))) return true;
    unparsed_.push_back({span.begin + boxes->begin, span.begin + boxes->end});
    return false;
  }

  bool Visit(const Figure& figure) {
    if (!figure.well_formed || IsInUnparsed({figure.value_begin, figure.value_end})) return false;
    return Visit(Candidate{.kind = Candidate::Kind::kExpression, .text = figures_->TextOf(figure)});
  }

  bool Visit(const FoundString& found) {
    return Visit(Candidate{.kind = Candidate::Kind::kString, .text = found.value});
  }

  bool VisitLatex(const std::string& whole, const std::string& last_side) {
    if (Visit(Candidate{.kind = Candidate::Kind::kLatex, .text = whole})) return true;
    if (last_side == whole) return false;
    return Visit(Candidate{.kind = Candidate::Kind::kLatex, .text = last_side});
  }

  bool Visit(const Candidate& candidate) {
    if (candidate.text.empty() || visits_ == kCandidatesMax) return false;
    ++visits_;
    return visit_(candidate);
  }

  bool IsInUnparsed(const Span& value) const {
    return std::any_of(unparsed_.begin(), unparsed_.end(), [&](const Span& span) {
      return value.begin < span.end && span.begin < value.end;
    });
  }

  const string_view text_;
  const ExtractionOptions& options_;
  const absl::FunctionRef<bool(const Candidate&)> visit_;
  const std::vector<size_t> answers_;
  const std::vector<size_t> final_answers_;
  std::optional<LatexTarget> latex_;
  std::optional<FigureTarget> figures_;
  std::optional<StringTarget> strings_;
  std::vector<Span> unparsed_;  // Environments and boxes that were visited in vain.
  int visits_ = 0;
};

}  // namespace

bool ForEachCandidate(string_view text, const ExtractionOptions& options,
                      absl::FunctionRef<bool(const Candidate&)> visit) {
  return Extraction(text, options, visit).Run();
}

}  // namespace whet::math
