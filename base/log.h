// Messages for the person at the terminal: one line each, to stderr, coloured only on a terminal.
// What must be kept is not a log line: it goes into the ledger.
#ifndef WHET_BASE_LOG_H_
#define WHET_BASE_LOG_H_

#include "absl/strings/string_view.h"

namespace whet {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Writes "HH:MM:SS level message". Thread-safe; lines of several threads are never mixed.
void Log(LogLevel level, absl::string_view message);

inline void LogDebug(absl::string_view message) { Log(LogLevel::kDebug, message); }
inline void LogInfo(absl::string_view message) { Log(LogLevel::kInfo, message); }
inline void LogWarning(absl::string_view message) { Log(LogLevel::kWarning, message); }
inline void LogError(absl::string_view message) { Log(LogLevel::kError, message); }

// Messages below `level` are dropped from now on. At first it is kInfo.
void SetLogLevel(LogLevel level);

}  // namespace whet

#endif  // WHET_BASE_LOG_H_
