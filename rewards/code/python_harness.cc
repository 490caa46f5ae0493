#include "rewards/code/python_harness.h"

#include "absl/strings/str_cat.h"
#include "text/json.h"

// The build gives the file's name.
__asm__(
    ".pushsection .rodata\n"
    "whet_python_harness_begin:\n"
    ".incbin \"" WHET_PYTHON_HARNESS
    "\"\n"
    "whet_python_harness_end:\n"
    ".byte 0\n"
    ".popsection\n");
extern const char kHarnessBegin[] __asm__("whet_python_harness_begin");
extern const char kHarnessEnd[] __asm__("whet_python_harness_end");

namespace whet {

absl::string_view PythonHarness() {
  return absl::string_view(kHarnessBegin, static_cast<size_t>(kHarnessEnd - kHarnessBegin));
}

sandbox::Invocation CallInvocation(const CallTests& tests, size_t i, const std::string& solution) {
  sandbox::Invocation run;
  // The arguments are JSON already, with all digits of their numbers.
  run.input = absl::StrCat("{\"entry\":", Json(tests.entry).Dump(),
                           ",\"args\":", tests.tests[i].args_json, "}");
  run.arguments = {"call"};
  run.files = {{.name = "solution.py", .bytes = solution}};
  return run;
}

sandbox::Invocation AssertInvocation(const AssertTests& tests, size_t i,
                                     const std::string& solution) {
  sandbox::Invocation run;
  run.input = Json::Object({{"entry", tests.entry},
                            {"prelude", tests.prelude},
                            {"setup", tests.setup},
                            {"test", tests.tests[i]}})
                  .Dump();
  run.arguments = {"assert"};
  run.files = {{.name = "solution.py", .bytes = solution},
               {.name = "prelude.py", .bytes = tests.prelude}};
  return run;
}

}  // namespace whet
