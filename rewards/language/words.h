// The words of a text and what scripts they are in, by ICU's word and sentence breaks (UAX 29;
// dictionaries for Chinese, Japanese, Thai, Lao, Khmer and Burmese).
#ifndef WHET_REWARDS_LANGUAGE_WORDS_H_
#define WHET_REWARDS_LANGUAGE_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rewards/language/scripts.h"

namespace whet {

struct Word {
  std::string text;  // UTF-8, in NFC.
  Script script;     // Japanese words of Han and Kana are kKana.

  // Letters of scripts that look alike in one word: Latin with Cyrillic inside.
  bool forged = false;

  // No language's: a single letter of an alphabet; at most five capitals; with digits, "_" or a
  // dot inside; camelCase; the name of a function or a unit (sin, lim, km); of no script.
  bool notation = false;

  // Latin, at most three letters, and beside an operator, or directly before a parenthesis: "xy"
  // of "xy = 6", "print" of "print(x)". Not a word of its language where another is expected.
  bool in_formula = false;

  bool capitalized = false;  // Latin, the first letter.
  int letters = 0;
  int clause = 0;  // Of its sentence, which punctuation cuts into clauses.
};

struct Sentence {
  std::vector<Word> words;
  // Outside quotation marks.
  int han_letters = 0;
  int kana_letters = 0;
};

// Bytes that are no UTF-8 separate words. A token of several scripts that do not look alike is
// cut where they meet: "derivative" and "를". Thread-safe; what a thread needs for it, its first
// call makes, and the first of all in some script reads that script's dictionary (20 ms).
std::vector<Sentence> SplitWords(absl::string_view prose);

// For comparing words whatever their case.
std::string FoldCase(absl::string_view word);

}  // namespace whet

#endif  // WHET_REWARDS_LANGUAGE_WORDS_H_
