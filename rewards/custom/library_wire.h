// Samples and what a library says of them, as bytes between whet and whet-verify. Private to the
// two, which are of one build.
#ifndef WHET_REWARDS_CUSTOM_LIBRARY_WIRE_H_
#define WHET_REWARDS_CUSTOM_LIBRARY_WIRE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/custom/verifier_sample.h"
#include "rollout/reward.h"

namespace whet {

std::string EncodeSamples(absl::Span<const VerifierSample> samples);
// InvalidArgument for bytes that EncodeSamples does not write.
absl::StatusOr<std::vector<VerifierSample>> DecodeSamples(absl::string_view bytes);

// The parts, or why there are none.
std::string EncodeParts(const absl::StatusOr<std::vector<RewardPart>>& parts);
// DataLoss for bytes that EncodeParts does not write.
absl::StatusOr<std::vector<RewardPart>> DecodeParts(absl::string_view bytes);

}  // namespace whet

#endif  // WHET_REWARDS_CUSTOM_LIBRARY_WIRE_H_
