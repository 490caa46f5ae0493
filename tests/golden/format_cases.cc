#include "tests/golden/format_cases.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
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

}  // namespace

std::vector<FormatCase> FormatCases() {
  std::vector<FormatCase> cases;
  for (Json& row : ReadJsonLines(SharedDirectory() + "/cases/format/format.jsonl")) {
    std::string name(*row.GetString("name"));
    const absl::StatusOr<absl::string_view> written = row.GetString("text");
    std::optional<std::string> text =
        written.ok() ? std::string(*written) : Evaluate(*row.GetString("text_expr"));
    if (!text) {
      ADD_FAILURE() << name << ": its text_expr is of a form that this test does not read";
      continue;
    }
    cases.push_back({.name = std::move(name), .text = *std::move(text), .row = std::move(row)});
  }
  return cases;
}

}  // namespace whet
