#include "policy/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "absl/container/flat_hash_set.h"
#include "base/check.h"
#include "policy/logprob.h"

namespace whet {
namespace {

bool MoreProbable(const Candidate& a, const Candidate& b) {
  return a.score > b.score || (a.score == b.score && a.token < b.token);
}

bool IsFiltered(const SamplingParams& sampling) {
  return sampling.top_k > 0 || sampling.top_p < 1.0 || sampling.min_p > 0.0 ||
         sampling.repetition_penalty != 1.0;
}

std::vector<Candidate> ScaledTokens(absl::Span<const float> logits, const SamplingParams& sampling,
                                    absl::Span<const int32_t> history) {
  absl::flat_hash_set<int32_t> seen;
  if (sampling.repetition_penalty != 1.0) seen.insert(history.begin(), history.end());
  const float penalty = static_cast<float>(sampling.repetition_penalty);
  const float inverse_temperature = static_cast<float>(1.0 / sampling.temperature);
  std::vector<Candidate> candidates;
  candidates.reserve(logits.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    float logit = logits[i];
    if (logit == -std::numeric_limits<float>::infinity()) continue;
    if (seen.contains(static_cast<int32_t>(i)))
      logit = logit < 0 ? logit * penalty : logit / penalty;
    candidates.push_back({static_cast<int32_t>(i), logit * inverse_temperature});
  }
  return candidates;
}

void KeepTopK(int64_t k, std::vector<Candidate>* candidates) {
  if (k <= 0 || static_cast<size_t>(k) >= candidates->size()) return;
  std::nth_element(candidates->begin(), candidates->begin() + (k - 1), candidates->end(),
                   MoreProbable);
  const float last = (*candidates)[static_cast<size_t>(k - 1)].score;
  std::erase_if(*candidates, [last](const Candidate& c) { return c.score < last; });
}

// The fewest most probable whose probabilities reach p. Sorts no more than it must: the mass of a
// language model lies in few tokens of many.
void KeepTopP(double p, std::vector<Candidate>* candidates) {
  if (p >= 1.0) return;
  float largest = -std::numeric_limits<float>::infinity();
  for (const Candidate& c : *candidates) largest = std::max(largest, c.score);
  const auto mass_of = [largest](const Candidate& c) {
    return std::exp(static_cast<double>(c.score) - largest);
  };
  double total = 0;
  for (const Candidate& c : *candidates) total += mass_of(c);
  double before = 0;
  size_t sorted = 0;
  for (size_t kept = 0; kept < candidates->size(); ++kept) {
    if (kept > 0 && before >= p * total) {
      candidates->resize(kept);
      return;
    }
    if (kept == sorted) {
      sorted = std::min(candidates->size(), std::max<size_t>(64, sorted * 8));
      std::partial_sort(candidates->begin() + static_cast<ptrdiff_t>(kept),
                        candidates->begin() + static_cast<ptrdiff_t>(sorted), candidates->end(),
                        MoreProbable);
    }
    before += mass_of((*candidates)[kept]);
  }
}

// Sorted already.
void KeepMinP(double min_p, std::vector<Candidate>* candidates) {
  if (min_p <= 0.0) return;
  const float bound = candidates->front().score + static_cast<float>(std::log(min_p));
  std::erase_if(*candidates, [bound](const Candidate& c) { return c.score < bound; });
}

int32_t ChooseAmong(const std::vector<Candidate>& candidates, float uniform) {
  float largest = -std::numeric_limits<float>::infinity();
  for (const Candidate& c : candidates) largest = std::max(largest, c.score);
  const auto mass_of = [largest](const Candidate& c) {
    return std::exp(static_cast<double>(c.score) - largest);
  };
  double total = 0;
  for (const Candidate& c : candidates) total += mass_of(c);
  double sum = 0;
  for (const Candidate& c : candidates) {
    sum += mass_of(c);
    if (sum > uniform * total) return c.token;
  }
  return candidates.back().token;
}

// Without filters: the block in which the sums of exponentials pass the uniform's share, then the
// token in it.
template <typename T>
int32_t ChooseFromAll(const RowFunctions<T>& functions, const T* logits, const SampleArguments& a,
                      float largest, std::vector<float> block_sums) {
  const float inverse_temperature = static_cast<float>(1.0 / a.sampling.temperature);
  const int64_t tokens = a.tokens;
  float block[kVocabularyBlock];
  const auto exponentials = [&](int64_t b) {
    const int64_t begin = b * kVocabularyBlock;
    const int64_t count = std::min(kVocabularyBlock, tokens - begin);
    functions.exponentials(logits + begin, count, inverse_temperature, largest, block);
    return count;
  };
  const int64_t blocks = (tokens + kVocabularyBlock - 1) / kVocabularyBlock;
  block_sums.resize(static_cast<size_t>(blocks));
  if (tokens % kVocabularyBlock != 0) {
    // The last one may have held ids beyond the tokenizer's.
    const int64_t count = exponentials(blocks - 1);
    block_sums.back() = std::accumulate(block, block + count, 0.0F);
  }
  const double total = std::accumulate(block_sums.begin(), block_sums.end(), 0.0);
  const double wanted = a.uniform * total;
  double sum = 0;
  int64_t b = 0;
  while (b + 1 < blocks && sum + block_sums[static_cast<size_t>(b)] <= wanted) {
    sum += block_sums[static_cast<size_t>(b)];
    ++b;
  }
  // The last token that has any probability, should rounding let the sum end below.
  int64_t chosen = b * kVocabularyBlock;
  const int64_t count = exponentials(b);
  for (int64_t i = 0; i < count && sum <= wanted; ++i) {
    if (block[i] > 0) chosen = b * kVocabularyBlock + i;
    sum += block[i];
  }
  return static_cast<int32_t>(chosen);
}

}  // namespace

std::vector<Candidate> FilterTokens(absl::Span<const float> logits, const SamplingParams& sampling,
                                    absl::Span<const int32_t> history) {
  WHET_CHECK(sampling.temperature > 0);
  std::vector<Candidate> candidates = ScaledTokens(logits, sampling, history);
  WHET_CHECK(!candidates.empty());
  if (!IsFiltered(sampling)) return candidates;
  KeepTopK(sampling.top_k, &candidates);
  KeepTopP(sampling.top_p, &candidates);
  std::sort(candidates.begin(), candidates.end(), MoreProbable);
  KeepMinP(sampling.min_p, &candidates);
  return candidates;
}

template <typename T>
SampledToken SampleToken(const RowFunctions<T>& functions, const T* logits,
                         const SampleArguments& a) {
  const bool greedy = a.sampling.temperature == 0.0;
  const float inverse_temperature =
      greedy ? 1.0F : static_cast<float>(1.0 / a.sampling.temperature);
  std::vector<float> block_sums(
      static_cast<size_t>((a.vocabulary + kVocabularyBlock - 1) / kVocabularyBlock));
  const LogitStatistics statistics =
      functions.logit_statistics(logits, a.vocabulary, inverse_temperature, block_sums.data());
  SampledToken out = {};
  if (greedy || IsFiltered(a.sampling)) {
    std::vector<float> row(static_cast<size_t>(a.tokens));
    functions.to_f32(logits, a.tokens, row.data());
    SamplingParams sampling = a.sampling;
    if (greedy) sampling.temperature = 1.0;
    std::vector<Candidate> candidates = FilterTokens(row, sampling, a.history);
    out.token = greedy ? std::min_element(candidates.begin(), candidates.end(), MoreProbable)->token
                       : ChooseAmong(candidates, a.uniform);
  } else {
    out.token = ChooseFromAll(functions, logits, a, statistics.largest, std::move(block_sums));
  }
  float logit = 0;
  functions.to_f32(logits + out.token, 1, &logit);
  out.logprob = LogprobOf(logit, inverse_temperature, statistics);
  return out;
}

template SampledToken SampleToken(const RowFunctions<float>&, const float*, const SampleArguments&);
template SampledToken SampleToken(const RowFunctions<Bf16>&, const Bf16*, const SampleArguments&);

}  // namespace whet
