// Whether gRPC works on this machine.
#ifndef WHET_ROLLOUT_WIRE_CHECK_H_
#define WHET_ROLLOUT_WIRE_CHECK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace whet {

struct WireCheck {
  std::string grpc_version;
  absl::Duration round_trip;  // Of one call on a warm connection.
};

// Starts a server on a free loopback port and asks it, as any client would, whether it serves.
// Returns Unavailable or DeadlineExceeded if no answer comes within `timeout`.
absl::StatusOr<WireCheck> CheckWire(absl::Duration timeout);

}  // namespace whet

#endif  // WHET_ROLLOUT_WIRE_CHECK_H_
