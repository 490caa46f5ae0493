// What keeps whet-verify within bounds, whatever a request does to the libraries below it.
#ifndef WHET_REWARDS_VERIFY_CONFINEMENT_H_
#define WHET_REWARDS_VERIFY_CONFINEMENT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace whet {

struct ConfinementOptions {
  absl::Duration cpu_max;  // Of one request.
  int64_t memory_bytes;    // Of this process, beyond what it has now.
  std::string timeout_answer;
  std::string memory_answer;
};

// For this process and for good: no system call but those that memory, signals, clocks and talking
// to the parent need; others fail with EPERM. No more memory than `options` say. What then runs out
// of memory, or of processor time within a request, is answered (base/child_server.h) with the
// answers given here, and the process ends and is started again. Single-threaded processes only.
absl::Status Confine(const ConfinementOptions& options);

// Around the work on a request.
class RequestAlarm {
 public:
  RequestAlarm();
  ~RequestAlarm();
  RequestAlarm(const RequestAlarm&) = delete;
  RequestAlarm& operator=(const RequestAlarm&) = delete;
};

}  // namespace whet

#endif  // WHET_REWARDS_VERIFY_CONFINEMENT_H_
