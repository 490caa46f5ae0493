// Named places where tests kill the process. In production a crash point costs one comparison.
//
//   WHET_CRASH_POINT=atomic_file:before_rename whet train …     dies at the first pass
//   WHET_CRASH_POINT=ledger:before_commit:3 whet train …        dies at the third
//
// It dies of SIGKILL, as if the plug had been pulled: no destructor runs, no buffer is flushed.
#ifndef WHET_BASE_CRASH_POINT_H_
#define WHET_BASE_CRASH_POINT_H_

namespace whet {

// `name` is "file:what", a literal, used at one place only. Thread-safe. The environment variable
// is read at the first call in the process.
void CrashPoint(const char* name);

}  // namespace whet

#endif  // WHET_BASE_CRASH_POINT_H_
