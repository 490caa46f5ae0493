// Which writing system belongs to which language.
#ifndef WHET_REWARDS_LANGUAGE_SCRIPTS_H_
#define WHET_REWARDS_LANGUAGE_SCRIPTS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace whet {

enum class Script {
  kNone,  // What all scripts share: digits, marks, the mathematical letters.
  kArabic,
  kArmenian,
  kBengali,
  kCyrillic,
  kDevanagari,
  kEthiopic,
  kGeorgian,
  kGreek,
  kGujarati,
  kGurmukhi,
  kHan,  // Bopomofo too.
  kHangul,
  kHebrew,
  kKana,  // Hiragana and Katakana.
  kKannada,
  kKhmer,
  kLao,
  kLatin,
  kMalayalam,
  kMyanmar,
  kOriya,
  kSinhala,
  kTamil,
  kTelugu,
  kThai,
  kTibetan,
  kOther,
};

Script ScriptOf(char32_t character);

// Whether letters of both look alike, so that a word of both is a forgery of one.
bool AreConfusable(Script a, Script b);

// A language as BCP 47 writes it, as far as it matters here: "pt-BR" is "pt", "no" is "nb"; of
// Chinese the way of writing stays: "zh-Hans" ("zh-CN"), "zh-Hant" ("zh-TW", "zh-HK"), "zh".
std::string NormalizedLanguage(absl::string_view tag);

// Whether a normalized tag names a language (ISO 639-1, or one of 639-2 that ICU knows).
bool IsLanguage(absl::string_view language);

// Whether a language is written in a script. Japanese is in Han and Kana, Korean in Hangul (whoever
// counts allows it some Han), Serbian in Cyrillic and Latin; what is in no table is in Latin.
bool IsWrittenIn(absl::string_view language, Script script);

// The language that a script alone tells of: "ko" of Hangul; of shared scripts the one most
// written: "en", "ru", "ar", "hi", "zh". Nothing of kNone and kOther.
std::optional<absl::string_view> LanguageOf(Script script);

// Whether several languages are written in it, so that only a detector tells them apart.
bool IsShared(Script script);

}  // namespace whet

#endif  // WHET_REWARDS_LANGUAGE_SCRIPTS_H_
