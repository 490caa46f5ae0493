// How much of a text is in the language that it should be in: the language-consistency reward of
// DeepSeek-R1 (arXiv:2501.12948, 2.3.2), Num(words in the target language) / Num(words).
//
// The paper does not say what a word is and how its language is told. Here:
//   1. Code, LaTeX, addresses and tags are no words (prose.h), nor is what ICU's word break has as
//      numbers and punctuation (words.h). Chinese, Japanese and Thai are cut by dictionary.
//   2. Neutral, so counted neither way: Word::notation; and of words that would be foreign those of
//      a formula (Word::in_formula), those that the prompt has if it is itself in the target
//      language, and, where the target is not in Latin script, capitalized Latin words (names) up
//      to 5 % of the words.
//   3. A word is in the target if its script is one of the target's (scripts.h). A word that mixes
//      scripts which look alike is foreign. Chinese: the Han words of a sentence are foreign if a
//      tenth or more of its letters, those in quotation marks apart, are Kana. Japanese: Han is
//      foreign if the whole text has no Kana, and in a sentence without Kana that the detector
//      takes for Chinese. Korean: Han counts up to 10 % of the words.
//   4. Where languages share the target's script, a sentence of at least 4 such words is foreign if
//      the detector (CLD2) is sure that it is another language. Shorter ones are judged together,
//      the clauses of longer ones apart. What the detector is not sure of is the target's.
//      "zh-Hans" and "zh-Hant" are told apart in the same way; "zh" is both.
// A text may thus be cheap to make neutral (all capitals, \text{…}): then nothing remains, and the
// ratio is absent, which earns nothing.
#ifndef WHET_REWARDS_LANGUAGE_LANGUAGE_CONSISTENCY_H_
#define WHET_REWARDS_LANGUAGE_LANGUAGE_CONSISTENCY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace whet {

// With fewer words than these, neutral ones apart, a text is in no language; unless it has as many
// syllables as those (letters of Han, Kana and Hangul): where one word ends and the next begins is
// a matter of opinion there, and two words of four syllables are a clause.
inline constexpr int kLanguageWordsMin = 3;
inline constexpr int kLanguageSyllablesMin = 4;

// What is to be known of a prompt, once for all its completions.
struct PromptLanguage {
  std::optional<std::string> language;     // DominantLanguage() of it.
  absl::flat_hash_set<std::string> words;  // In folded case.
};
PromptLanguage ReadPromptLanguage(absl::string_view prompt);

struct LanguageCount {
  int target = 0;
  int foreign = 0;
  int neutral = 0;
  int syllables = 0;  // Letters of Han, Kana and Hangul in the words that are not neutral.
  std::vector<std::string> foreign_words;  // The first few, each once.

  // In [0, 1]; absent with fewer than kLanguageWordsMin words and kLanguageSyllablesMin syllables.
  std::optional<double> Ratio() const;
  // "0.93: 41 of 44 words; foreign: 但是, 所以".
  std::string Message() const;
};

// `target` is a code as NormalizedLanguage() takes it. All of these take time linear in `text`, any
// bytes at all; of a text beyond 16 MiB only the beginning counts. Thread-safe.
LanguageCount CountLanguage(absl::string_view text, absl::string_view target,
                            const PromptLanguage& prompt);

// CountLanguage().Ratio() of a text without a prompt.
std::optional<double> LanguageConsistency(absl::string_view text, absl::string_view target);

// The language of most words of a text: of the script that most of them are in, and of the
// languages in that script the one that the detector is sure of, else the most written (English,
// Russian, Arabic, Hindi, Chinese). Absent if there is no word but neutral ones.
std::optional<std::string> DominantLanguage(absl::string_view text);

// Loads the dictionaries and tables, so that no first call is slow. Idempotent.
void WarmUpLanguage();

}  // namespace whet

#endif  // WHET_REWARDS_LANGUAGE_LANGUAGE_CONSISTENCY_H_
