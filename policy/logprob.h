// The one formula for the log-probability of a token, which sampler and trainer share to the bit.
#ifndef WHET_POLICY_LOGPROB_H_
#define WHET_POLICY_LOGPROB_H_

#include <cmath>

#include "policy/cpu/row_functions.h"

namespace whet {

// From a token's logit and the statistics of its row at 1 / temperature, in nats.
inline float LogprobOf(float logit, float inverse_temperature, const LogitStatistics& statistics) {
  return logit * inverse_temperature - statistics.largest - std::log(statistics.sum);
}

}  // namespace whet

#endif  // WHET_POLICY_LOGPROB_H_
