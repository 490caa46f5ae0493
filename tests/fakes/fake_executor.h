// An Executor that answers at once, as a test wants it to.
#ifndef WHET_TESTS_FAKES_FAKE_EXECUTOR_H_
#define WHET_TESTS_FAKES_FAKE_EXECUTOR_H_

#include <functional>
#include <utility>
#include <vector>

#include "sandbox/executor.h"

namespace whet::sandbox {

class FakeExecutor : public Executor {
 public:
  using Answer = std::function<absl::StatusOr<Report>(const Program&, const Invocation&)>;

  explicit FakeExecutor(Answer answer) : answer_(std::move(answer)) {}

  void Submit(Program program, Invocation run, Done done) override {
    runs_.push_back(run);
    done(answer_(program, run));
  }

  const std::vector<Invocation>& runs() const { return runs_; }

 private:
  const Answer answer_;
  std::vector<Invocation> runs_;
};

}  // namespace whet::sandbox

#endif  // WHET_TESTS_FAKES_FAKE_EXECUTOR_H_
