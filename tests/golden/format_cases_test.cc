// The format rule on the cases beside the project: cases/format.
#include "tests/golden/format_cases.h"
#include "gtest/gtest.h"
#include "rewards/completion.h"
#include "rewards/format_rule.h"
#include "tests/golden/golden.h"

namespace whet {
namespace {

TEST(FormatCasesTest, AreJudgedAsExpected) {
  if (SharedDirectory().empty()) GTEST_SKIP() << "WHET_SHARED is not set";
  Tally tally("cases/format");
  for (const FormatCase& format : FormatCases()) {
    const absl::string_view fault =
        FormatFault(ParseCompletion(format.text, {}), Finish::kStop, {.answer_tags = true});
    tally.Count(format.name, fault.empty() == *format.row.GetBool("strict_expected"),
                fault.empty() ? "accepted" : fault);
  }
}

}  // namespace
}  // namespace whet
