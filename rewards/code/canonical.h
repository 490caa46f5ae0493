// Values that a tested function returns, compared by type: what 1 == True and 1 == 1.0 let pass in
// Python differs here. They travel as canonical texts, which are JSON but for numbers:
//
//   None, bool          null, true, false
//   int                 its decimal digits, however many: -12
//   float               its repr, which has a point or an exponent: 1.0, 1e+16; NaN, Infinity,
//                       -Infinity
//   str                 a JSON string; lone surrogates are not valid
//   list, tuple         an array: a tuple is equal to a list
//   dict                an object; an int key (but no bool) becomes the string of its digits, so
//                       that {1: "a"} is equal to the expected {"1": "a"}, for JSON knows no other
//                       keys. A dict that has both 1 and "1" is then twice the same key: not valid.
//
// All other types have no text. A text may come from a hostile process: whatever it is, reading it
// takes time linear in its size (n log n for the keys of a dict), and bounded memory and stack.
#ifndef WHET_REWARDS_CODE_CANONICAL_H_
#define WHET_REWARDS_CODE_CANONICAL_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sandbox/checker.h"

namespace whet {

// A value as it was written: numbers never pass through double, as they do in text/json.h.
struct CodeValue {
  enum class Kind { kNull, kBool, kInt, kFloat, kString, kList, kDict };

  Kind kind = Kind::kNull;
  // "true" or "false"; the digits of an integer ("0" for -0); a float as it was written; the
  // characters of a string.
  std::string text;
  std::vector<CodeValue> items;  // Of a list its elements; of a dict each key, then its value.

  // The value at `key`; nullptr if there is none or this is no dict. Walks through the keys.
  const CodeValue* Find(absl::string_view key) const;
};

struct CodeValueLimits {
  size_t bytes_max = size_t{1} << 20;
  int depth_max = 64;                   // Lists and dicts may lie in each other this deep.
  size_t values_max = size_t{1} << 20;  // Elements, keys and what holds them; about 64 bytes each.
};

// Returns InvalidArgument: "byte N: " and what is wrong there.
absl::StatusOr<CodeValue> ParseCodeValue(absl::string_view text, const CodeValueLimits& limits);

// Compact; keys in their order. The same text for the same value, floats aside, which keep their
// form. Parses again as the same value.
std::string TextOf(const CodeValue& value);

struct CompareOptions {
  // Declared: int and float are numbers alike and need only agree within it, as of
  // sandbox::NumbersAgree. Not declared: 1 differs from 1.0, so the expected 1.0 wants a float;
  // ints are equal if their digits are, floats if they are the same double, 0.0 and -0.0 among
  // them.
  std::optional<sandbox::Tolerance> tolerance = std::nullopt;
  size_t claim_bytes_max = size_t{1} << 20;
};

// Whether `claim`, the text of a program, is the value that is `expected`. Not if it is no valid
// text, or larger or deeper than CodeValueLimits. NaN and infinities are equal to nothing, and the
// order of keys does not matter. `why` says where: `[2]["k"]: expected 5, got 6`.
// InvalidArgument if `expected` is no valid text: no judgement is possible.
//
// This compares JSON outputs of programs too.
absl::StatusOr<sandbox::CheckResult> CompareValues(absl::string_view expected,
                                                   absl::string_view claim,
                                                   const CompareOptions& options);

}  // namespace whet

#endif  // WHET_REWARDS_CODE_CANONICAL_H_
