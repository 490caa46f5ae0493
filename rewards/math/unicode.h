// Unicode in mathematics, written as LaTeX in ASCII.
#ifndef WHET_REWARDS_MATH_UNICODE_H_
#define WHET_REWARDS_MATH_UNICODE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whet::math {

// A text with what LaTeX has a command for replaced by it (× becomes "\times ", ² "^{2}", ½
// "\frac{1}{2}", full-width forms their plain ones, invisible characters nothing). Other letters
// stay as they are.
struct NormalizedText {
  std::string text;
  // Where each byte of `text` comes from in the original; empty if it is the original.
  std::vector<uint32_t> origins;

  size_t OriginOf(size_t position) const {
    if (origins.empty()) return position;
    return position < origins.size() ? origins[position] : origins.back() + 1;
  }
};

// InvalidArgument if `text` is not UTF-8 or has control characters other than white space.
absl::StatusOr<NormalizedText> Normalize(absl::string_view text);

// What Normalize writes for a character; empty if it stays as it is.
absl::string_view ReplacementOf(char32_t character);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_UNICODE_H_
