// What a process takes from itself before it becomes the program. All of this runs between fork and
// execve: no memory is allocated, errors are errno values.
#ifndef WHET_SANDBOX_JAIL_CONFINEMENT_H_
#define WHET_SANDBOX_JAIL_CONFINEMENT_H_

#include "sandbox/limits.h"

namespace whet::sandbox {

// The version of Landlock that this kernel has; 0: none.
int LandlockVersion();

// Of the calling process and its children, for good.
int SetResourceLimits(const Limits& limits);
int DropCapabilities();
// Reads everywhere, writes below `scratch` and to the devices alone; no TCP; no signals and no
// abstract sockets to who is not confined likewise. As much of it as `version` has.
int RestrictFiles(int version, const char* scratch);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_CONFINEMENT_H_
