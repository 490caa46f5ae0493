// What all processes of a jail use, read from /proc.
#ifndef WHET_SANDBOX_JAIL_PROCESS_TABLE_H_
#define WHET_SANDBOX_JAIL_PROCESS_TABLE_H_

#include "sandbox/jail/usage.h"

namespace whet::sandbox {

// Counts the calling process's descendants, which in a jail are all that there are, and the files
// in `scratch`. Memory that processes share is looked at more closely where it would exceed
// `bytes_max`.
void CountUsage(const char* scratch, int64_t bytes_max, Usage* usage);

// The time of those that the calling process and its descendants have waited for, and the most that
// one of them held.
void CountBuried(Usage* usage);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_PROCESS_TABLE_H_
