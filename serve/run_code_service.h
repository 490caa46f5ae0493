// SandboxFusion's POST /run_code, answered by an executor.
#ifndef WHET_SERVE_RUN_CODE_SERVICE_H_
#define WHET_SERVE_RUN_CODE_SERVICE_H_

#include "sandbox/executor.h"
#include "serve/admission.h"
#include "serve/http_server.h"
#include "serve/run_code.h"

namespace whet::serve {

struct RunCodeServiceOptions {
  RunCodeOptions code = {};
  int jails = 1;          // The executor's.
  int waiting_max = 128;  // Requests that wait for one of them.
};

// Each request is answered with
//   200  what became of the program; or SandboxError, if the sandbox failed
//   400  SandboxError, and what is wrong with the request
//   504  SandboxError: the machine is too busy now. verl, which gives up after any other error,
//        repeats a request that is answered so, twice.
// so that nothing that the machine did is ever told as the program's fault. Thread-safe.
class RunCodeService {
 public:
  // `executor` is not owned and outlives this.
  RunCodeService(sandbox::Executor* executor, RunCodeServiceOptions options);

  // Blocks until the program has ended.
  HttpResponse Answer(const HttpRequest& request);

  // Those who wait for a jail, and those who come, are answered with 504.
  void Close() { admission_.Close(); }

 private:
  sandbox::Executor* const executor_;
  const RunCodeServiceOptions options_;
  Admission admission_;
};

}  // namespace whet::serve

#endif  // WHET_SERVE_RUN_CODE_SERVICE_H_
