// whet-verify as the judge of mathematics.
#ifndef WHET_REWARDS_VERIFY_MATH_SERVER_H_
#define WHET_REWARDS_VERIFY_MATH_SERVER_H_

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace whet {

// Answers requests of rewards/verify/math_pool.h until the parent has no more. Confines the process
// (rewards/verify/confinement.h). `arguments` are --cpu-us=N and --memory=BYTES.
absl::Status ServeMath(absl::Span<char* const> arguments);

}  // namespace whet

#endif  // WHET_REWARDS_VERIFY_MATH_SERVER_H_
