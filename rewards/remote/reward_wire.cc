#include "rewards/remote/reward_wire.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rewards/custom/verifier_sample.h"
#include "text/utf8.h"

namespace whet {
namespace {

constexpr size_t kMessageBytesMax = 4096;

// NONE is 0, then they follow each other as in rollout/reward.h.
RewardPart PartOf(const rewards::v1::Result& result) {
  const auto fault = [](std::string why) {
    return RewardPart{.value = std::nullopt, .verdict = Verdict::kFault, .message = std::move(why)};
  };
  RewardPart part;
  part.message = std::string(Utf8Prefix(result.message(), kMessageBytesMax));
  if (result.has_reward()) {
    if (!std::isfinite(result.reward())) {
      return fault(absl::StrCat("the reward is ", result.reward()));
    }
    part.value = result.reward();
  }
  const int verdict = static_cast<int>(result.verdict());
  if (verdict == rewards::v1::NONE) return part;
  if (!rewards::v1::Verdict_IsValid(verdict)) {
    return fault(absl::StrCat("there is no verdict ", verdict));
  }
  part.verdict = static_cast<Verdict>(verdict - 1);
  if (IsExcluded(*part.verdict)) part.value.reset();
  return part;
}

void FillSample(const ScoreInput& input, bool tokens, rewards::v1::Sample* out) {
  VerifierSample sample = SampleOf(input);
  out->set_prompt(std::move(sample.prompt));
  out->set_completion(std::move(sample.completion));
  out->set_ground_truth(std::move(sample.ground_truth));
  out->set_data_source(ReplaceInvalidUtf8(sample.data_source));
  out->set_extra(ReplaceInvalidUtf8(sample.extra));
  out->set_cut_off(!sample.finished);
  out->set_tokens(sample.completion_tokens);
  if (!tokens) return;
  out->mutable_token_ids()->Add(input.rollout.tokens.begin(), input.rollout.tokens.end());
}

}  // namespace

rewards::v1::ScoreRequest RequestOf(InputBatch batch, bool tokens) {
  rewards::v1::ScoreRequest request;
  for (size_t i = 0; i < batch.size(); ++i) {
    rewards::v1::Sample* sample = request.add_samples();
    sample->set_id(absl::StrCat(i));
    FillSample(batch[i], tokens, sample);
  }
  return request;
}

absl::StatusOr<std::vector<RewardPart>> PartsOf(const rewards::v1::ScoreResponse& response,
                                                size_t count) {
  if (static_cast<size_t>(response.results_size()) != count) {
    return absl::DataLossError(
        absl::StrCat(response.results_size(), " results of ", count, " samples"));
  }
  std::vector<RewardPart> parts(count);
  std::vector<bool> there(count);
  for (const rewards::v1::Result& result : response.results()) {
    size_t i = 0;
    if (!absl::SimpleAtoi(result.id(), &i) || i >= count || there[i]) {
      return absl::DataLossError(absl::StrCat("the result \"", Utf8Prefix(result.id(), 100),
                                              "\" is of no sample, or there twice"));
    }
    there[i] = true;
    parts[i] = PartOf(result);
  }
  return parts;
}

rewards::v1::Verdict VerdictToWire(const std::optional<Verdict>& verdict) {
  return verdict.has_value() ? static_cast<rewards::v1::Verdict>(static_cast<int>(*verdict) + 1)
                             : rewards::v1::NONE;
}

}  // namespace whet
