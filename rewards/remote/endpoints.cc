#include "rewards/remote/endpoints.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace whet {

Endpoints::Endpoints(const EndpointOptions& options)
    : options_(options), endpoints_(options.count) {
  WHET_CHECK(options.count > 0);
}

bool Endpoints::MayAsk(const Endpoint& endpoint, absl::Duration now) {
  return now >= endpoint.rest_end && (endpoint.failures == 0 || endpoint.in_flight == 0);
}

std::optional<size_t> Endpoints::Start(absl::Duration now) {
  std::optional<size_t> best;
  const auto load = [this](size_t i) {
    return std::pair(endpoints_[i].in_flight, endpoints_[i].asked);
  };
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    if (MayAsk(endpoints_[i], now) && (!best || load(i) < load(*best))) best = i;
  }
  if (best) {
    ++endpoints_[*best].in_flight;
    ++endpoints_[*best].asked;
  }
  return best;
}

void Endpoints::Succeed(size_t endpoint) {
  --endpoints_[endpoint].in_flight;
  endpoints_[endpoint].failures = 0;
}

void Endpoints::Fail(size_t endpoint, absl::Duration now, const EndpointFailure& failure) {
  Endpoint& failed = endpoints_[endpoint];
  --failed.in_flight;
  absl::Duration rest = failure.retry_after;
  if (failure.started >= failed.rest_end) {
    const absl::Duration doubled = options_.rest_min * (1LL << std::min(failed.failures, 20));
    ++failed.failures;
    rest = std::max(rest, std::min(doubled, options_.rest_max) * (0.5 + failure.chance / 2));
  }
  failed.rest_end = std::max(failed.rest_end, now + rest);
}

absl::Duration Endpoints::NextUp(absl::Duration now) const {
  absl::Duration next = absl::InfiniteDuration();
  for (const Endpoint& endpoint : endpoints_) {
    if (endpoint.rest_end > now) next = std::min(next, endpoint.rest_end);
  }
  return next;
}

}  // namespace whet
