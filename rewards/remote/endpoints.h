// Which of several services that answer alike is asked next, and which rest because they failed.
#ifndef WHET_REWARDS_REMOTE_ENDPOINTS_H_
#define WHET_REWARDS_REMOTE_ENDPOINTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"

namespace whet {

struct EndpointOptions {
  size_t count = 1;
  absl::Duration rest_min;  // After the first failure; then twice as long each time …
  absl::Duration rest_max;  // … up to this.
};

// A failed try, of which somebody else knows what failed.
struct EndpointFailure {
  absl::Duration started;                             // When the try began.
  absl::Duration retry_after = absl::ZeroDuration();  // What the service itself asked for.
  double chance = 1;  // In [0, 1]: half of the rest is multiplied by it.
};

// All times are of one clock that never goes backwards. Not thread-safe.
class Endpoints {
 public:
  explicit Endpoints(const EndpointOptions& options);

  // The one with the fewest requests in flight, of equals the one that was asked least often; it is
  // now asked once more. Nothing if there is none that may be asked: it rests, or has failed last
  // and is being tried by one request.
  std::optional<size_t> Start(absl::Duration now);

  // The one that was asked has answered, or has failed. Failures of tries that began before its
  // last rest ended were not warned by it, and do not lengthen it.
  void Succeed(size_t endpoint);
  void Fail(size_t endpoint, absl::Duration now, const EndpointFailure& failure);

  // When the next rest ends; infinite if there is none to wait for.
  absl::Duration NextUp(absl::Duration now) const;

 private:
  struct Endpoint {
    int in_flight = 0;
    int64_t asked = 0;
    int failures = 0;  // Since it last answered, rests counted once.
    absl::Duration rest_end = absl::ZeroDuration();
  };

  static bool MayAsk(const Endpoint& endpoint, absl::Duration now);

  const EndpointOptions options_;
  std::vector<Endpoint> endpoints_;
};

}  // namespace whet

#endif  // WHET_REWARDS_REMOTE_ENDPOINTS_H_
