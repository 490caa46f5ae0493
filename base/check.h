// WHET_CHECK: a broken invariant of our own stops the process, in every build. What a user, a file
// or a network can cause is an absl::Status instead (base/status.h).
#ifndef WHET_BASE_CHECK_H_
#define WHET_BASE_CHECK_H_

namespace whet {

// Writes "FILE:LINE: check failed: CONDITION" to stderr and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace whet

#define WHET_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::whet::CheckFailed(__FILE__, __LINE__, #condition))

#endif  // WHET_BASE_CHECK_H_
