// Matrix products whose rows do not depend on how many there are. Includes LibTorch: for files of
// policy/ only.
#ifndef WHET_POLICY_LINEAR_H_
#define WHET_POLICY_LINEAR_H_

#include <ATen/core/Tensor.h>

#include "policy/parameter.h"

namespace whet {

// x [N, in] · wᵀ, w [out, in], in the type of both → [N, out]. Fewer rows than `rows_min` are
// padded to it (policy/exactness.h); reductions in bf16 are cut at kBf16ReductionMax and summed in
// f32.
at::Tensor MultiplyRows(const at::Tensor& x, const at::Tensor& w, int64_t rows_min);

// The same plus the bias where there is one, recorded: its backward adds to the gradients of weight
// and bias.
at::Tensor Linear(const at::Tensor& x, const Parameter& weight, const Parameter& bias,
                  int64_t rows_min);

// weight.gradient [out, in] += dyᵀ · x, of dy [N, out] and x [N, in].
void AddWeightGradient(const at::Tensor& dy, const at::Tensor& x, const Parameter& weight);

}  // namespace whet

#endif  // WHET_POLICY_LINEAR_H_
