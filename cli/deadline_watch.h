// How long beyond their wall limits answers about programs arrive.
#ifndef WHET_CLI_DEADLINE_WATCH_H_
#define WHET_CLI_DEADLINE_WATCH_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "sandbox/executor.h"

namespace whet {

// Passes runs through, and measures them. Thread-safe.
class DeadlineWatch : public sandbox::Executor {
 public:
  // Not owned; outlives this.
  explicit DeadlineWatch(sandbox::Executor* inner) : inner_(*inner) {}

  void Submit(sandbox::Program program, sandbox::Invocation run, Done done) override;

  // "3240 answers; beyond the wall limit: 12 ms at the 99th percentile, 31 ms at most".
  std::string Text() const;

 private:
  void Add(absl::Duration late);

  sandbox::Executor& inner_;
  SystemClock clock_;
  mutable Mutex mu_;
  std::vector<absl::Duration> late_ ABSL_GUARDED_BY(mu_);
};

}  // namespace whet

#endif  // WHET_CLI_DEADLINE_WATCH_H_
