// Characters that are younger than the tables of the PCRE2 we build with (10.42: Unicode 14), but
// not than those of the Python library, whose tokens ours must be (Unicode 16).
#ifndef WHET_TEXT_UNICODE_ADDITIONS_H_
#define WHET_TEXT_UNICODE_ADDITIONS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace whet {

// The characters added to a general category ("Lu"), or to all that begin with a letter ("L"), as
// members of a bracket of a regular expression: "\x{1c89}\x{10d4a}-\x{10d65}". Where PCRE2 has
// learned them since, saying so again does no harm.
std::string UnicodeAdditions(absl::string_view category);

}  // namespace whet

#endif  // WHET_TEXT_UNICODE_ADDITIONS_H_
