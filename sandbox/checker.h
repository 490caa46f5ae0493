// Whether a program's output is the expected one, as the task declares it. Pure functions for
// hostile output: the time is linear in it, or n log n, and the memory is bounded by the expected
// output. Case is never folded, and lines and tokens are never compared as sets.
#ifndef WHET_SANDBOX_CHECKER_H_
#define WHET_SANDBOX_CHECKER_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace whet::sandbox {

// White space is a space, \t, \r, \v or \f, and \n between lines. So CRLF is a line's end too.
enum class CheckerKind {
  kExact,           // The same bytes.
  kLines,           // The same lines; white space at the end of a line and of the output is free.
  kTokens,          // The same tokens: runs of white space, newlines among it, are equal.
  kFloat,           // The same tokens in the same lines; numbers agree within the tolerance.
  kUnorderedLines,  // As kLines, in any order: each line as often as expected.
};

// Both at least 0 and finite. a agrees with the expected b if |a-b| <= absolute or
// |a-b| <= relative * |b|.
struct Tolerance {
  double absolute = 0;
  double relative = 0;
};

struct CheckerOptions {
  CheckerKind kind = CheckerKind::kLines;
  Tolerance tolerance = {};  // Of kFloat alone.
};

struct CheckResult {
  bool equal = false;
  // Why not, with the place: `line 3: expected "5", got "6"`. One short line of ASCII, whatever the
  // output holds. Empty if equal.
  std::string why;
};

CheckResult Check(const CheckerOptions& options, absl::string_view expected,
                  absl::string_view actual);

// Whether `text` is a decimal number, whole: 42, -0.5, +1.5e-7, 5., .5. Not: nan, inf, 0x1p3,
// 1_000.
bool IsNumber(absl::string_view text);

// Whether `actual` is a decimal number that agrees with `expected`. Numbers are compared as
// doubles, except that different integers are at least 1 apart, however long they are. What is
// beyond double agrees with nothing but the same integer.
bool NumbersAgree(absl::string_view expected, absl::string_view actual, const Tolerance& tolerance);

// `text` as it stands in `why`: quoted, with all but printable ASCII escaped, cut to about 60 bytes
// that show the byte `around`.
std::string Excerpt(absl::string_view text, size_t around = 0);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_CHECKER_H_
