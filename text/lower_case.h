// Lower case, for texts that are compared without it.
#ifndef WHET_TEXT_LOWER_CASE_H_
#define WHET_TEXT_LOWER_CASE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace whet {

// `text` in lower case by Unicode's full mappings and no language's own: what Python's str.lower()
// gives. Bytes that are no UTF-8 stay as they are.
std::string LowerCase(absl::string_view text);

}  // namespace whet

#endif  // WHET_TEXT_LOWER_CASE_H_
