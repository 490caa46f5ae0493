#include "rewards/language/detector.h"

// The header of CLD2 needs these before it, and does not include them.
#include <cstdio>
#include <string>
#include <vector>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#include <array>
#include <cstdlib>

#include "absl/algorithm/container.h"
#include "rewards/language/scripts.h"
#include "text/utf8.h"

namespace whet {
namespace {

using absl::string_view;

constexpr size_t kBytesMax = size_t{1} << 20;  // More tells nothing more.

// Languages that are taken for each other.
constexpr std::array kTwins = {
    std::array<string_view, 4>{"nb", "nn", "da", "nb"},
    std::array<string_view, 4>{"bs", "hr", "sr", "sh"},
    std::array<string_view, 4>{"id", "ms", "id", "ms"},
    std::array<string_view, 4>{"pt", "gl", "pt", "gl"},
    std::array<string_view, 4>{"es", "gl", "es", "gl"},
    std::array<string_view, 4>{"cs", "sk", "cs", "sk"},
    std::array<string_view, 4>{"nl", "af", "nl", "af"},
};
constexpr std::array<string_view, 8> kHardlyMeant = {"sco", "ia",  "ie", "vo",
                                                     "za",  "tlh", "un", "xx"};

// The code that CLD2 has for a language.
std::string CldCode(string_view language) {
  if (language == "zh-Hans") return "zh";
  if (language == "he") return "iw";
  if (language == "nb") return "no";
  if (language == "fil") return "tl";
  return std::string(language);
}

CLD2::Language CldLanguage(string_view language) {
  if (language.empty()) return CLD2::UNKNOWN_LANGUAGE;
  return CLD2::GetLanguageFromName(CldCode(language).c_str());
}

}  // namespace

bool CanDetect(string_view language) { return CldLanguage(language) != CLD2::UNKNOWN_LANGUAGE; }

std::optional<std::string> DetectLanguage(string_view words, string_view expected) {
  words = Utf8Prefix(words, kBytesMax);
  const CLD2::CLDHints hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CldLanguage(expected)};
  CLD2::Language languages[3];
  int percents[3];
  double scores[3];
  int bytes;
  bool reliable;
  int valid_bytes;
  const CLD2::Language found = CLD2::ExtDetectLanguageSummaryCheckUTF8(
      words.data(), static_cast<int>(words.size()), /*is_plain_text=*/true, &hints, /*flags=*/0,
      languages, percents, scores, /*resultchunkvector=*/nullptr, &bytes, &reliable, &valid_bytes);
  if (!reliable || found == CLD2::UNKNOWN_LANGUAGE) return std::nullopt;
  const string_view code = CLD2::LanguageCode(found);
  return code == "zh" ? "zh-Hans" : NormalizedLanguage(code);
}

bool IsSameLanguage(string_view language, string_view found) {
  if (language == found) return true;
  if (language == "zh" && (found == "zh-Hans" || found == "zh-Hant")) return true;
  if (found.substr(0, 2) == "xx" || absl::c_linear_search(kHardlyMeant, found)) return true;
  return absl::c_any_of(kTwins, [&](const auto& twins) {
    return absl::c_linear_search(twins, language) && absl::c_linear_search(twins, found);
  });
}

void WarmUpDetector() {
  // CLD2 takes and frees 200 KB a call. glibc hands such an end of the heap back to the system each
  // time (20 µs a call, against 3), until it has seen a larger block come and go: mallopt(3),
  // M_TRIM_THRESHOLD, "dynamic". That is the case in most programs, and here it is made so.
  void* volatile block = std::malloc(size_t{1} << 20);
  std::free(block);
  DetectLanguage("These are some words.", "en");
}

}  // namespace whet
