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

// What is known of a row once its logits are.
struct RowScore {
  LogitStatistics logits;
  float logprob;
  float entropy;
  bool is_top;
};

template <typename T>
RowScore ScoreRow(const RowFunctions<T>& functions, absl::Span<const T> row, int64_t target,
                  float inverse_temperature) {
  const auto logit_of = [&](int64_t i) {
    float logit = 0;
    functions.to_f32(row.data() + i, 1, &logit);
    return logit;
  };
  RowScore score = {};
  score.logits = functions.logit_statistics(row.data(), static_cast<int64_t>(row.size()),
                                            inverse_temperature, nullptr);
  const float logit = logit_of(target);
  score.logprob = LogprobOf(logit, inverse_temperature, score.logits);
  score.entropy = std::log(score.logits.sum) - score.logits.weighted / score.logits.sum;
  score.is_top = logit * inverse_temperature >= score.logits.largest;
  // Of equal ones the lowest id is the most probable.
  for (int64_t i = 0; score.is_top && i < target; ++i) score.is_top = logit_of(i) < logit;
  return score;
}

TokenStatistics StatisticsFor(size_t rows) {
  return {std::vector<float>(rows), std::vector<float>(rows), std::vector<char>(rows)};
}

void Keep(const RowScore& score, size_t i, TokenStatistics* out) {
  out->logprobs[i] = score.logprob;
  out->entropies[i] = score.entropy;
  out->is_top[i] = score.is_top ? 1 : 0;
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
  TokenStatistics out = StatisticsFor(rows);
  ForEachLogitRow(hidden, weight, options,
                  [&](const auto& functions, const auto* row, int64_t count, size_t i) {
                    const auto logits = absl::MakeConstSpan(row, static_cast<size_t>(count));
                    Keep(ScoreRow(functions, logits, targets[i], inverse_temperature), i, &out);
                  });
  return out;
}

ScoredTokens ScoreTokensWithBackward(const at::Tensor& hidden, const Parameter& weight,
                                     absl::Span<const int64_t> targets, TokenLossFunction loss,
                                     const HeadOptions& options) {
  const at::NoGradGuard no_gradients;
  const size_t rows = static_cast<size_t>(hidden.size(0));
  WHET_CHECK(targets.size() == rows);
  const float inverse_temperature = InverseTemperature(options);
  ScoredTokens out = {StatisticsFor(rows), at::empty_like(hidden)};
  ForEachLogitChunk(hidden, weight, options, [&](const at::Tensor& logits, int64_t begin) {
    at::Tensor d_logits = at::empty_like(logits);  // [rows, V]
    ForEachRow(logits, [&](const auto& functions, const auto* row, int64_t count, int64_t i) {
      using T = typename std::decay_t<decltype(functions)>::Element;
      const size_t at = static_cast<size_t>(begin + i);
      const auto span = absl::MakeConstSpan(row, static_cast<size_t>(count));
      const RowScore score = ScoreRow(functions, span, targets[at], inverse_temperature);
      Keep(score, at, &out.statistics);
      const TokenGradient gradient = loss(at, score.logprob, score.entropy);
      functions.logit_gradients(row,
                                {.count = count,
                                 .inverse_temperature = inverse_temperature,
                                 .statistics = score.logits,
                                 .target = targets[at],
                                 .logprob_gradient = gradient.logprob,
                                 .entropy_gradient = gradient.entropy},
                                RowData<T>(d_logits) + i * count);
    });
    if (!IsPlain(options)) d_logits = ShapeBackward(d_logits, logits, options);
    d_logits = d_logits.to(hidden.device());
    at::Tensor d_rows = out.d_hidden.narrow(0, begin, logits.size(0));
    at::mm_out(d_rows, d_logits, weight.value);
    AddWeightGradient(d_logits, hidden.narrow(0, begin, logits.size(0)), weight);
  });
  return out;
}

}  // namespace whet
