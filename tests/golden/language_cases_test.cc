// Language consistency on the cases beside the project: cases/language.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rewards/language/language_consistency.h"
#include "tests/golden/golden.h"

namespace whet {
namespace {

constexpr double kAbsent = -1;  // As the file writes it.

TEST(LanguageCasesTest, LieInTheirBands) {
  if (SharedDirectory().empty()) GTEST_SKIP() << "WHET_SHARED is not set";
  Tally tally("cases/language");
  for (const Json& row : ReadJsonLines(SharedDirectory() + "/cases/language/language.jsonl")) {
    const absl::string_view target = *row.GetString("target");
    const absl::string_view text = *row.GetString("text");
    const LanguageCount count = CountLanguage(text, target, PromptLanguage{});
    const double value = count.Ratio().value_or(kAbsent);
    const bool agrees = value >= *row.GetDouble("lc_min") && value <= *row.GetDouble("lc_max");
    tally.Count(absl::StrCat(target, ": ", text), agrees, count.Message());
  }
}

}  // namespace
}  // namespace whet
