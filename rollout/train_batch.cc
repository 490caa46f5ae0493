#include "rollout/train_batch.h"

#include <algorithm>
#include <utility>

namespace whet {

int64_t LossTokens(const std::vector<TrainSample>& samples) {
  int64_t count = 0;
  for (const TrainSample& sample : samples) {
    count += std::count(sample.loss_mask.begin(), sample.loss_mask.end(), true);
  }
  return count;
}

TrainBatch WholeBatch(std::vector<TrainSample> samples) {
  const double tokens = static_cast<double>(LossTokens(samples));
  const double count = static_cast<double>(samples.size());
  return {.samples = std::move(samples), .normalizer_tokens = tokens, .normalizer_samples = count};
}

}  // namespace whet
