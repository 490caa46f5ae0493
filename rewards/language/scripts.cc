#include "rewards/language/scripts.h"

#include <unicode/uloc.h>
#include <unicode/uscript.h>

#include <array>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace whet {
namespace {

using absl::string_view;

struct Writing {
  string_view language;
  Script script;
};

// The most written language of each script first.
constexpr std::array kWritings = {
    Writing{"zh", Script::kHan},        Writing{"yue", Script::kHan},
    Writing{"lzh", Script::kHan},       Writing{"wuu", Script::kHan},
    Writing{"ja", Script::kKana},       Writing{"ja", Script::kHan},
    Writing{"ko", Script::kHangul},     Writing{"ru", Script::kCyrillic},
    Writing{"uk", Script::kCyrillic},   Writing{"bg", Script::kCyrillic},
    Writing{"be", Script::kCyrillic},   Writing{"mk", Script::kCyrillic},
    Writing{"sr", Script::kCyrillic},   Writing{"kk", Script::kCyrillic},
    Writing{"ky", Script::kCyrillic},   Writing{"tg", Script::kCyrillic},
    Writing{"tt", Script::kCyrillic},   Writing{"ba", Script::kCyrillic},
    Writing{"mn", Script::kCyrillic},   Writing{"ar", Script::kArabic},
    Writing{"fa", Script::kArabic},     Writing{"ur", Script::kArabic},
    Writing{"ps", Script::kArabic},     Writing{"ug", Script::kArabic},
    Writing{"sd", Script::kArabic},     Writing{"ckb", Script::kArabic},
    Writing{"hi", Script::kDevanagari}, Writing{"mr", Script::kDevanagari},
    Writing{"ne", Script::kDevanagari}, Writing{"sa", Script::kDevanagari},
    Writing{"th", Script::kThai},       Writing{"el", Script::kGreek},
    Writing{"he", Script::kHebrew},     Writing{"yi", Script::kHebrew},
    Writing{"hy", Script::kArmenian},   Writing{"ka", Script::kGeorgian},
    Writing{"bn", Script::kBengali},    Writing{"as", Script::kBengali},
    Writing{"am", Script::kEthiopic},   Writing{"ti", Script::kEthiopic},
    Writing{"gu", Script::kGujarati},   Writing{"pa", Script::kGurmukhi},
    Writing{"kn", Script::kKannada},    Writing{"km", Script::kKhmer},
    Writing{"lo", Script::kLao},        Writing{"ml", Script::kMalayalam},
    Writing{"my", Script::kMyanmar},    Writing{"or", Script::kOriya},
    Writing{"si", Script::kSinhala},    Writing{"ta", Script::kTamil},
    Writing{"te", Script::kTelugu},     Writing{"bo", Script::kTibetan},
    Writing{"dz", Script::kTibetan},    Writing{"en", Script::kLatin},
    Writing{"sr", Script::kLatin}};

// Tags that have been renamed.
constexpr std::array<std::pair<string_view, string_view>, 6> kRenamed = {
    {{"iw", "he"}, {"in", "id"}, {"ji", "yi"}, {"no", "nb"}, {"tl", "fil"}, {"jw", "jv"}}};

Script FromIcu(UScriptCode code) {
  switch (code) {
    case USCRIPT_COMMON:
    case USCRIPT_INHERITED:
    case USCRIPT_UNKNOWN:
    case USCRIPT_INVALID_CODE:
      return Script::kNone;
    case USCRIPT_ARABIC:
      return Script::kArabic;
    case USCRIPT_ARMENIAN:
      return Script::kArmenian;
    case USCRIPT_BENGALI:
      return Script::kBengali;
    case USCRIPT_CYRILLIC:
      return Script::kCyrillic;
    case USCRIPT_DEVANAGARI:
      return Script::kDevanagari;
    case USCRIPT_ETHIOPIC:
      return Script::kEthiopic;
    case USCRIPT_GEORGIAN:
      return Script::kGeorgian;
    case USCRIPT_GREEK:
      return Script::kGreek;
    case USCRIPT_GUJARATI:
      return Script::kGujarati;
    case USCRIPT_GURMUKHI:
      return Script::kGurmukhi;
    case USCRIPT_HAN:
    case USCRIPT_BOPOMOFO:
      return Script::kHan;
    case USCRIPT_HANGUL:
      return Script::kHangul;
    case USCRIPT_HEBREW:
      return Script::kHebrew;
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
      return Script::kKana;
    case USCRIPT_KANNADA:
      return Script::kKannada;
    case USCRIPT_KHMER:
      return Script::kKhmer;
    case USCRIPT_LAO:
      return Script::kLao;
    case USCRIPT_LATIN:
      return Script::kLatin;
    case USCRIPT_MALAYALAM:
      return Script::kMalayalam;
    case USCRIPT_MYANMAR:
      return Script::kMyanmar;
    case USCRIPT_ORIYA:
      return Script::kOriya;
    case USCRIPT_SINHALA:
      return Script::kSinhala;
    case USCRIPT_TAMIL:
      return Script::kTamil;
    case USCRIPT_TELUGU:
      return Script::kTelugu;
    case USCRIPT_THAI:
      return Script::kThai;
    case USCRIPT_TIBETAN:
      return Script::kTibetan;
    default:
      return Script::kOther;
  }
}

// "zh-Hant" and its regions.
string_view ChineseOf(string_view tag) {
  if (absl::StrContains(tag, "hant") || absl::EndsWith(tag, "-tw") || absl::EndsWith(tag, "-hk") ||
      absl::EndsWith(tag, "-mo")) {
    return "zh-Hant";
  }
  if (absl::StrContains(tag, "hans") || absl::EndsWith(tag, "-cn") || absl::EndsWith(tag, "-sg")) {
    return "zh-Hans";
  }
  return "zh";
}

string_view Primary(string_view language) { return language.substr(0, language.find('-')); }

}  // namespace

Script ScriptOf(char32_t character) {
  if (character < 0x80) {
    const bool is_letter = absl::ascii_isalpha(static_cast<unsigned char>(character));
    return is_letter ? Script::kLatin : Script::kNone;
  }
  if (character >= 0x4E00 && character < 0xA000) return Script::kHan;
  UErrorCode error = U_ZERO_ERROR;
  return FromIcu(uscript_getScript(static_cast<UChar32>(character), &error));
}

bool AreConfusable(Script a, Script b) {
  const auto is_european = [](Script script) {
    return script == Script::kLatin || script == Script::kCyrillic || script == Script::kGreek ||
           script == Script::kArmenian || script == Script::kGeorgian || script == Script::kOther;
  };
  return a != b && is_european(a) && is_european(b);
}

std::string NormalizedLanguage(string_view tag) {
  std::string lower = absl::AsciiStrToLower(tag);
  absl::c_replace(lower, '_', '-');
  std::string primary(Primary(lower));
  if (primary == "zh" || primary == "cmn") return std::string(ChineseOf(lower));
  for (const auto& [old_name, name] : kRenamed) {
    if (primary == old_name) return std::string(name);
  }
  return primary;
}

bool IsLanguage(string_view language) {
  const std::string primary(Primary(language));
  if (primary.size() < 2 || primary.size() > 3) return false;
  return !string_view(uloc_getISO3Language(primary.c_str())).empty();
}

bool IsWrittenIn(string_view language, Script script) {
  const string_view primary = Primary(language);
  bool known = false;
  for (const Writing& writing : kWritings) {
    if (writing.language != primary) continue;
    if (writing.script == script) return true;
    known = true;
  }
  return !known && script == Script::kLatin;
}

std::optional<string_view> LanguageOf(Script script) {
  const auto* found = absl::c_find_if(
      kWritings, [script](const Writing& writing) { return writing.script == script; });
  if (found == kWritings.end()) return std::nullopt;
  return found->language;
}

bool IsShared(Script script) {
  return script == Script::kLatin || script == Script::kCyrillic || script == Script::kArabic ||
         script == Script::kDevanagari || script == Script::kHan || script == Script::kHebrew ||
         script == Script::kBengali;
}

}  // namespace whet
