#include "rewards/custom/batches.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "base/check.h"

namespace whet {
namespace {

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
  std::vector<RewardPart> parts;
  for (size_t b = 0; b < batches.size(); ++b) {
    const InputBatch& batch = batches[b];
    const bool again =
        !judged[b].ok() && !absl::IsUnavailable(judged[b].status()) && batch.size() > 1;
    if (!again) {
      absl::c_move(PartsOr(std::move(judged[b]), batch.size()), std::back_inserter(parts));
      continue;
    }
    std::vector<InputBatch> single;
    for (size_t i = 0; i < batch.size(); ++i) single.push_back(batch.subspan(i, 1));
    for (BatchParts& one : judge(single)) parts.push_back(PartsOr(std::move(one), 1).front());
  }
  return parts;
}

}  // namespace whet
