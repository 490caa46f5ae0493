#include "policy/head.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "policy/cpu/row_types.h"
#include "policy/linear.h"

namespace whet {
namespace {

constexpr int64_t kChunkBytes = int64_t{64} << 20;  // Of logits.
constexpr int64_t kChunkRowsMin = 16;
constexpr int64_t kChunkRowsMax = 4096;

int64_t ChunkRows(const at::Tensor& hidden, const Parameter& weight) {
  const int64_t row_bytes = weight.value.size(0) * static_cast<int64_t>(hidden.element_size());
  return std::clamp(kChunkBytes / row_bytes, kChunkRowsMin, kChunkRowsMax);
}

// Calls body(begin, rows) for consecutive chunks of [0, rows).
template <typename Body>
void ForEachChunk(const at::Tensor& hidden, const Parameter& weight, const Body& body) {
  const int64_t rows = hidden.size(0);
  const int64_t chunk = ChunkRows(hidden, weight);
  for (int64_t begin = 0; begin < rows; begin += chunk) body(begin, std::min(chunk, rows - begin));
}

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

template <typename T>
void ScoreRow(const RowFunctions<T>& functions, const T* logits, int64_t count, int64_t target,
              float inverse_temperature, int64_t row, TokenStatistics* out) {
  const LogitStatistics statistics =
      functions.logit_statistics(logits, count, inverse_temperature, nullptr);
  const size_t i = static_cast<size_t>(row);
  float logit = 0;
  functions.to_f32(logits + target, 1, &logit);
  out->logprobs[i] = LogprobOf(logit, inverse_temperature, statistics);
  out->entropies[i] = std::log(statistics.sum) - statistics.weighted / statistics.sum;
}

// One call per row of the chunk, on all threads.
template <typename Body>
void ForEachRow(const at::Tensor& logits, const Body& body) {
  WithRowFunctions(logits.scalar_type(), [&](const auto& functions) {
    at::parallel_for(0, logits.size(0), RowGrain(logits.size(1)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) body(functions, i);
    });
  });
}

}  // namespace

float LogprobOf(float logit, float inverse_temperature, const LogitStatistics& statistics) {
  return logit * inverse_temperature - statistics.largest - std::log(statistics.sum);
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
                         std::vector<bool>(rows)};
  ForEachChunk(hidden, weight, [&](int64_t begin, int64_t count) {
    const at::Tensor logits =
        LogitsOf(hidden.narrow(0, begin, count), weight, options).to(at::kCPU);
    const int64_t vocabulary = logits.size(1);
    ForEachRow(logits, [&](const auto& functions, int64_t i) {
      using T = typename std::decay_t<decltype(functions)>::Element;
      ScoreRow(functions, RowData<T>(logits) + i * vocabulary, vocabulary,
               targets[static_cast<size_t>(begin + i)], inverse_temperature, begin + i, &out);
    });
    // Apart, since neighbours in a vector<bool> may not be written by two threads.
    const at::Tensor top = logits.argmax(1);  // The first of equal ones.
    for (int64_t i = 0; i < count; ++i) {
      const size_t row = static_cast<size_t>(begin + i);
      out.is_top[row] = top.const_data_ptr<int64_t>()[i] == targets[row];
    }
  });
  return out;
}

at::Tensor ScoreTokensBackward(const at::Tensor& hidden, const Parameter& weight,
                               absl::Span<const int64_t> targets, const TokenGradients& gradients,
                               const HeadOptions& options) {
  const at::NoGradGuard no_gradients;
  const float inverse_temperature = InverseTemperature(options);
  at::Tensor d_hidden = at::empty_like(hidden);  // [N, H]
  ForEachChunk(hidden, weight, [&](int64_t begin, int64_t count) {
    const at::Tensor rows = hidden.narrow(0, begin, count);
    const at::Tensor logits = LogitsOf(rows, weight, options).to(at::kCPU);
    const int64_t vocabulary = logits.size(1);
    at::Tensor d_logits = at::empty_like(logits);  // [count, V]
    ForEachRow(logits, [&](const auto& functions, int64_t i) {
      using T = typename std::decay_t<decltype(functions)>::Element;
      const T* const row = RowData<T>(logits) + i * vocabulary;
      const size_t at = static_cast<size_t>(begin + i);
      functions.logit_gradients(
          row,
          {.count = vocabulary,
           .inverse_temperature = inverse_temperature,
           .statistics = functions.logit_statistics(row, vocabulary, inverse_temperature, nullptr),
           .target = targets[at],
           .logprob_gradient = gradients.logprobs[at],
           .entropy_gradient = gradients.entropies.empty() ? 0.0F : gradients.entropies[at]},
          RowData<T>(d_logits) + i * vocabulary);
    });
    if (!IsPlain(options)) d_logits = ShapeBackward(d_logits, logits, options);
    d_logits = d_logits.to(hidden.device());
    at::Tensor d_rows = d_hidden.narrow(0, begin, count);
    at::mm_out(d_rows, d_logits, weight.value);
    AddWeightGradient(d_logits, rows, weight);
  });
  return d_hidden;
}

}  // namespace whet
