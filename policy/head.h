// From hidden states to log-probabilities of tokens, and back, in chunks of rows: there is never a
// matrix of all tokens by the whole vocabulary. Includes LibTorch: for files of policy/ only.
#ifndef WHET_POLICY_HEAD_H_
#define WHET_POLICY_HEAD_H_

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "policy/cpu/row_types.h"
#include "policy/parameter.h"

namespace whet {

// logits = softcap · tanh((h · wᵀ + bias) · scale / softcap), divided by the temperature.
struct HeadOptions {
  double temperature = 1.0;  // Above 0.
  double logit_scale = 1.0;
  double softcap = 0.0;  // 0: none.
  Parameter bias;        // [V]; undefined: none.
  int64_t rows_min = 1;  // policy/exactness.h
};

// Logits before the temperature, [N, V] in the type of the hidden states [N, H]: of a few rows
// only.
at::Tensor LogitsOf(const at::Tensor& hidden, const Parameter& weight, const HeadOptions& options);

// Calls body(functions, row, count, i) for row i of the logits of hidden [N, H], on all threads,
// with the RowFunctions<T> of their type and `count` logits at `row`, a const T*. Chunk by chunk.
template <typename Body>
void ForEachLogitRow(const at::Tensor& hidden, const Parameter& weight, const HeadOptions& options,
                     const Body& body);

// Of each row, in nats, at the temperature.
struct TokenStatistics {
  std::vector<float> logprobs;   // log p(target)
  std::vector<float> entropies;  // -Σ p log p
  std::vector<char> is_top;      // The target is the most probable; of equal ones, the lowest id.
};

// hidden [N, H], targets [N] within [0, V).
TokenStatistics ScoreTokens(const at::Tensor& hidden, const Parameter& weight,
                            absl::Span<const int64_t> targets, const HeadOptions& options);

// Of a loss, with respect to what TokenStatistics holds of one row.
struct TokenGradient {
  float logprob;
  float entropy;
};
// Called once for each row, on any thread.
using TokenLossFunction =
    absl::FunctionRef<TokenGradient(size_t row, float logprob, float entropy)>;

struct ScoredTokens {
  TokenStatistics statistics;
  at::Tensor d_hidden;  // [N, H]: the gradient of the loss.
};

// ScoreTokens, and the backward of a loss that is known as soon as a row's statistics are: the
// logits are computed once for both. Adds to the gradients of weight and bias.
ScoredTokens ScoreTokensWithBackward(const at::Tensor& hidden, const Parameter& weight,
                                     absl::Span<const int64_t> targets, TokenLossFunction loss,
                                     const HeadOptions& options);

// Implementation of the template, and what the head's own functions are made of.

// Rows of which all logits are held at a time.
int64_t LogitChunkRows(const at::Tensor& hidden, const Parameter& weight);

// Calls body(logits [rows, V] on the CPU, first row).
template <typename Body>
void ForEachLogitChunk(const at::Tensor& hidden, const Parameter& weight,
                       const HeadOptions& options, const Body& body) {
  const int64_t chunk = LogitChunkRows(hidden, weight);
  for (int64_t begin = 0; begin < hidden.size(0); begin += chunk) {
    const int64_t rows = std::min(chunk, hidden.size(0) - begin);
    body(LogitsOf(hidden.narrow(0, begin, rows), weight, options).to(at::kCPU), begin);
  }
}

// Calls body(functions, row, count, i) for the rows of a matrix on the CPU, on all threads.
template <typename Body>
void ForEachRow(const at::Tensor& rows, const Body& body) {
  const int64_t count = rows.size(1);
  WithRowFunctions(rows.scalar_type(), [&](const auto& functions) {
    using T = typename std::decay_t<decltype(functions)>::Element;
    at::parallel_for(0, rows.size(0), RowGrain(count), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        body(functions, static_cast<const T*>(RowData<T>(rows)) + i * count, count, i);
      }
    });
  });
}

template <typename Body>
void ForEachLogitRow(const at::Tensor& hidden, const Parameter& weight, const HeadOptions& options,
                     const Body& body) {
  ForEachLogitChunk(hidden, weight, options, [&](const at::Tensor& logits, int64_t begin) {
    ForEachRow(logits, [&](const auto& functions, const auto* row, int64_t count, int64_t i) {
      body(functions, row, count, static_cast<size_t>(begin + i));
    });
  });
}

}  // namespace whet

#endif  // WHET_POLICY_HEAD_H_
