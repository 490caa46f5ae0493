// What of a text is prose: without its code, formulas, addresses and tags.
#ifndef WHET_REWARDS_LANGUAGE_PROSE_H_
#define WHET_REWARDS_LANGUAGE_PROSE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace whet {

// `text` without
//   - fenced code (CommonMark; a fence that is never closed reaches to the end), `inline code` in
//     one paragraph, and what HTML's code, pre, script, style and math enclose;
//   - LaTeX: $…$ as Pandoc reads it (no space behind the first dollar or before the second, no
//     digit behind it, one paragraph), $$…$$, \(…\), \[…\], environments, commands with all their
//     arguments (\boxed{…} and \text{…} too), _{…} and ^{…}. Of environments that hold prose, such
//     as proof and itemize, only the marks go;
//   - addresses (scheme://…, www.…, name@host), HTML tags, entities, and special tokens <|…|>.
// A "0" stands where something was taken out that letters may be attached to, so that those are
// no word: of "$n$-th" remains "0-th". What looks like one of these but is never closed is prose.
//
// Time and memory are linear in `text`, whatever it is.
std::string ProseOf(absl::string_view text);

}  // namespace whet

#endif  // WHET_REWARDS_LANGUAGE_PROSE_H_
