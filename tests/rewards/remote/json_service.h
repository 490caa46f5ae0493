// A service that tests of rules ask, and what it was asked.
#ifndef WHET_TESTS_REWARDS_REMOTE_JSON_SERVICE_H_
#define WHET_TESTS_REWARDS_REMOTE_JSON_SERVICE_H_

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/mutex.h"
#include "gtest/gtest.h"
#include "rewards/completion.h"
#include "rewards/reward_rule.h"
#include "tests/rewards/remote/raw_server.h"
#include "text/json.h"

namespace whet {

// Answers each request 200 with what `reply` makes of it; an empty reply is 400.
class JsonService {
 public:
  using Reply = std::function<std::string(const Json& request)>;

  explicit JsonService(Reply reply)
      : reply_(std::move(reply)),
        server_([this](RawConnection& connection) { Serve(connection); }) {}

  std::string Base() const { return absl::StrCat("http://127.0.0.1:", server_.port()); }

  // What was asked, in the order in which it came.
  std::vector<Json> requests() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    return requests_;
  }
  // "/classify", of each request.
  std::vector<std::string> paths() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    return paths_;
  }

 private:
  void Serve(RawConnection& connection) ABSL_LOCKS_EXCLUDED(mu_) {
    RawRequest raw;
    while (connection.Read(&raw)) {
      absl::StatusOr<Json> request = Json::Parse(raw.body);
      ASSERT_TRUE(request.ok()) << request.status();
      {
        MutexLock lock(&mu_);
        requests_.push_back(*request);
        paths_.push_back(std::vector<std::string>(absl::StrSplit(raw.head, ' ')).at(1));
      }
      const std::string body = reply_(*request);
      connection.Answer(body.empty() ? "400 Bad" : "200 OK", body);
    }
  }

  const Reply reply_;
  Mutex mu_;
  std::vector<Json> requests_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> paths_ ABSL_GUARDED_BY(mu_);
  RawServer server_;  // Gone before what it tells.
};

struct JudgedSample {
  Prompt prompt;
  std::string completion;
};

// The parts that `rule` gives to them in one call.
inline std::vector<RewardPart> PartsOf(RewardRule& rule, const std::vector<JudgedSample>& samples) {
  const Rollout rollout = {};
  std::deque<Completion> completions;
  std::vector<ScoreInput> inputs;
  for (const JudgedSample& sample : samples) {
    completions.push_back(ParseCompletion(sample.completion, {}));
    inputs.push_back({sample.prompt, rollout, completions.back(), {}});
  }
  absl::StatusOr<std::vector<RewardPart>> parts = rule.Score(inputs);
  EXPECT_TRUE(parts.ok()) << parts.status();
  return *std::move(parts);
}

}  // namespace whet

#endif  // WHET_TESTS_REWARDS_REMOTE_JSON_SERVICE_H_
