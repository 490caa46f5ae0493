#include "rewards/match/contains_rule.h"

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "rewards/given_answer.h"
#include "text/json.h"
#include "text/lower_case.h"

namespace whet {
namespace {

// Bytes of longer characters are letters: nearly all of them are.
bool IsWordByte(char c) { return absl::ascii_isalnum(c) || c == '_' || !absl::ascii_isascii(c); }

// Whether a word goes on between text[at - 1] and text[at].
bool CutsWord(absl::string_view text, size_t at) {
  return at > 0 && at < text.size() && IsWordByte(text[at - 1]) && IsWordByte(text[at]);
}

bool Contains(absl::string_view text, absl::string_view wanted, bool whole_words) {
  size_t at = text.find(wanted);
  while (at != absl::string_view::npos) {
    if (!whole_words) return true;
    if (!CutsWord(text, at) && !CutsWord(text, at + wanted.size())) return true;
    at = text.find(wanted, at + 1);
  }
  return false;
}

absl::StatusOr<std::vector<std::string>> TextsOf(absl::string_view ground_truth) {
  const absl::StatusOr<Json> json = Json::Parse(ground_truth);
  if (!json.ok() || !json->is_array())
    return std::vector<std::string>{std::string(GoldOf(ground_truth))};
  std::vector<std::string> texts;
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> elements, json->Elements());
  for (const Json& element : elements) {
    WHET_ASSIGN_OR_RETURN(const absl::string_view text, element.String());
    texts.emplace_back(absl::StripAsciiWhitespace(text));
  }
  return texts;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ContainsRule::ReadGold(
    absl::string_view ground_truth) const {
  absl::StatusOr<std::vector<std::string>> texts = TextsOf(ground_truth);
  if (!texts.ok()) return Annotate(texts.status(), "the ground truth");
  if (texts->empty()) return absl::InvalidArgumentError("the ground truth has no text");
  for (std::string& text : *texts) {
    if (text.empty()) return absl::InvalidArgumentError("a text of the ground truth is empty");
    text = Folded(text);
  }
  return texts;
}

RewardPart ContainsRule::Judge(const std::vector<std::string>& gold,
                               const Completion& completion) const {
  GivenAnswer given = AnswerIn(completion, false);
  if (given.verdict) return PartOf(*given.verdict, std::move(given.message));
  const std::string answer = Folded(given.text);
  std::vector<std::string> missing;
  for (const std::string& text : gold) {
    if (!Contains(answer, text, options_.whole_words)) missing.push_back(Quoted(text));
  }
  const bool correct = options_.all ? missing.empty() : missing.size() < gold.size();
  if (correct) return PartOf(Verdict::kCorrect, "");
  return PartOf(Verdict::kWrong,
                absl::StrCat(Quoted(given.text), " has no ", absl::StrJoin(missing, ", no ")));
}

std::optional<std::string> ContainsRule::KeyOf(const Completion& completion) const {
  const GivenAnswer given = AnswerIn(completion, false);
  if (given.verdict) return std::nullopt;
  return Folded(given.text);
}

std::string ContainsRule::Folded(absl::string_view text) const {
  return options_.ignore_case ? LowerCase(text) : std::string(text);
}

}  // namespace whet
