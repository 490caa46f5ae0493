// Whether a program passes the tests of a task.
#ifndef WHET_REWARDS_CODE_CODE_VERIFIER_H_
#define WHET_REWARDS_CODE_CODE_VERIFIER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rewards/code/code_task.h"
#include "rollout/reward.h"
#include "sandbox/executor.h"
#include "sandbox/language.h"
#include "sandbox/limits.h"

namespace whet {

enum class CodeScoring {
  kAll,       // 1 if all tests pass, else 0. What follows a failure need not run.
  kFraction,  // The share of tests that pass.
};

struct CodeVerifierOptions {
  CodeScoring scoring = CodeScoring::kAll;
  // Of each test; a task may say otherwise about time and memory, up to ten times this.
  sandbox::Limits limits = {};
  size_t in_flight_max = 4;  // Tests of one program that run at a time.
};

struct CodeJudgement {
  Verdict verdict;
  double reward = 0;  // Of kCorrect 1; a fraction may be between.
  size_t passed = 0;
  size_t tests = 0;     // All of the task.
  std::string message;  // Of the first test that failed: "test 3: line 1: expected …".
};

// Each test runs in a jail of its own. Its expected output never enters that jail; asserts run in
// a process that the program cannot look into. Thread-safe if the executor is.
//
// The verdict is kCorrect if all tests passed. The first test that did not decides otherwise:
// kUnparseableAnswer if the program does not compile, kTimeout if it took too long, kFault if the
// machine failed (and then there is no reward), else kWrong. A program that reached the wall limit
// while it was kept waiting for a processor is run once more with three times as much.
class CodeVerifier {
 public:
  // `executor` outlives this.
  CodeVerifier(sandbox::Executor* executor, const CodeVerifierOptions& options)
      : executor_(executor), options_(options) {}

  // `language` of the program; empty: the task's. Blocks.
  CodeJudgement Judge(const CodeTask& task, absl::string_view language,
                      const std::string& program) const;

 private:
  class Judging;

  sandbox::Executor* const executor_;
  const CodeVerifierOptions options_;
};

// The language of a program for `task` in a block that is fenced as `fence`: that of the fence if
// it is one of `languages` and the tests are runs of the program, else the task's.
std::string LanguageOf(const CodeTask& task, absl::string_view fence,
                       absl::Span<const sandbox::Language> languages);

}  // namespace whet

#endif  // WHET_REWARDS_CODE_CODE_VERIFIER_H_
