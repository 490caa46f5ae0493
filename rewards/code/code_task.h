// What the ground truth of a prompt says about its tests.
#ifndef WHET_REWARDS_CODE_CODE_TASK_H_
#define WHET_REWARDS_CODE_CODE_TASK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sandbox/checker.h"

namespace whet {

// The output is JSON, compared as a value: CompareValues of canonical.h.
struct JsonChecker {
  std::optional<sandbox::Tolerance> tolerance;
};

// A program of the task's judges the output, by testlib's conventions.
struct ProgramChecker {
  std::string language;
  std::string source;
};

using OutputChecker = std::variant<sandbox::CheckerOptions, JsonChecker, ProgramChecker>;

struct StdinTest {
  std::string stdin_bytes;
  std::string expected_stdout;
};

// The program reads stdin and writes stdout.
struct StdinTests {
  OutputChecker checker;
  std::vector<StdinTest> tests;
};

// Values are the texts of canonical.h, so that integers have all their digits.
struct CallTest {
  std::string args_json;                   // A list.
  std::vector<std::string> accepted_json;  // At least one; the result is to be one of them.
};

// The program defines `entry`, a Python function or a method of its class Solution.
struct CallTests {
  std::string entry;
  std::optional<sandbox::Tolerance> tolerance;  // Of results, as of CompareOptions.
  std::vector<CallTest> tests;
};

// Python texts that run behind the program and fail by an exception. What runs is the prelude, the
// program, the setup and one of the tests.
struct AssertTests {
  std::string entry;    // What they test; empty if the task does not say.
  std::string prelude;  // May be empty.
  std::string setup;    // May be empty; may use what the program defines.
  std::vector<std::string> tests;
};

struct CodeTask {
  std::string language = "python";  // Or what the task says.
  std::variant<StdinTests, CallTests, AssertTests> tests;
  // What the task grants each test; nullopt if it does not say.
  std::optional<absl::Duration> time_limit;
  std::optional<int64_t> memory_bytes_max;
};

// A task may also have 4 million values at most: elements and keys of its lists and objects.
inline constexpr size_t kTaskBytesMax = size_t{64} << 20;
inline constexpr size_t kTaskTestsMax = 10000;

// Reads a ground truth, which is one of these, told apart by its keys, or the JSON string of one:
//
//   ours           {"mode": "stdin" | "call" | "assert_script", "language", "entry", "tests",
//                  "test_code", "prelude", "checker", "tolerance", "time_limit_s",
//                  "memory_limit_mb"}. All but the tests have defaults. A test is
//                  {"stdin", "expected_stdout"} or {"args", "expected"}.
//                  "checker" is "exact", "lines" (default), "tokens", "float", "unordered_lines",
//                  "json" or {"language", "source"} of a program, which also makes
//                  "expected_stdout" optional. "tolerance" is a number, absolute and relative, or
//                  {"absolute", "relative"}; it makes "float" the default, whose own default is
//                  1e-6. Calls have "tolerance" alone.
//   APPS, TACO     {"inputs", "outputs", "fn_name"}: texts of stdin and stdout, or lists of their
//   (verl)         lines. With "fn_name" an input is a list of arguments, or a text with one JSON
//                  value a line, and then its output is a JSON text. If every output is a list of
//                  one element, some writers mean that element: it is accepted too. "inputs" and
//                  "outputs" may be JSON strings.
//   LiveCodeBench  [{"input", "output", "testtype": "stdin" | "functional", "metadata":
//                  {"func_name"}}], or as "tests" of an object; with "functional" an input has one
//                  JSON value a line, and the output is one
//   HumanEval      {"test", "entry_point", "prompt"}: `test` defines check(candidate), which is
//                  then called; the prompt goes before the program, for its imports and helpers
//   MBPP           {"test_list", "test_imports", "test_setup_code"}, or the list of asserts alone;
//                  each assert is a test
//   asserts        a text that is no JSON and has a line that begins with "assert", or that defines
//                  and calls check(); it is one test
//
// Other keys are ignored. Returns InvalidArgument, saying what and where, for everything else; for
// a task without a test, which every program would pass; for more than kTaskBytesMax or
// kTaskTestsMax; and for tests that no program passes, because their expected value is not equal to
// itself (NaN) or larger than a result may be.
absl::StatusOr<CodeTask> ParseCodeTask(absl::string_view ground_truth);

// At least 1.
size_t TestCount(const CodeTask& task);

// Judges an output by `checker`. InvalidArgument if that is a ProgramChecker, or JSON is expected
// and `expected` is none; never for an expected_stdout of ParseCodeTask with its checker.
absl::StatusOr<sandbox::CheckResult> CheckOutput(const OutputChecker& checker,
                                                 absl::string_view expected,
                                                 absl::string_view actual);

}  // namespace whet

#endif  // WHET_REWARDS_CODE_CODE_TASK_H_
