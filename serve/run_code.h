// SandboxFusion's POST /run_code: what its JSON says, and what became of a run, as its JSON.
// Nothing is run here.
#ifndef WHET_SERVE_RUN_CODE_H_
#define WHET_SERVE_RUN_CODE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sandbox/executor.h"
#include "sandbox/language.h"
#include "sandbox/limits.h"
#include "sandbox/report.h"
#include "text/json.h"

namespace whet::serve {

struct RunCodeOptions {
  // What a request may ask for at most, and gets where it does not ask.
  sandbox::Limits limits = {};
  std::vector<sandbox::Language> languages = sandbox::DefaultLanguages();
};

struct RunCodeRequest {
  sandbox::Program program;
  sandbox::Invocation run;
  bool compiled = false;  // The language has a compiler.
  // How long it may wait for a jail, so that verl, which waits for compile_timeout + run_timeout +
  // 10 s, still gets an answer.
  absl::Duration patience;
};

// InvalidArgument, saying what is wrong, for whatever cannot be run. run_timeout is taken for CPU
// time, so that a busy machine makes no program slow; the wall limit is 2.5 times as long, but at
// most 5 s longer. compile_timeout bounds nothing: a compiler has the sandbox's own limits, since
// what it made, or why it failed, is kept for others who send the same program.
absl::StatusOr<RunCodeRequest> ParseRunCode(absl::string_view text, const RunCodeOptions& options);

// Success, or Failed for whatever the program is to blame for: it exited with another status than
// 0, a signal or a limit ended it, it does not compile.
Json RunCodeResponse(const RunCodeRequest& request, const sandbox::Report& report);

// SandboxError: nothing can be said of the program.
Json RunCodeError(absl::string_view message);

// Whether the program was ended although the machine rather than it was slow.
bool IsMachineSlow(const sandbox::Report& report);

}  // namespace whet::serve

#endif  // WHET_SERVE_RUN_CODE_H_
