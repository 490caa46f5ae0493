// Rewards by a reward model.
#ifndef WHET_REWARDS_MODEL_MODEL_SCORE_RULE_H_
#define WHET_REWARDS_MODEL_MODEL_SCORE_RULE_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/model/model_text.h"
#include "rewards/reward_rule.h"
#include "rollout/score_model.h"
#include "text/tokenizer.h"

namespace whet {

// The value that a model gives to prompt and completion, without a verdict. Ground truths are not
// read. What the model gives no value to, as what is too long for it, is kFault with the reason.
//
// The text is tokenized as a whole by the model's own tokenizer. A template spells out the special
// tokens that it wants; without one the text has those that the tokenizer puts around texts.
class ModelScoreRule : public RewardRule {
 public:
  // `tokenizer` is the model's.
  ModelScoreRule(std::unique_ptr<ScoreModel> model, Tokenizer tokenizer, ModelTextOptions options);

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  absl::StatusOr<std::vector<int32_t>> TokensOf(const ScoreInput& input) const;

  const std::unique_ptr<ScoreModel> model_;
  const Tokenizer tokenizer_;
  const ModelTextOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_MODEL_MODEL_SCORE_RULE_H_
