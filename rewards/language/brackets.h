// Which brackets of a LaTeX text belong together.
#ifndef WHET_REWARDS_LANGUAGE_BRACKETS_H_
#define WHET_REWARDS_LANGUAGE_BRACKETS_H_

#include <cstddef>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace whet {

// The pairs { } and \begin{NAME} \end{NAME} of a text, found in one pass. What a backslash escapes
// is none of them; a blank line ends what braces are open, and a brace or an \end without its
// partner is passed over.
class Brackets {
 public:
  explicit Brackets(absl::string_view text);

  // Behind the brace that closes the one at `open`, or behind the \end{NAME} of the \begin there;
  // nothing if it is never closed.
  std::optional<size_t> EndOf(size_t open) const;

 private:
  absl::flat_hash_map<size_t, size_t> ends_;
};

}  // namespace whet

#endif  // WHET_REWARDS_LANGUAGE_BRACKETS_H_
