// Any text has a language or none, and every word of it is counted once.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "rewards/language/language_consistency.h"
#include "rewards/language/prose.h"
#include "rewards/language/scripts.h"
#include "rewards/language/words.h"
#include "tests/fuzz/pieces.h"
#include "text/utf8.h"

namespace {

using absl::string_view;

constexpr std::array<string_view, 12> kTargets = {"en", "zh",      "ja",      "ko", "ru", "ar",
                                                  "th", "zh-Hant", "zh-Hans", "hi", "fr", "yo"};

constexpr std::array<const char*, 11> kPieces = {
    "\n```\n", "\\begin{a}",        "\\end{a}",   "\\text{",
    "<code>",  "因为所以",          "それから、", "Dann gehen wir heim. ",
    "ดังนั้น",    "The sum is even, ", "따라서"};

void CheckCount(const whet::LanguageCount& count, size_t words) {
  WHET_CHECK(count.target >= 0 && count.foreign >= 0 && count.neutral >= 0);
  WHET_CHECK(static_cast<size_t>(count.target) + count.foreign + count.neutral == words);
  WHET_CHECK(count.foreign_words.empty() == (count.foreign == 0));
  WHET_CHECK(whet::IsUtf8(count.Message()));
  const std::optional<double> ratio = count.Ratio();
  if (ratio) WHET_CHECK(*ratio >= 0 && *ratio <= 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const string_view target = kTargets[data[0] % kTargets.size()];
  const std::string text = whet::TextOfPieces(data + 2, size - 2, kPieces);
  const std::string prompt = text.substr(0, data[1]);
  const std::string prose = whet::ProseOf(text);
  WHET_CHECK(prose.size() <= text.size());
  WHET_CHECK(!whet::IsUtf8(text) || whet::IsUtf8(prose));
  size_t words = 0;
  for (const whet::Sentence& sentence : whet::SplitWords(prose)) {
    for (const whet::Word& word : sentence.words) {
      WHET_CHECK(!word.text.empty() && !(word.forged && word.notation));
    }
    words += sentence.words.size();
  }
  const whet::PromptLanguage asked = whet::ReadPromptLanguage(prompt);
  CheckCount(whet::CountLanguage(text, target, asked), words);
  const std::optional<std::string> dominant = whet::DominantLanguage(text);
  if (dominant) WHET_CHECK(whet::IsLanguage(*dominant) && words > 0);
  return 0;
}
