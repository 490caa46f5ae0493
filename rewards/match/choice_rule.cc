#include "rewards/match/choice_rule.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "rewards/given_answer.h"

namespace whet {
namespace {

using absl::string_view;

constexpr string_view kAnswerWord = "answer";
// What may stand between that word and the letter.
constexpr std::array<string_view, 10> kFillers = {"is",    "the", "option",    "choice", "letter",
                                                  "would", "be",  "therefore", "thus",   "most"};
constexpr int kFillersMax = 6;
constexpr std::array<string_view, 2> kNouns = {"option ", "choice "};
constexpr std::array<string_view, 5> kJoints = {",", "/", "&", "and ", "or "};

// Without what only shows the letter in another way.
std::string PlainText(string_view text) {
  std::string plain;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      const size_t begin = at + 1;
      size_t end = begin;
      while (end < text.size() && absl::ascii_isalpha(text[end])) ++end;
      at = end > begin ? end - 1 : begin;  // The name of a command, or one character: \( \[
      continue;
    }
    if (!absl::StrContains("*_$`\"'{}", text[at])) plain.push_back(text[at]);
  }
  return plain;
}

bool IsBracketed(string_view text, size_t at) {
  if (at + 2 >= text.size()) return false;
  return (text[at] == '(' && text[at + 2] == ')') || (text[at] == '[' && text[at + 2] == ']');
}

// Whether a word that ends before `at` is one by itself: "C", but not "Ca", "C-3" or "4.5".
bool EndsWord(string_view text, size_t at) {
  if (at >= text.size()) return true;
  const auto is_letter = [&](size_t i) {
    return i < text.size() && (absl::ascii_isalnum(text[i]) || !absl::ascii_isascii(text[i]));
  };
  return !is_letter(at) && !(absl::StrContains(".,-", text[at]) && is_letter(at + 1));
}

bool EndsLine(string_view text, size_t at) {
  while (at < text.size() && absl::StrContains(" \t\r.)!", text[at])) ++at;
  return at == text.size() || text[at] == '\n';
}

// The letter of a choice, and where what stands for it ends.
struct Choice {
  char letter;
  size_t end;
};

// Finds choices in a text.
class ChoiceFinder {
 public:
  ChoiceFinder(string_view text, string_view letters) : text_(text), letters_(letters) {}

  std::optional<char> Find() const;

 private:
  std::optional<char> LetterAt(size_t at) const;
  std::optional<char> AllOfText() const;
  std::optional<Choice> ChoiceAt(size_t at) const;
  size_t SkipFillers(size_t at) const;
  bool AnotherFollows(size_t at) const;
  std::optional<char> AtBeginning() const;
  bool HasOtherThan(char letter) const;

  const string_view text_;
  const string_view letters_;
};

// In upper case.
std::optional<char> ChoiceFinder::LetterAt(size_t at) const {
  if (at >= text_.size()) return std::nullopt;
  const char letter = absl::ascii_toupper(text_[at]);
  if (!absl::StrContains(letters_, letter)) return std::nullopt;
  return letter;
}

std::optional<char> ChoiceFinder::AllOfText() const {
  size_t begin = 0;
  for (const string_view noun : kNouns) {
    if (absl::StartsWithIgnoreCase(text_, noun)) begin = noun.size();
  }
  while (begin < text_.size() && absl::StrContains(" ([", text_[begin])) ++begin;
  const size_t end = text_.find_last_not_of(" \n.,:;!)]");
  return end == begin ? LetterAt(begin) : std::nullopt;
}

// A choice that stands at `at`, behind the word "answer".
std::optional<Choice> ChoiceFinder::ChoiceAt(size_t at) const {
  if (IsBracketed(text_, at)) {
    const std::optional<char> letter = LetterAt(at + 1);
    if (letter) return Choice{.letter = *letter, .end = at + 3};
  }
  const std::optional<char> letter = LetterAt(at);
  if (!letter || !EndsWord(text_, at + 1)) return std::nullopt;
  if (absl::ascii_islower(text_[at]) && !EndsLine(text_, at + 1)) return std::nullopt;
  return Choice{.letter = *letter, .end = at + 1};
}

size_t ChoiceFinder::SkipFillers(size_t at) const {
  for (int fillers = 0; fillers <= kFillersMax; ++fillers) {
    at = std::min(text_.find_first_not_of(" \t\r\n:=", at), text_.size());
    size_t end = at;
    while (end < text_.size() && absl::ascii_isalpha(text_[end])) ++end;
    const string_view word = text_.substr(at, end - at);
    const bool is_filler = std::any_of(kFillers.begin(), kFillers.end(), [&](string_view filler) {
      return absl::EqualsIgnoreCase(word, filler);
    });
    if (!is_filler) break;
    at = end;
  }
  return at;
}

// Whether a choice that ends at `at` is the first of several: "A, B", "A or B".
bool ChoiceFinder::AnotherFollows(size_t at) const {
  at = std::min(text_.find_first_not_of(' ', at), text_.size());
  bool joined = false;
  for (const string_view joint : kJoints) {
    if (!absl::StartsWith(text_.substr(at), joint)) continue;
    joined = true;
    at = std::min(text_.find_first_not_of(' ', at + joint.size()), text_.size());
  }
  return joined && ChoiceAt(at).has_value();
}

std::optional<char> ChoiceFinder::AtBeginning() const {
  if (absl::StrContains(text_, '\n')) return std::nullopt;
  std::optional<char> letter;
  if (IsBracketed(text_, 0)) {
    letter = LetterAt(1);
  } else if (text_.size() > 2 && absl::StrContains(").:", text_[1]) && text_[2] == ' ' &&
             !absl::ascii_islower(text_[0])) {
    letter = LetterAt(0);
  }
  return letter && !HasOtherThan(*letter) ? letter : std::nullopt;
}

// Whether another letter is in brackets, or has ) behind it.
bool ChoiceFinder::HasOtherThan(char letter) const {
  for (size_t at = 0; at + 1 < text_.size(); ++at) {
    const bool begins_word = at == 0 || !absl::ascii_isalnum(text_[at - 1]);
    if (!begins_word || !absl::StrContains(")]", text_[at + 1])) continue;
    const std::optional<char> other = LetterAt(at);
    if (other && *other != letter) return true;
  }
  return false;
}

std::optional<char> ChoiceFinder::Find() const {
  if (const std::optional<char> letter = AllOfText(); letter) return letter;
  std::optional<char> chosen;
  const std::string lowered = absl::AsciiStrToLower(text_);
  const string_view lower = lowered;
  for (size_t at = lower.find(kAnswerWord); at != string_view::npos;
       at = lower.find(kAnswerWord, at + 1)) {
    const std::optional<Choice> choice = ChoiceAt(SkipFillers(at + kAnswerWord.size()));
    if (!choice) continue;
    if (AnotherFollows(choice->end) || (chosen && *chosen != choice->letter)) return std::nullopt;
    chosen = choice->letter;
  }
  return chosen ? chosen : AtBeginning();
}

}  // namespace

std::optional<char> ChosenLetter(string_view text, string_view letters) {
  const std::string plain = PlainText(text);
  return ChoiceFinder(absl::StripAsciiWhitespace(plain), letters).Find();
}

ChoiceRule::ChoiceRule(ChoiceRuleOptions options) : options_(std::move(options)) {
  WHET_CHECK(!options_.letters.empty());
}

absl::StatusOr<char> ChoiceRule::ReadGold(string_view ground_truth) const {
  const string_view gold = GoldOf(ground_truth);
  const std::optional<char> letter = ChosenLetter(gold, options_.letters);
  if (letter) return *letter;
  int index = 0;
  if (absl::SimpleAtoi(gold, &index)) {
    const int64_t position = int64_t{index} - options_.first_index;
    if (position >= 0 && position < static_cast<int64_t>(options_.letters.size())) {
      return options_.letters[static_cast<size_t>(position)];
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the ground truth ", Quoted(gold), " is none of ", options_.letters));
}

RewardPart ChoiceRule::Judge(const char& gold, const Completion& completion) const {
  GivenAnswer given = AnswerIn(completion, false);
  if (given.verdict) return PartOf(*given.verdict, std::move(given.message));
  const std::optional<char> letter = ChosenLetter(given.text, options_.letters);
  if (!letter) {
    return PartOf(Verdict::kUnparseableAnswer, absl::StrCat(Quoted(given.text), " chooses none"));
  }
  if (*letter == gold) return PartOf(Verdict::kCorrect, "");
  return PartOf(Verdict::kWrong,
                absl::StrCat(std::string(1, *letter), ", not ", std::string(1, gold)));
}

std::optional<std::string> ChoiceRule::KeyOf(const Completion& completion) const {
  const GivenAnswer given = AnswerIn(completion, false);
  if (given.verdict) return std::nullopt;
  const std::optional<char> letter = ChosenLetter(given.text, options_.letters);
  if (!letter) return std::nullopt;
  return std::string(1, *letter);
}

}  // namespace whet
