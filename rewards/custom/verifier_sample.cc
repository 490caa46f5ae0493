#include "rewards/custom/verifier_sample.h"

namespace whet {

VerifierSample SampleOf(const ScoreInput& input) {
  return {.prompt = input.prompt.question,
          .completion = std::string(input.completion.text),
          .ground_truth = input.prompt.ground_truth,
          .data_source = input.prompt.data_source,
          .extra = input.prompt.extra,
          .completion_tokens = static_cast<int64_t>(input.rollout.tokens.size()),
          .finished = input.rollout.finish == Finish::kStop};
}

}  // namespace whet
