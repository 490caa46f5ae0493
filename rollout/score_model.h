// The seam behind which a model judges texts: reward models.
#ifndef WHET_ROLLOUT_SCORE_MODEL_H_
#define WHET_ROLLOUT_SCORE_MODEL_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace whet {

// Thread-safe: calls wait for each other.
class ScoreModel {
 public:
  virtual ~ScoreModel() = default;

  // The value of each sequence of tokens, in their order, or why it has none: InvalidArgument for
  // one that is empty or longer than the model reads, Internal for a value that is not finite, and
  // what befell the computation. Ids are below the model's vocabulary. A value does not depend on
  // what else is in the call, to the bit where arithmetic is exact.
  virtual std::vector<absl::StatusOr<double>> Score(
      absl::Span<const std::vector<int32_t>> sequences) = 0;
};

}  // namespace whet

#endif  // WHET_ROLLOUT_SCORE_MODEL_H_
