// What tests of an HttpClient wait for.
#ifndef WHET_TESTS_REWARDS_REMOTE_ANSWERS_H_
#define WHET_TESTS_REWARDS_REMOTE_ANSWERS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "gtest/gtest.h"
#include "rewards/remote/http_client.h"

namespace whet {

using HttpAnswer = absl::StatusOr<std::string>;

// Answers to requests that were posted together.
class Answers {
 public:
  explicit Answers(size_t count) : answers_(count) {}

  HttpClient::Done Take(size_t i) {
    return [this, i](HttpAnswer answer) {
      MutexLock lock(&mu_);
      answers_[i] = std::move(answer);
      ++arrived_;
      changed_.NotifyOne();
    };
  }

  std::vector<HttpAnswer> AwaitAll() {
    MutexLock lock(&mu_);
    while (arrived_ < answers_.size()) changed_.Wait(&mu_);
    return answers_;
  }

 private:
  Mutex mu_;
  CondVar changed_;
  size_t arrived_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<HttpAnswer> answers_ ABSL_GUARDED_BY(mu_);
};

inline HttpAnswer Ask(HttpClient& client, const std::string& json = "{}") {
  Answers answers(1);
  client.Post(json, answers.Take(0));
  return answers.AwaitAll()[0];
}

inline std::unique_ptr<HttpClient> MakeClient(HttpClientOptions options) {
  absl::StatusOr<std::unique_ptr<HttpClient>> client = HttpClient::Create(std::move(options));
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

}  // namespace whet

#endif  // WHET_TESTS_REWARDS_REMOTE_ANSWERS_H_
