// Every task that is read has tests, whose values can be read and passed.
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "rewards/code/canonical.h"
#include "rewards/code/code_task.h"

namespace {

void CheckCalls(const whet::CallTests& calls) {
  WHET_CHECK(!calls.entry.empty());
  for (const whet::CallTest& test : calls.tests) {
    const absl::StatusOr<whet::CodeValue> args = whet::ParseCodeValue(test.args_json, {});
    WHET_CHECK(args.ok() && args->kind == whet::CodeValue::Kind::kList);
    WHET_CHECK(!test.accepted_json.empty());
    for (const std::string& accepted : test.accepted_json) {
      const auto result = whet::CompareValues(accepted, accepted, {.tolerance = calls.tolerance});
      WHET_CHECK(result.ok() && result->equal);
    }
  }
}

void CheckRuns(const whet::StdinTests& runs) {
  if (std::holds_alternative<whet::ProgramChecker>(runs.checker)) return;
  for (const whet::StdinTest& test : runs.tests) {
    const auto result = whet::CheckOutput(runs.checker, test.expected_stdout, test.expected_stdout);
    WHET_CHECK(result.ok() && result->equal);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<whet::CodeTask> task =
      whet::ParseCodeTask(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!task.ok()) {
    WHET_CHECK(task.status().code() == absl::StatusCode::kInvalidArgument);
    return 0;
  }
  WHET_CHECK(whet::TestCount(*task) > 0);
  if (const auto* calls = std::get_if<whet::CallTests>(&task->tests)) CheckCalls(*calls);
  if (const auto* runs = std::get_if<whet::StdinTests>(&task->tests)) CheckRuns(*runs);
  return 0;
}
