// What this process asks of the libraries that wait and allocate for it. docs/decisions.md has what
// was measured.
#ifndef WHET_CLI_PROCESS_SETTINGS_H_
#define WHET_CLI_PROCESS_SETTINGS_H_

namespace whet {

// Lets OpenMP's threads wait for each other by spinning only for a moment. By default they spin for
// milliseconds, and where other programs want the processors too, everybody then waits for a thread
// that is not running: 10 to 20 times slower beside two busy programs, and no faster alone.
//
// OpenMP reads the environment before main begins, so this starts the program anew, once, unless
// GOMP_SPINCOUNT or OMP_WAIT_POLICY say what the user wants. ./whet sets it beforehand.
void CalmThreads(char** argv);

// Keeps memory that was given back for the next tensor instead of returning it to the system, which
// would clear it page by page each time.
void KeepMemory();

}  // namespace whet

#endif  // WHET_CLI_PROCESS_SETTINGS_H_
