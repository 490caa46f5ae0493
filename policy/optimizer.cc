#include "policy/optimizer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace whet {
namespace {

constexpr int64_t kNormBlock = 16384;

}  // namespace

AdamWState NewAdamWState(const at::Tensor& weights) {
  return {at::zeros_like(weights), at::zeros_like(weights), 0};
}

void AdamWStep(const AdamWOptions& options, double lr, const FlatWeights& weights,
               AdamWState* state) {
  const at::NoGradGuard no_gradients;
  ++state->steps;
  const at::Tensor step = at::full({}, static_cast<double>(state->steps), weights.values.options());
  const auto update = [&](int64_t begin, int64_t end, double decay) {
    if (begin == end) return;
    const auto part = [&](const at::Tensor& x) {
      return std::vector<at::Tensor>{x.narrow(0, begin, end - begin)};
    };
    at::_fused_adamw_(part(weights.values), part(weights.gradient), part(state->mean),
                      part(state->square), {}, {step}, lr, options.beta1, options.beta2, decay,
                      options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
  };
  update(0, weights.decay_end, options.weight_decay);
  update(weights.decay_end, weights.values.numel(), 0.0);
}

double NormOf(const at::Tensor& x) {
  if (!x.is_cpu()) return at::linalg_vector_norm(x.to(at::kDouble)).item<double>();
  const int64_t blocks = (x.numel() + kNormBlock - 1) / kNormBlock;
  // Not const_data_ptr<float>(): GCC built LibTorch under a name that clang does not ask for.
  const auto* const values = static_cast<const float*>(x.const_data_ptr());
  std::vector<double> sums(static_cast<size_t>(blocks));
  at::parallel_for(0, blocks, 4, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      double lanes[8] = {};
      const int64_t last = std::min(x.numel(), (b + 1) * kNormBlock);
      for (int64_t i = b * kNormBlock; i < last; ++i) {
        lanes[i % 8] += static_cast<double>(values[i]) * values[i];
      }
      for (const double lane : lanes) sums[static_cast<size_t>(b)] += lane;
    }
  });
  double sum = 0;
  for (const double s : sums) sum += s;
  return std::sqrt(sum);
}

}  // namespace whet
