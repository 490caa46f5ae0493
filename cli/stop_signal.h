// Ctrl-C: the first asks to stop, the second stops.
#ifndef WHET_CLI_STOP_SIGNAL_H_
#define WHET_CLI_STOP_SIGNAL_H_

#include <atomic>

namespace whet {

inline constexpr char kFinishingStep[] =
    "\nwhet: finishing the step and writing a checkpoint; once more to stop at once\n";
inline constexpr char kFinishingCompletion[] =
    "\nwhet: waiting for the next completion to be finished; once more to stop at once\n";

// From now on SIGINT and SIGTERM set what this returns, and print `notice`, which lives for good; a
// second one ends the process at once, with status 130. Once a process.
const std::atomic<bool>* CatchStopSignals(const char* notice = kFinishingStep);

}  // namespace whet

#endif  // WHET_CLI_STOP_SIGNAL_H_
