#include "policy/linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "policy/exactness.h"
#include "policy/recorded.h"

namespace whet {
namespace {

at::Tensor MultiplyInPieces(const at::Tensor& x, const at::Tensor& w) {
  if (x.scalar_type() != at::kBFloat16 || x.size(1) <= kBf16ReductionMax) return at::linear(x, w);
  at::Tensor sum;  // [N, out] f32
  for (int64_t begin = 0; begin < x.size(1); begin += kBf16ReductionMax) {
    const int64_t length = std::min(kBf16ReductionMax, x.size(1) - begin);
    const at::Tensor part = at::linear(x.narrow(1, begin, length), w.narrow(1, begin, length));
    if (sum.defined()) {
      sum.add_(part);
    } else {
      sum = part.to(at::kFloat);
    }
  }
  return sum.to(x.scalar_type());
}

}  // namespace

at::Tensor MultiplyRows(const at::Tensor& x, const at::Tensor& w, int64_t rows_min) {
  const int64_t rows = x.size(0);
  if (rows >= rows_min) return MultiplyInPieces(x, w);
  const at::Tensor padded = at::zeros({rows_min, x.size(1)}, x.options());
  padded.narrow(0, 0, rows).copy_(x);
  return MultiplyInPieces(padded, w).narrow(0, 0, rows).contiguous();
}

void AddWeightGradient(const at::Tensor& dy, const at::Tensor& x, const Parameter& weight) {
  if (x.scalar_type() == at::kFloat) {
    weight.gradient.addmm_(dy.t(), x);
  } else {
    weight.gradient.add_(at::mm(dy.t(), x));
  }
}

at::Tensor Linear(const at::Tensor& x, const Parameter& weight, const Parameter& bias,
                  int64_t rows_min) {
  at::Tensor y;  // [N, out]
  {
    const at::NoGradGuard no_gradients;
    y = MultiplyRows(x, weight.value, rows_min);
    if (bias.defined()) y.add_(bias.value);
  }
  Record({x}, {y}, [x = x.detach(), weight, bias](const std::vector<at::Tensor>& dy) {
    AddWeightGradient(dy[0], x, weight);
    if (bias.defined()) bias.gradient.add_(dy[0].sum(0, /*keepdim=*/false, at::kFloat));
    return std::vector<at::Tensor>{at::mm(dy[0], weight.value)};  // [N, in]
  });
  return y;
}

}  // namespace whet
