// Lines of gold and answer, for `whet verify math`: what users ask, and cases of which the outcome
// is known.
#ifndef WHET_CLI_MATH_ROWS_H_
#define WHET_CLI_MATH_ROWS_H_

#include <string>

#include "absl/status/statusor.h"
#include "rewards/verify/math_pool.h"
#include "text/json.h"

namespace whet {

// Of `gold`, `answer` and `options`, all of which may be there:
//   match_types, boxed_match_priority, strings, try_extract_without_anchor
//       gold and answer are texts, searched as Math-Verify does with these options
//   float_rounding, strict, allow_set_relation_comp
//       as Math-Verify's verify() has them; without float_rounding decimals are compared by digits
// InvalidArgument, saying which member, for what is no row.
absl::StatusOr<MathRequest> ReadMathRow(const Json& row);

// A row whose outcome is known by `expected`: true or false of gold and answer; with `kind`
// "must_not_parse", "parse_error" of `text`; with "string_extraction", the list of what is found in
// `text`: the word in lower case (unless `lowercase` is false) and as it stands there, or nothing.
struct MathCase {
  std::string id;
  MathRequest request;
  enum class Kind { kPair, kMustNotParse, kStrings } kind = Kind::kPair;
  bool lowercase = true;
  Json expected;
};

absl::StatusOr<MathCase> ReadMathCase(const Json& row);

// What came out, as `expected` has it.
Json OutcomeOf(const MathCase& one, const MathReply& reply);

}  // namespace whet

#endif  // WHET_CLI_MATH_ROWS_H_
