#include "rewards/custom/batches.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "base/check.h"

namespace whet {
namespace {

bool IsTriedAgain(const BatchParts& judged, InputBatch batch) {
  return !judged.ok() && !absl::IsUnavailable(judged.status()) && batch.size() > 1;
}

std::vector<RewardPart> PartsOr(BatchParts judged, size_t count) {
  if (!judged.ok()) {
    return std::vector<RewardPart>(count,
                                   PartOf(Verdict::kFault, std::string(judged.status().message())));
  }
  WHET_CHECK(judged->size() == count);
  return *std::move(judged);
}

}  // namespace

std::vector<RewardPart> ScoreInBatches(InputBatch inputs, size_t batch_max, JudgeBatches judge) {
  std::vector<InputBatch> batches;
  for (size_t i = 0; i < inputs.size(); i += batch_max) {
    batches.push_back(inputs.subspan(i, std::min(batch_max, inputs.size() - i)));
  }
  std::vector<BatchParts> judged = judge(batches);
  std::vector<InputBatch> single;
  for (size_t b = 0; b < batches.size(); ++b) {
    if (!IsTriedAgain(judged[b], batches[b])) continue;
    for (size_t i = 0; i < batches[b].size(); ++i) single.push_back(batches[b].subspan(i, 1));
  }
  std::vector<BatchParts> again = single.empty() ? std::vector<BatchParts>() : judge(single);
  std::vector<RewardPart> parts;
  parts.reserve(inputs.size());
  auto next = again.begin();
  for (size_t b = 0; b < batches.size(); ++b) {
    const size_t count = batches[b].size();
    if (!IsTriedAgain(judged[b], batches[b])) {
      absl::c_move(PartsOr(std::move(judged[b]), count), std::back_inserter(parts));
      continue;
    }
    for (size_t i = 0; i < count; ++i) parts.push_back(PartsOr(std::move(*next++), 1).front());
  }
  return parts;
}

}  // namespace whet
