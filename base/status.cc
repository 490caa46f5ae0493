#include "base/status.h"

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace whet {
namespace {

absl::StatusCode CodeOfErrno(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:  // As large as a limit on files allows.
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
      return absl::StatusCode::kResourceExhausted;
    case EIO:
    case EROFS:
      return absl::StatusCode::kDataLoss;
    case ENOENT:
      return absl::StatusCode::kNotFound;
    case EACCES:
    case EPERM:
      return absl::StatusCode::kPermissionDenied;
    case EEXIST:
      return absl::StatusCode::kAlreadyExists;
    default:
      return absl::StatusCode::kInternal;
  }
}

// What to do about it, where it is always the same.
absl::string_view AdviceOfErrno(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "; make room on that disk, then repeat the command";
    case EACCES:
    case EPERM:
    case EROFS:
      return "; check who may read and write there";
    default:
      return "";
  }
}

}  // namespace

absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(context, ": ", status.message()));
}

absl::Status ErrnoStatus(int error, absl::string_view what) {
  WHET_CHECK(error != 0);
  return absl::Status(CodeOfErrno(error),
                      absl::StrCat(what, ": ", std::strerror(error), AdviceOfErrno(error)));
}

}  // namespace whet
