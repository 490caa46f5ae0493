// 1 if a completion's answer is mathematically its prompt's ground truth, else 0.
#ifndef WHET_REWARDS_VERIFY_MATH_RULE_H_
#define WHET_REWARDS_VERIFY_MATH_RULE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/given_answer.h"
#include "rewards/reward_rule.h"
#include "rewards/verify/math_pool.h"

namespace whet {

// The ground truth is what GoldOf (rewards/given_answer.h) makes of it; of a whole solution, the
// contents of its last \boxed{}. The answer is AnswerIn of the completion; with
// MathOptions::extraction, what Math-Verify would find in Completion::rest.
struct MathRuleOptions {
  math::MathOptions math = {};
  bool needs_box = false;  // Without a box there is no answer.
};

// Verdicts of rewards/math/math_verifier.h and rewards/verify/math_pool.h, with why. Thread-safe;
// the members of a call are judged at the same time.
class MathRule : public RewardRule {
 public:
  MathRule(std::shared_ptr<MathPool> pool, MathRuleOptions options);

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;
  absl::StatusOr<std::vector<std::string>> GoldFaults(
      absl::Span<const absl::string_view> ground_truths) const override;
  std::optional<std::string> AnswerKey(const ScoreInput& input) override;

 private:
  GivenAnswer Find(const Completion& completion) const;
  MathRequest RequestOf(absl::string_view ground_truth, std::string answer) const;

  const std::shared_ptr<MathPool> pool_;
  const MathRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_VERIFY_MATH_RULE_H_
