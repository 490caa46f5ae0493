#include "policy/head.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "policy/linear.h"
#include "policy/logprob.h"

namespace whet {
namespace {

constexpr int64_t kChunkBytes = int64_t{64} << 20;  // Of logits.
constexpr int64_t kChunkRowsMin = 16;
constexpr int64_t kChunkRowsMax = 4096;

float InverseTemperature(const HeadOptions& options) {
  WHET_CHECK(options.temperature > 0);
  return static_cast<float>(1.0 / options.temperature);
}

bool IsPlain(const HeadOptions& options) {
  return !options.bias.defined() && options.logit_scale == 1.0 && options.softcap == 0.0;
}

// d logits after shaping → before it, in f32; adds the bias's gradient.
at::Tensor ShapeBackward(const at::Tensor& gradients, const at::Tensor& logits,
                         const HeadOptions& options) {
  at::Tensor d = gradients.to(at::kFloat);
  if (options.softcap != 0.0) {
    d = d * (1.0 - at::square(logits.to(at::kFloat) / options.softcap));
  }
  d = d * options.logit_scale;
  if (options.bias.defined()) options.bias.gradient.add_(d.sum(0));
  return d.to(gradients.scalar_type());
}

// Whether the target's logit is the largest, and the first of its value.
template <typename T>
bool IsTop(const RowFunctions<T>& functions, const T* logits, int64_t target, float scaled,
           const LogitStatistics& statistics, float inverse_temperature) {
  if (scaled < statistics.largest) return false;
  for (int64_t i = 0; i < target; ++i) {
    float logit = 0;
    functions.to_f32(logits + i, 1, &logit);
    if (logit * inverse_temperature >= scaled) return false;
  }
  return true;
}

}  // namespace

int64_t LogitChunkRows(const at::Tensor& hidden, const Parameter& weight) {
  const int64_t row_bytes = weight.value.size(0) * static_cast<int64_t>(hidden.element_size());
  return std::clamp(kChunkBytes / row_bytes, kChunkRowsMin, kChunkRowsMax);
}

at::Tensor LogitsOf(const at::Tensor& hidden, const Parameter& weight, const HeadOptions& options) {
  at::Tensor logits = MultiplyRows(hidden, weight.value, options.rows_min);
  if (IsPlain(options)) return logits;
  if (options.bias.defined()) logits.add_(options.bias.value);
  logits.mul_(options.logit_scale);
  if (options.softcap != 0.0) logits.div_(options.softcap).tanh_().mul_(options.softcap);
  return logits;
}

TokenStatistics ScoreTokens(const at::Tensor& hidden, const Parameter& weight,
                            absl::Span<const int64_t> targets, const HeadOptions& options) {
  const at::NoGradGuard no_gradients;
  const size_t rows = static_cast<size_t>(hidden.size(0));
  WHET_CHECK(targets.size() == rows);
  const float inverse_temperature = InverseTemperature(options);
  TokenStatistics out = {std::vector<float>(rows), std::vector<float>(rows),
                         std::vector<char>(rows)};
  ForEachLogitRow(hidden, weight, options,
                  [&](const auto& functions, const auto* row, int64_t count, size_t i) {
                    const LogitStatistics statistics =
                        functions.logit_statistics(row, count, inverse_temperature, nullptr);
                    float logit = 0;
                    functions.to_f32(row + targets[i], 1, &logit);
                    out.logprobs[i] = LogprobOf(logit, inverse_temperature, statistics);
                    out.entropies[i] =
                        std::log(statistics.sum) - statistics.weighted / statistics.sum;
                    out.is_top[i] = IsTop(functions, row, targets[i], logit * inverse_temperature,
                                          statistics, inverse_temperature);
                  });
  return out;
}

at::Tensor ScoreTokensBackward(const at::Tensor& hidden, const Parameter& weight,
                               absl::Span<const int64_t> targets, const TokenGradients& gradients,
                               const HeadOptions& options) {
  const at::NoGradGuard no_gradients;
  const float inverse_temperature = InverseTemperature(options);
  at::Tensor d_hidden = at::empty_like(hidden);  // [N, H]
  ForEachLogitChunk(hidden, weight, options, [&](const at::Tensor& logits, int64_t begin) {
    at::Tensor d_logits = at::empty_like(logits);  // [rows, V]
    ForEachRow(logits, [&](const auto& functions, const auto* row, int64_t count, int64_t i) {
      using T = typename std::decay_t<decltype(functions)>::Element;
      const size_t at = static_cast<size_t>(begin + i);
      functions.logit_gradients(
          row,
          {.count = count,
           .inverse_temperature = inverse_temperature,
           .statistics = functions.logit_statistics(row, count, inverse_temperature, nullptr),
           .target = targets[at],
           .logprob_gradient = gradients.logprobs[at],
           .entropy_gradient = gradients.entropies.empty() ? 0.0F : gradients.entropies[at]},
          RowData<T>(d_logits) + i * count);
    });
    if (!IsPlain(options)) d_logits = ShapeBackward(d_logits, logits, options);
    d_logits = d_logits.to(hidden.device());
    at::Tensor d_rows = d_hidden.narrow(0, begin, logits.size(0));
    at::mm_out(d_rows, d_logits, weight.value);
    AddWeightGradient(d_logits, hidden.narrow(0, begin, logits.size(0)), weight);
  });
  return d_hidden;
}

}  // namespace whet
