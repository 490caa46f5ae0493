// The Python program that runs tests inside a jail: python_harness.py, which tells how.
#ifndef WHET_REWARDS_CODE_PYTHON_HARNESS_H_
#define WHET_REWARDS_CODE_PYTHON_HARNESS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "rewards/code/code_task.h"
#include "sandbox/executor.h"

namespace whet {

// Its source.
absl::string_view PythonHarness();

// What runs it: calls tests.tests[i] of `solution`. stdout is then a claim of canonical.h.
sandbox::Invocation CallInvocation(const CallTests& tests, size_t i, const std::string& solution);
// The same for asserts; stdout is kPassed if nothing failed, or begins with kBadTest if the test
// itself is to blame: it cannot be compiled, or never uses the program.
sandbox::Invocation AssertInvocation(const AssertTests& tests, size_t i,
                                     const std::string& solution);
inline constexpr absl::string_view kPassed = "passed";
inline constexpr absl::string_view kBadTest = "bad test: ";

}  // namespace whet

#endif  // WHET_REWARDS_CODE_PYTHON_HARNESS_H_
