// What a command prints for its user.
#ifndef WHET_CLI_OUTPUT_H_
#define WHET_CLI_OUTPUT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace whet {

// Writes `text` to standard output, whole. The statuses of ErrnoStatus where that fails: a full
// disk, a reader that is gone.
absl::Status Print(absl::string_view text);

// `text` as one word of a shell's command line: as it is, or in quotes where it needs them.
std::string ShellWord(absl::string_view text);

}  // namespace whet

#endif  // WHET_CLI_OUTPUT_H_
