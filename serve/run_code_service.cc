#include "serve/run_code_service.h"

#include <utility>

namespace whet::serve {
namespace {

HttpResponse Respond(int status, const Json& json) {
  return {.status = status, .body = json.Dump()};
}

HttpResponse Busy(absl::string_view message) {
  HttpResponse response = Respond(504, RunCodeError(message));
  response.headers = {{"Retry-After", "1"}};
  return response;
}

}  // namespace

RunCodeService::RunCodeService(sandbox::Executor* executor, RunCodeServiceOptions options)
    : executor_(executor),
      options_(std::move(options)),
      admission_(options_.jails, options_.waiting_max) {}

HttpResponse RunCodeService::Answer(const HttpRequest& request) {
  const absl::StatusOr<RunCodeRequest> run_code = ParseRunCode(request.body, options_.code);
  if (!run_code.ok()) return Respond(400, RunCodeError(run_code.status().message()));
  if (!admission_.Enter(run_code->patience)) return Busy("no jail is free; try again later");
  const absl::StatusOr<sandbox::Report> report =
      executor_->Execute(run_code->program, run_code->run);
  admission_.Leave();
  if (absl::IsInvalidArgument(report.status())) {
    return Respond(400, RunCodeError(report.status().message()));
  }
  if (absl::IsUnavailable(report.status())) return Busy(report.status().message());
  if (!report.ok()) return Respond(200, RunCodeError(report.status().message()));
  if (IsMachineSlow(*report)) return Busy("the machine was too busy to run it");
  return Respond(200, RunCodeResponse(*run_code, *report));
}

}  // namespace whet::serve
