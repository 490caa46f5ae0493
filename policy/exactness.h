// Whether this machine computes the same bits whatever else is in the batch.
//
// That a request's tokens and log-probabilities do not depend on its company is what makes resume,
// re-leasing and replay exact, and lets sampler and trainer agree. Matrix products are the one part
// that is not our own code: MKL's in f32, oneDNN's in bf16. So they are tried at every start.
#ifndef WHET_POLICY_EXACTNESS_H_
#define WHET_POLICY_EXACTNESS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace whet {

// Asks MKL for results that do not depend on sizes and alignment (MKL_CBWR=AUTO,STRICT, unless the
// environment says otherwise). Call it first in main: MKL reads it at its first call.
void RequestExactMath();

// y [rows, out] = x [rows, in] · Wᵀ, W [out, in].
struct LinearShape {
  int64_t in;
  int64_t out;
};

// From so many rows on, a row's result does not depend on how many rows there are; nullopt where
// even kRowsMinMax rows are not enough. The engine pads smaller products to it. MKL on an Intel
// processor with AMX: 1; on AMD's Zen 4: 4, since it multiplies 1 to 3 rows by another method.
struct Exactness {
  std::optional<int> f32_rows_min;
  std::optional<int>
      bf16_rows_min;  // With reductions cut at kBf16ReductionMax, as the engine does.
  int threads = 0;    // With how many; the answer holds for these only.
  absl::Duration took;
};
inline constexpr int kRowsMinMax = 64;

// Longer reductions in bf16 are cut into pieces of this and summed in f32: oneDNN is exact up to
// about 1,024 with AMX.
inline constexpr int64_t kBf16ReductionMax = 768;

// The shapes of a 135M-parameter model's layers.
std::vector<LinearShape> TypicalLinearShapes();

// Multiplies random matrices of `shapes` with 1 to 300 rows and compares bits. About 50 ms for the
// typical shapes, once the libraries are warm.
absl::StatusOr<Exactness> TestExactness(const std::vector<LinearShape>& shapes);

}  // namespace whet

#endif  // WHET_POLICY_EXACTNESS_H_
