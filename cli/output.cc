#include "cli/output.h"

#include <cerrno>
#include <cstdio>

#include "base/status.h"

namespace whet {

absl::Status Print(absl::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return ErrnoStatus(errno != 0 ? errno : EIO, "write to standard output");
  }
  return absl::OkStatus();
}

}  // namespace whet
