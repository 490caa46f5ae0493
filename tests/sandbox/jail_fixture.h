// Programs in real jails, by every way of making them that the machine offers.
#ifndef WHET_TESTS_SANDBOX_JAIL_FIXTURE_H_
#define WHET_TESTS_SANDBOX_JAIL_FIXTURE_H_

#include <cctype>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "sandbox/jail_executor.h"

namespace whet::sandbox {

inline Invocation WithInput(const std::string& input) {
  Invocation run;
  run.input = input;
  return run;
}

// How jails are made.
struct Way {
  ResourceControl control;
  bool python_zygote = false;
};

// By each way of counting, and with programs forked from one Python; skipped where the machine does
// not offer it.
class JailTest : public ::testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    JailExecutorOptions options;
    options.jails = 2;
    options.control = GetParam().control;
    options.python_zygote = GetParam().python_zygote;
    absl::StatusOr<std::unique_ptr<Executor>> executor = MakeJailExecutor(options);
    if (absl::StrContains(executor.status().message(), "cannot be had")) {
      GTEST_SKIP() << executor.status();
    }
    if (absl::StrContains(executor.status().message(), "forbids user namespaces")) {
      GTEST_SKIP() << executor.status();
    }
    ASSERT_TRUE(executor.ok()) << executor.status();
    executor_ = *std::move(executor);
  }

  Report Python(const std::string& source, const Invocation& run = {}) {
    return executor_->Execute({"python", source}, run).value();
  }

  std::unique_ptr<Executor> executor_;
};

inline auto AllWays() {
  return ::testing::Values(Way{ResourceControl::kCgroupV2}, Way{ResourceControl::kCgroupV1},
                           Way{ResourceControl::kPolling}, Way{ResourceControl::kCgroupV2, true},
                           Way{ResourceControl::kCgroupV1, true},
                           Way{ResourceControl::kPolling, true});
}

inline std::string NameOfWay(const ::testing::TestParamInfo<Way>& info) {
  std::string name;
  for (const char c : ResourceControlName(info.param.control)) {
    if (std::isalnum(c) != 0) name += c;
  }
  return name + (info.param.python_zygote ? "zygote" : "");
}

}  // namespace whet::sandbox

#endif  // WHET_TESTS_SANDBOX_JAIL_FIXTURE_H_
