// Programs with what is to become of them, as files of cases tell it: hostile ones, honest ones.
#ifndef WHET_CLI_SANDBOX_CASES_H_
#define WHET_CLI_SANDBOX_CASES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/verify/math_rule.h"
#include "sandbox/executor.h"
#include "text/json.h"

namespace whet {

// What a Python expression is worth, as text. In a jail, as all that others wrote.
absl::StatusOr<std::string> EvaluatePython(absl::string_view expression,
                                           sandbox::Executor* executor);

// A row: `name`, `language`, `source`, `expected` ("tle|wall", "contained": any ending, if stdout
// does not say ESCAPE), and where they apply `stdout`, `exit_code`, `signal`, `collect` (files that
// a run is asked for), `invariants`. With `task` the source is an answer to it, and "reward_1",
// "reward_0" or "fraction_0.75" is expected.
struct SandboxCase {
  std::string name;
  std::string category;
  sandbox::Program program;
  std::vector<std::string> expected;
  std::vector<std::string> collect;
  std::vector<std::string> invariants;
  Json row;
};

// InvalidArgument, saying which member, for what is no row. A source that begins with "@expr:" is a
// Python expression, which `executor` works out.
absl::StatusOr<SandboxCase> ReadSandboxCase(const Json& row, sandbox::Executor* executor);

// What went otherwise than it should, in a line; empty if nothing did.
std::string CheckSandboxCase(const SandboxCase& row, sandbox::Executor* executor);

// The same of a row of the category "text_hack": `source` is a completion, to be judged by `gold`.
std::string CheckTextCase(const SandboxCase& row, MathRule* rule);

}  // namespace whet

#endif  // WHET_CLI_SANDBOX_CASES_H_
