// Ctrl-C: the first asks to stop, the second stops.
#ifndef WHET_CLI_STOP_SIGNAL_H_
#define WHET_CLI_STOP_SIGNAL_H_

#include <atomic>

namespace whet {

// From now on SIGINT and SIGTERM set what this returns, and say that the step is being finished; a
// second one ends the process at once, with status 130. Once a process.
const std::atomic<bool>* CatchStopSignals();

}  // namespace whet

#endif  // WHET_CLI_STOP_SIGNAL_H_
