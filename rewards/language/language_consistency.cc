#include "rewards/language/language_consistency.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rewards/language/detector.h"
#include "rewards/language/prose.h"
#include "rewards/language/scripts.h"
#include "rewards/language/words.h"
#include "text/utf8.h"

namespace whet {
namespace {

using absl::string_view;

constexpr size_t kTextBytesMax = size_t{16} << 20;
constexpr size_t kStretchWordsMin = 4;    // What the detector is asked about.
constexpr size_t kSureWordsMin = 8;       // With fewer the detector is told what is expected.
constexpr size_t kOddClauseWordsMin = 6;  // A clause beside what is in the target.
constexpr size_t kExamplesMax = 5;
constexpr int kNamesPercent = 5;
constexpr int kHanInKoreanPercent = 10;
constexpr int kKanaPercent = 10;  // From which on a sentence is Japanese.

std::vector<Sentence> SentencesOf(string_view text) {
  return SplitWords(ProseOf(Utf8Prefix(text, kTextBytesMax)));
}

bool IsJapanese(const Sentence& sentence) {
  return sentence.kana_letters > 0 &&
         int64_t{100} * sentence.kana_letters >=
             int64_t{kKanaPercent} * (sentence.kana_letters + sentence.han_letters);
}

bool IsSyllabic(Script script) {
  return script == Script::kHan || script == Script::kKana || script == Script::kHangul;
}

bool HasKana(const std::vector<Sentence>& sentences) {
  return absl::c_any_of(sentences, [](const Sentence& s) { return s.kana_letters > 0; });
}

enum class Kind { kTarget, kForeign, kNeutral, kName, kHanInKorean };

struct Counted {
  const Word* word;
  Kind kind;
};

// Sorts the words of one text.
class Sorter {
 public:
  Sorter(const std::vector<Sentence>& sentences, string_view target, const PromptLanguage& prompt)
      : target_(NormalizedLanguage(target)),
        prompt_(prompt),
        has_kana_(HasKana(sentences)),
        is_latin_(IsWrittenIn(target_, Script::kLatin)),
        prompt_exempts_(prompt.language &&
                        target_.substr(0, target_.find('-')) == *prompt.language),
        can_detect_(CanDetect(target_)) {
    for (const Sentence& sentence : sentences) Read(sentence);
    Judge(short_);
  }

  const std::vector<Counted>& words() const { return words_; }

 private:
  void Read(const Sentence& sentence) {
    const bool is_japanese = IsJapanese(sentence);
    std::vector<size_t> stretch;
    for (const Word& word : sentence.words) {
      words_.push_back({&word, KindOf(word, is_japanese)});
      if (words_.back().kind == Kind::kTarget && IsDetected(word.script, is_japanese)) {
        stretch.push_back(words_.size() - 1);
      }
    }
    if (stretch.size() >= kStretchWordsMin) {
      Judge(stretch);
      return;
    }
    short_.insert(short_.end(), stretch.begin(), stretch.end());
    if (short_.size() >= kStretchWordsMin) Judge(std::exchange(short_, {}));
  }

  Kind KindOf(const Word& word, bool is_japanese) const {
    if (word.notation) return Kind::kNeutral;
    if (word.forged) return Kind::kForeign;
    if (IsWrittenIn(target_, word.script)) {
      const bool vetoed =
          word.script == Script::kHan && (target_ == "ja" ? !has_kana_ : is_japanese);
      return vetoed ? ForeignKindOf(word) : Kind::kTarget;
    }
    if (target_ == "ko" && word.script == Script::kHan) return Kind::kHanInKorean;
    return ForeignKindOf(word);
  }

  // Of a word that is in another language.
  Kind ForeignKindOf(const Word& word) const {
    if (word.in_formula) return Kind::kNeutral;
    if (prompt_exempts_ && prompt_.words.contains(FoldCase(word.text))) return Kind::kNeutral;
    return !is_latin_ && word.capitalized ? Kind::kName : Kind::kForeign;
  }

  // Whether the detector has a say in what language a word is that is in the target's script.
  bool IsDetected(Script script, bool is_japanese) const {
    if (!can_detect_ || !IsShared(script)) return false;
    if (script != Script::kHan) return true;
    return target_ == "ja" ? !is_japanese : target_ == "zh-Hans" || target_ == "zh-Hant";
  }

  enum class Finding { kTarget, kForeign, kUnsure };
  Finding Detect(const std::vector<size_t>& stretch) const {
    std::string text;
    for (const size_t i : stretch) {
      const Word& word = *words_[i].word;
      absl::StrAppend(&text, word.text, IsSyllabic(word.script) ? "" : " ");
    }
    const bool is_short = stretch.size() < kSureWordsMin;
    std::optional<std::string> found = DetectLanguage(text, is_short ? target_ : "");
    if (!found && !is_short) found = DetectLanguage(text, target_);
    if (!found) return Finding::kUnsure;
    return IsSameLanguage(target_, *found) ? Finding::kTarget : Finding::kForeign;
  }

  void SetForeign(const std::vector<size_t>& stretch) {
    for (const size_t i : stretch) words_[i].kind = ForeignKindOf(*words_[i].word);
  }

  // Marks what is in another language.
  void Judge(const std::vector<size_t>& stretch) {
    if (stretch.size() < kStretchWordsMin) return;
    const Finding finding = Detect(stretch);
    for (const std::vector<size_t>& clause : ClausesOf(stretch)) {
      Finding apart = finding;
      const bool is_judged = finding != Finding::kTarget || clause.size() >= kOddClauseWordsMin;
      if (is_judged && clause.size() < stretch.size()) apart = Detect(clause);
      if (apart == Finding::kUnsure) apart = finding;
      if (apart == Finding::kForeign) SetForeign(clause);
    }
  }

  // Each of at least kStretchWordsMin words.
  std::vector<std::vector<size_t>> ClausesOf(const std::vector<size_t>& stretch) const {
    std::vector<std::vector<size_t>> clauses(1);
    for (const size_t i : stretch) {
      const bool begins = !clauses.back().empty() &&
                          words_[i].word->clause != words_[clauses.back().back()].word->clause;
      if (begins && clauses.back().size() >= kStretchWordsMin) clauses.emplace_back();
      clauses.back().push_back(i);
    }
    if (clauses.size() > 1 && clauses.back().size() < kStretchWordsMin) {
      std::vector<size_t> last = std::move(clauses.back());
      clauses.pop_back();
      clauses.back().insert(clauses.back().end(), last.begin(), last.end());
    }
    return clauses;
  }

  const std::string target_;
  const PromptLanguage& prompt_;
  const bool has_kana_;
  const bool is_latin_;
  const bool prompt_exempts_;
  const bool can_detect_;
  std::vector<Counted> words_;
  std::vector<size_t> short_;  // Positions in words_ of short sentences that wait for the detector.
};

// Japanese, or what of Chinese and Korean the scripts tell, or nothing.
std::optional<std::string> LanguageOfScript(Script script, const std::vector<Sentence>& sentences) {
  if (script == Script::kHan || script == Script::kKana) {
    Sentence all;
    for (const Sentence& sentence : sentences) {
      all.kana_letters += sentence.kana_letters;
      all.han_letters += sentence.han_letters;
    }
    return IsJapanese(all) ? "ja" : "zh";
  }
  const std::optional<string_view> language = LanguageOf(script);
  if (!language) return std::nullopt;
  if (!IsShared(script)) return std::string(*language);
  std::string text;
  size_t words = 0;
  for (const Sentence& sentence : sentences) {
    for (const Word& word : sentence.words) {
      if (word.script != script || word.notation) continue;
      absl::StrAppend(&text, word.text, " ");
      ++words;
    }
  }
  std::optional<std::string> found = DetectLanguage(text, words < kSureWordsMin ? *language : "");
  if (found && IsWrittenIn(*found, script) && !IsSameLanguage(*language, *found)) return found;
  return std::string(*language);
}

std::optional<std::string> DominantOf(const std::vector<Sentence>& sentences) {
  std::array<int, static_cast<size_t>(Script::kOther) + 1> counts = {};
  for (const Sentence& sentence : sentences) {
    for (const Word& word : sentence.words) {
      if (word.notation || word.forged) continue;
      const Script script = word.script == Script::kKana ? Script::kHan : word.script;
      ++counts[static_cast<size_t>(script)];
    }
  }
  const auto* most = absl::c_max_element(counts);
  if (*most == 0) return std::nullopt;
  return LanguageOfScript(static_cast<Script>(most - counts.begin()), sentences);
}

}  // namespace

PromptLanguage ReadPromptLanguage(string_view prompt) {
  const std::vector<Sentence> sentences = SentencesOf(prompt);
  PromptLanguage result = {.language = DominantOf(sentences), .words = {}};
  for (const Sentence& sentence : sentences) {
    for (const Word& word : sentence.words) result.words.insert(FoldCase(word.text));
  }
  return result;
}

std::optional<double> LanguageCount::Ratio() const {
  const int total = target + foreign;
  if (total < kLanguageWordsMin && syllables < kLanguageSyllablesMin) return std::nullopt;
  return static_cast<double>(target) / total;
}

std::string LanguageCount::Message() const {
  const int total = target + foreign;
  const std::optional<double> ratio = Ratio();
  if (!ratio) return absl::StrCat("too few words: ", total);
  std::string message = absl::StrFormat("%.2f: %d of %d words", *ratio, target, total);
  if (!foreign_words.empty()) {
    absl::StrAppend(&message, "; foreign: ", absl::StrJoin(foreign_words, ", "));
  }
  return message;
}

LanguageCount CountLanguage(string_view text, string_view target, const PromptLanguage& prompt) {
  const std::vector<Sentence> sentences = SentencesOf(text);
  const Sorter sorter(sentences, target, prompt);
  int total = 0;
  for (const Counted& counted : sorter.words()) total += counted.kind != Kind::kNeutral ? 1 : 0;
  int names = total * kNamesPercent / 100;
  int han = total * kHanInKoreanPercent / 100;
  LanguageCount count;
  for (const auto& [word, kind] : sorter.words()) {
    const bool is_name = kind == Kind::kName && names-- > 0;
    if (kind == Kind::kNeutral || is_name) {
      ++count.neutral;
      continue;
    }
    if (IsSyllabic(word->script)) count.syllables += word->letters;
    if (kind == Kind::kTarget || (kind == Kind::kHanInKorean && han-- > 0)) {
      ++count.target;
    } else {
      ++count.foreign;
      if (count.foreign_words.size() < kExamplesMax &&
          !absl::c_linear_search(count.foreign_words, word->text)) {
        count.foreign_words.push_back(word->text);
      }
    }
  }
  return count;
}

std::optional<double> LanguageConsistency(string_view text, string_view target) {
  return CountLanguage(text, target, PromptLanguage{}).Ratio();
}

std::optional<std::string> DominantLanguage(string_view text) {
  return DominantOf(SentencesOf(text));
}

void WarmUpLanguage() {
  WarmUpDetector();
  for (const string_view text : {"漢字とかな", "ภาษาไทย", "Words."})
    LanguageConsistency(text, "en");
}

}  // namespace whet
