// Macros and helpers over absl::Status, this project's way to say that the world failed. The code
// tells the caller what to do:
//   InvalidArgument     the request is wrong and stays wrong; never retry
//   NotFound            a file or key is not there
//   FailedPrecondition  something must be mended first (a lock, a permission); the message says
//   what ResourceExhausted   smaller batch, or more memory or disk Unavailable         try again,
//   or another worker DeadlineExceeded    it took longer than its deadline Aborted             it
//   died while working on exactly this request DataLoss            what is stored is damaged; stop
// Broken invariants of our own are not a Status: base/check.h.
#ifndef WHET_BASE_STATUS_H_
#define WHET_BASE_STATUS_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whet {

// Returns `status` with "`context`: " before its message; OK stays OK.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

// The failure of a system call as a Status: "`what`: No space left on device; make room …", with
// advice for a full disk and for what is not permitted. `error` is errno's value at the failure,
// which must not be 0. ENOSPC, EDQUOT and EFBIG are ResourceExhausted, EIO and EROFS DataLoss,
// ENOENT NotFound, EACCES and EPERM PermissionDenied, EEXIST AlreadyExists, EMFILE, ENFILE, ENOMEM
// and EAGAIN ResourceExhausted; the rest is Internal.
absl::Status ErrnoStatus(int error, absl::string_view what);

}  // namespace whet

#define WHET_STATUS_CONCAT_INNER(a, b) a##b
#define WHET_STATUS_CONCAT(a, b) WHET_STATUS_CONCAT_INNER(a, b)

// Returns from the enclosing function if `expression`, an absl::Status, is not OK.
#define WHET_RETURN_IF_ERROR(expression)                              \
  do {                                                                \
    if (absl::Status whet_status = (expression); !whet_status.ok()) { \
      return whet_status;                                             \
    }                                                                 \
  } while (false)

// WHET_ASSIGN_OR_RETURN(const int n, ParseCount(text));
// Evaluates `expression`, an absl::StatusOr<T>; returns its status if it has no value, else
// initializes or assigns the left-hand side. Not for use as the body of an unbraced if.
#define WHET_ASSIGN_OR_RETURN(declaration, expression) \
  WHET_ASSIGN_OR_RETURN_IMPL(WHET_STATUS_CONCAT(whet_status_or_, __LINE__), declaration, expression)

#define WHET_ASSIGN_OR_RETURN_IMPL(result, declaration, expression) \
  auto result = (expression);                                       \
  if (!result.ok()) return std::move(result).status();              \
  declaration = *std::move(result)

#endif  // WHET_BASE_STATUS_H_
