#include "rewards/model/model_score_rule.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace whet {
namespace {

RewardPart Fault(const absl::Status& status) {
  return PartOf(Verdict::kFault, std::string(status.message()));
}

}  // namespace

ModelScoreRule::ModelScoreRule(std::unique_ptr<ScoreModel> model, Tokenizer tokenizer,
                               ModelTextOptions options)
    : model_(std::move(model)), tokenizer_(std::move(tokenizer)), options_(std::move(options)) {}

absl::StatusOr<std::vector<RewardPart>> ModelScoreRule::Score(absl::Span<const ScoreInput> inputs) {
  std::vector<RewardPart> parts(inputs.size());
  std::vector<size_t> asked;
  std::vector<std::vector<int32_t>> sequences;
  for (size_t i = 0; i < inputs.size(); ++i) {
    absl::StatusOr<std::vector<int32_t>> tokens = TokensOf(inputs[i]);
    if (tokens.ok()) {
      asked.push_back(i);
      sequences.push_back(*std::move(tokens));
    } else {
      parts[i] = Fault(tokens.status());
    }
  }
  const std::vector<absl::StatusOr<double>> values = model_->Score(sequences);
  for (size_t i = 0; i < asked.size(); ++i) {
    RewardPart& part = parts[asked[i]];
    if (values[i].ok()) {
      part.value = *values[i];
    } else {
      part = Fault(values[i].status());
    }
  }
  return parts;
}

absl::StatusOr<std::vector<int32_t>> ModelScoreRule::TokensOf(const ScoreInput& input) const {
  const std::string text = ModelText(input, options_);
  return options_.text_template.empty() ? tokenizer_.EncodeWithSpecialTokens(text)
                                        : tokenizer_.Encode(text);
}

}  // namespace whet
