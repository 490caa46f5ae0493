#include "serve/run_code_service.h"

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_executor.h"

namespace whet::serve {
namespace {

using sandbox::Ending;
using sandbox::Executor;
using sandbox::FakeExecutor;
using sandbox::Invocation;
using sandbox::Program;
using sandbox::Report;
using ::testing::HasSubstr;

// Its client waits for an hour, and so may the request.
constexpr char kRequest[] =
    R"({"language": "python", "code": "pass", "stdin": "in", "compile_timeout": 3600})";

// Keeps runs until a test ends them.
class HeldExecutor : public Executor {
 public:
  void Submit(Program, Invocation, Done done) override {
    MutexLock lock(&mu_);
    held_.push_back(std::move(done));
    held_max_ = std::max(held_max_, held_.size());
    changed_.NotifyAll();
  }

  void AwaitHeld(size_t count) {
    MutexLock lock(&mu_);
    while (held_.size() < count) changed_.Wait(&mu_);
  }

  // The most that were held at a time.
  size_t held_max() {
    MutexLock lock(&mu_);
    return held_max_;
  }

  void EndOne() {
    Done done;
    {
      MutexLock lock(&mu_);
      done = std::move(held_.back());
      held_.pop_back();
    }
    done(Report());
  }

 private:
  Mutex mu_;
  CondVar changed_;
  std::vector<Done> held_ ABSL_GUARDED_BY(mu_);
  size_t held_max_ ABSL_GUARDED_BY(mu_) = 0;
};

HttpResponse Answer(RunCodeService* service, std::string body = kRequest) {
  return service->Answer({.method = "POST", .path = "/run_code", .body = std::move(body)});
}

// What becomes of a request if its run ends so.
HttpResponse AnswerTo(const absl::StatusOr<Report>& report) {
  FakeExecutor executor([&report](const Program&, const Invocation&) { return report; });
  RunCodeService service(&executor, {});
  return Answer(&service);
}

TEST(RunCodeServiceTest, AnswersWhatBecameOfTheProgram) {
  FakeExecutor executor([](const Program& program, const Invocation& run) {
    Report report;
    report.output = absl::StrCat(program.language, " ", program.source, " ", run.input);
    return report;
  });
  RunCodeService service(&executor, {});
  const HttpResponse response = Answer(&service);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_THAT(response.body, HasSubstr(R"("stdout":"python pass in")"));
}

TEST(RunCodeServiceTest, WhatCannotBeRunIs400AndNotRun) {
  FakeExecutor executor([](const Program&, const Invocation&) { return Report(); });
  RunCodeService service(&executor, {});
  const HttpResponse response = Answer(&service, R"({"language": "go", "code": ""})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body,
              HasSubstr(R"({"status":"SandboxError","message":"there is no language go;)"));
  EXPECT_TRUE(executor.runs().empty());
  EXPECT_EQ(AnswerTo(absl::InvalidArgumentError("no such limit")).status, 400);
}

TEST(RunCodeServiceTest, FaultsOfOursAreSandboxErrors) {
  const HttpResponse response = AnswerTo(absl::FailedPreconditionError("install the compiler"));
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body,
              HasSubstr(R"({"status":"SandboxError","message":"install the compiler")"));
}

TEST(RunCodeServiceTest, WhatMayComeOutOtherwiseIs504) {
  Report slow;
  slow.ending = Ending::kWallLimit;
  slow.wall = absl::Seconds(5);
  slow.stalled = absl::Seconds(4);
  for (const HttpResponse& response :
       {AnswerTo(absl::UnavailableError("a jail died")), AnswerTo(slow)}) {
    EXPECT_EQ(response.status, 504);
    EXPECT_THAT(response.body, HasSubstr(R"("status":"SandboxError")"));
    EXPECT_THAT(response.headers, testing::ElementsAre(testing::Pair("Retry-After", "1")));
  }
}

TEST(RunCodeServiceTest, RunsAsManyAtATimeAsThereAreJails) {
  HeldExecutor executor;
  RunCodeService service(&executor, {.code = {}, .jails = 2, .waiting_max = 8});
  std::vector<std::future<HttpResponse>> responses;
  responses.reserve(5);
  for (int i = 0; i < 5; ++i) {
    responses.push_back(std::async(std::launch::async, [&service] { return Answer(&service); }));
  }
  // Each that ends lets one in.
  for (int i = 0; i < 5; ++i) {
    executor.AwaitHeld(i < 4 ? 2 : 1);
    executor.EndOne();
  }
  for (std::future<HttpResponse>& response : responses) EXPECT_EQ(response.get().status, 200);
  EXPECT_EQ(executor.held_max(), 2);
}

TEST(RunCodeServiceTest, MoreThanMayWaitAreTurnedAwayAtOnce) {
  HeldExecutor executor;
  RunCodeService service(&executor, {.code = {}, .jails = 1, .waiting_max = 0});
  std::future<HttpResponse> running =
      std::async(std::launch::async, [&service] { return Answer(&service); });
  executor.AwaitHeld(1);
  EXPECT_EQ(Answer(&service).status, 504);
  executor.EndOne();
  EXPECT_EQ(running.get().status, 200);
}

TEST(RunCodeServiceTest, CloseTurnsAwayWhoWaits) {
  HeldExecutor executor;
  RunCodeService service(&executor, {.code = {}, .jails = 1, .waiting_max = 8});
  std::future<HttpResponse> running =
      std::async(std::launch::async, [&service] { return Answer(&service); });
  executor.AwaitHeld(1);
  std::future<HttpResponse> waiting =
      std::async(std::launch::async, [&service] { return Answer(&service); });
  service.Close();
  EXPECT_EQ(waiting.get().status, 504);
  executor.EndOne();
  EXPECT_EQ(running.get().status, 200);
}

}  // namespace
}  // namespace whet::serve
