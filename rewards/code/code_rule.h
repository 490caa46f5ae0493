// 1 if a completion's program passes the tests of its prompt, else 0; or the share that it passes.
#ifndef WHET_REWARDS_CODE_CODE_RULE_H_
#define WHET_REWARDS_CODE_CODE_RULE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/code/code_verifier.h"
#include "rewards/reward_rule.h"
#include "sandbox/executor.h"
#include "sandbox/language.h"

namespace whet {

struct CodeRuleOptions {
  CodeVerifierOptions verifier = {};
  // Those that the executor knows. A program for stdin and stdout is in the language that its fence
  // names, if it is one of these; else in the task's.
  std::vector<sandbox::Language> languages = sandbox::DefaultLanguages();
};

// The program is the last fenced block of the answer region; without one the verdict is kNoAnswer.
// The ground truth is a task as of code_task.h; one that cannot be read is kUnparseableGold.
// Thread-safe; the members of a call are judged at the same time.
class CodeRule : public RewardRule {
 public:
  CodeRule(std::shared_ptr<sandbox::Executor> executor, CodeRuleOptions options);

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;
  absl::StatusOr<std::vector<std::string>> GoldFaults(
      absl::Span<const absl::string_view> ground_truths) const override;

 private:
  RewardPart Judge(const ScoreInput& input) const;

  const std::shared_ptr<sandbox::Executor> executor_;
  const CodeRuleOptions options_;
  const CodeVerifier verifier_;
};

}  // namespace whet

#endif  // WHET_REWARDS_CODE_CODE_RULE_H_
