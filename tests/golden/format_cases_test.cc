// The format rule on the cases beside the project: cases/format.
#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "rewards/completion.h"
#include "rewards/format_rule.h"
#include "tests/golden/golden.h"

namespace whet {
namespace {

// 'text' or 'text'*count, as Python would read it; nullopt for anything else.
std::optional<std::string> EvaluateTerm(absl::string_view* expression) {
  if (!absl::ConsumePrefix(expression, "'")) return std::nullopt;
  const size_t end = expression->find('\'');
  if (end == absl::string_view::npos) return std::nullopt;
  const absl::string_view text = expression->substr(0, end);
  if (absl::StrContains(text, '\\')) return std::nullopt;
  expression->remove_prefix(end + 1);
  int count = 1;
  if (absl::ConsumePrefix(expression, "*")) {
    const size_t digits = std::min(expression->find_first_not_of("0123456789"), expression->size());
    if (!absl::SimpleAtoi(expression->substr(0, digits), &count)) return std::nullopt;
    expression->remove_prefix(digits);
  }
  std::string result;
  for (int i = 0; i < count; ++i) absl::StrAppend(&result, text);
  return result;
}

// The sum of such terms.
std::optional<std::string> Evaluate(absl::string_view expression) {
  std::string result;
  do {
    const std::optional<std::string> term = EvaluateTerm(&expression);
    if (!term) return std::nullopt;
    absl::StrAppend(&result, *term);
  } while (absl::ConsumePrefix(&expression, "+"));
  if (!expression.empty()) return std::nullopt;
  return result;
}

TEST(FormatCasesTest, AreJudgedAsExpected) {
  if (SharedDirectory().empty()) GTEST_SKIP() << "WHET_SHARED is not set";
  Tally tally("cases/format");
  for (const Json& row : ReadJsonLines(SharedDirectory() + "/cases/format/format.jsonl")) {
    const std::string name(*row.GetString("name"));
    const absl::StatusOr<absl::string_view> written = row.GetString("text");
    const std::optional<std::string> text =
        written.ok() ? std::string(*written) : Evaluate(*row.GetString("text_expr"));
    if (!text) {
      tally.Count(name, false, "its text_expr is of a form that this test does not read");
      continue;
    }
    const absl::string_view fault =
        FormatFault(ParseCompletion(*text, {}), Finish::kStop, {.answer_tags = true});
    tally.Count(name, fault.empty() == *row.GetBool("strict_expected"),
                fault.empty() ? "accepted" : fault);
  }
}

}  // namespace
}  // namespace whet
