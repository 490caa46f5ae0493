#include "cli/deadline_watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

namespace whet {

void DeadlineWatch::Submit(sandbox::Program program, sandbox::Invocation run, Done done) {
  const absl::Duration deadline = clock_.Monotonic() + run.limits.wall;
  inner_.Submit(std::move(program), std::move(run),
                [this, deadline, done = std::move(done)](absl::StatusOr<sandbox::Report> report) {
                  Add(clock_.Monotonic() - deadline);
                  done(std::move(report));
                });
}

void DeadlineWatch::Add(absl::Duration late) {
  MutexLock lock(&mu_);
  late_.push_back(late);
}

std::string DeadlineWatch::Text() const {
  MutexLock lock(&mu_);
  if (late_.empty()) return "0 answers";
  std::vector<absl::Duration> sorted = late_;
  std::sort(sorted.begin(), sorted.end());
  const auto milliseconds = [](absl::Duration late) {
    return absl::ToDoubleMilliseconds(std::max(late, absl::ZeroDuration()));
  };
  return absl::StrFormat(
      "%d answers; beyond the wall limit: %.0f ms at the 99th percentile, %.0f ms at most",
      sorted.size(), milliseconds(sorted[(sorted.size() - 1) * 99 / 100]),
      milliseconds(sorted.back()));
}

}  // namespace whet
