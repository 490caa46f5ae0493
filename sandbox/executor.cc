#include "sandbox/executor.h"

#include <future>
#include <utility>

namespace whet::sandbox {

absl::StatusOr<Report> Executor::Execute(Program program, Invocation run) {
  std::promise<absl::StatusOr<Report>> promise;
  std::future<absl::StatusOr<Report>> report = promise.get_future();
  Submit(std::move(program), std::move(run),
         [&promise](absl::StatusOr<Report> result) { promise.set_value(std::move(result)); });
  return report.get();
}

}  // namespace whet::sandbox
