// Requests about mathematics and their answers as bytes between whet and whet-verify. Private to
// the two, which are of one build.
#ifndef WHET_REWARDS_VERIFY_MATH_WIRE_H_
#define WHET_REWARDS_VERIFY_MATH_WIRE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/verify/math_pool.h"

namespace whet {

std::string EncodeMathRequest(const MathRequest& request);
// InvalidArgument for bytes that EncodeMathRequest does not write.
absl::StatusOr<MathRequest> DecodeMathRequest(absl::string_view bytes);

std::string EncodeMathReply(const MathReply& reply);
// DataLoss for bytes that EncodeMathReply does not write.
absl::StatusOr<MathReply> DecodeMathReply(absl::string_view bytes);

}  // namespace whet

#endif  // WHET_REWARDS_VERIFY_MATH_WIRE_H_
