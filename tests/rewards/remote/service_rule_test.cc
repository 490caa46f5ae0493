// What services of users do, and what becomes of the samples that they had.
#include "rewards/remote/service_rule.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/reward.grpc.pb.h"
#include "tests/rewards/custom/score.h"

namespace whet {
namespace {

using rewards::v1::Result;
using rewards::v1::RewardService;
using rewards::v1::ScoreRequest;
using rewards::v1::ScoreResponse;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Gives "good 0.5" the reward 0.5, and everything else none.
Result Judge(const rewards::v1::Sample& sample) {
  Result result;
  result.set_id(sample.id());
  absl::string_view text = sample.completion();
  double reward = 0;
  if (absl::ConsumePrefix(&text, "good ") && absl::SimpleAtod(text, &reward)) {
    result.set_reward(reward);
  } else {
    result.set_message("does not apply");
  }
  return result;
}

using Handler =
    std::function<grpc::Status(grpc::ServerContext*, const ScoreRequest&, ScoreResponse*)>;

grpc::Status JudgeAll(const ScoreRequest& request, ScoreResponse* response) {
  for (const rewards::v1::Sample& sample : request.samples()) {
    *response->add_results() = Judge(sample);
  }
  return grpc::Status::OK;
}

// A server that does what `handler` says.
class FakeServer : public RewardService::Service {
 public:
  explicit FakeServer(Handler handler, int port = 0) : handler_(std::move(handler)), port_(port) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(1 << 30);
    builder.SetMaxSendMessageSize(1 << 30);
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeServer() override { Kill(); }

  grpc::Status Score(grpc::ServerContext* context, const ScoreRequest* request,
                     ScoreResponse* response) override {
    ++calls_;
    return handler_(context, *request, response);
  }

  // Breaks its calls off.
  void Kill() { server_->Shutdown(std::chrono::system_clock::now()); }

  int port() const { return port_; }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  int calls() const { return calls_; }

 private:
  const Handler handler_;
  int port_ = 0;
  std::atomic<int> calls_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

grpc::Status Good(grpc::ServerContext*, const ScoreRequest& request, ScoreResponse* response) {
  return JudgeAll(request, response);
}

// Does as `bad` says if the batch has a sample "bad".
Handler UnlessBad(const Handler& bad) {
  return [bad](grpc::ServerContext* context, const ScoreRequest& request, ScoreResponse* response) {
    for (const rewards::v1::Sample& sample : request.samples()) {
      if (sample.completion() == "bad") return bad(context, request, response);
    }
    return JudgeAll(request, response);
  };
}

ServiceRuleOptions OptionsFor(const std::vector<std::string>& endpoints) {
  ServiceRuleOptions options;
  options.name = "mine";
  options.endpoints = endpoints;
  return options;
}

std::unique_ptr<ServiceRule> Rule(ServiceRuleOptions options) {
  absl::StatusOr<std::unique_ptr<ServiceRule>> rule = ServiceRule::Create(std::move(options));
  EXPECT_TRUE(rule.ok()) << rule.status();
  return *std::move(rule);
}

// One sample among others is answered so, and fails with `why`.
void ExpectOneBad(const Handler& bad, const std::string& why) {
  FakeServer server(UnlessBad(bad));
  ExpectOneFault(Rule(OptionsFor({server.address()})).get(), "bad", why);
}

TEST(ServiceRuleTest, GivesEachSampleItsReward) {
  FakeServer server(Good);
  ServiceRuleOptions options = OptionsFor({server.address()});
  options.batch = 7;
  const auto rule = Rule(options);
  std::vector<std::string> texts;
  texts.reserve(100);
  for (int i = 0; i < 100; ++i) texts.push_back(absl::StrCat("good ", i));
  const std::vector<RewardPart> parts = ScoreTexts(rule.get(), texts);
  for (size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(parts[i].value, static_cast<double>(i));
  EXPECT_EQ(server.calls(), 15);
}

TEST(ServiceRuleTest, ResultsMayComeInAnyOrder) {
  FakeServer server([](grpc::ServerContext*, const ScoreRequest& request, ScoreResponse* response) {
    for (int i = request.samples_size() - 1; i >= 0; --i) {
      *response->add_results() = Judge(request.samples(i));
    }
    return grpc::Status::OK;
  });
  const auto rule = Rule(OptionsFor({server.address()}));
  const std::vector<RewardPart> parts = ScoreTexts(rule.get(), {"good 1", "good 2"});
  EXPECT_EQ(parts[0].value, 1.0);
  EXPECT_EQ(parts[1].value, 2.0);
}

TEST(ServiceRuleTest, TooManyResultsAreAFault) {
  ExpectOneBad(
      [](grpc::ServerContext*, const ScoreRequest& request, ScoreResponse* response) {
        response->add_results();
        return JudgeAll(request, response);
      },
      "2 results of 1 samples");
}

TEST(ServiceRuleTest, NoResultsAreAFault) {
  ExpectOneBad(
      [](grpc::ServerContext*, const ScoreRequest&, ScoreResponse*) { return grpc::Status::OK; },
      "0 results of 1 samples");
}

TEST(ServiceRuleTest, AnsweringTwiceIsAFault) {
  FakeServer server([](grpc::ServerContext*, const ScoreRequest& request, ScoreResponse* response) {
    for (int i = 0; i < request.samples_size(); ++i) {
      *response->add_results() = Judge(request.samples(0));
    }
    return grpc::Status::OK;
  });
  // One by one nobody is answered twice.
  const auto rule = Rule(OptionsFor({server.address()}));
  const std::vector<RewardPart> parts = ScoreTexts(rule.get(), {"good 1", "good 2"});
  EXPECT_EQ(parts[1].value, 2.0);
  EXPECT_EQ(server.calls(), 3);
}

TEST(ServiceRuleTest, NaNIsNoReward) {
  ExpectOneBad(
      [](grpc::ServerContext*, const ScoreRequest& request, ScoreResponse* response) {
        JudgeAll(request, response);
        for (Result& result : *response->mutable_results()) {
          if (!result.has_reward() && result.id() == "2") {
            result.set_reward(std::numeric_limits<double>::quiet_NaN());
          }
        }
        return grpc::Status::OK;
      },
      "the reward is nan");
}

TEST(ServiceRuleTest, AVerdictThatIsNoneIsNoReward) {
  ExpectOneBad(
      [](grpc::ServerContext*, const ScoreRequest& request, ScoreResponse* response) {
        JudgeAll(request, response);
        for (Result& result : *response->mutable_results()) {
          if (result.id() == "2") result.set_verdict(static_cast<rewards::v1::Verdict>(99));
        }
        return grpc::Status::OK;
      },
      "there is no verdict 99");
}

TEST(ServiceRuleTest, AnAnswerThatIsTooLargeIsAFault) {
  ExpectOneBad(
      [](grpc::ServerContext*, const ScoreRequest& request, ScoreResponse* response) {
        JudgeAll(request, response);
        response->mutable_results(0)->set_message(std::string(65 << 20, 'x'));
        return grpc::Status::OK;
      },
      "larger than max");
}

TEST(ServiceRuleTest, ACallThatIsRefusedCostsTheSampleItIsRefusedFor) {
  ExpectOneBad(
      [](grpc::ServerContext*, const ScoreRequest&, ScoreResponse*) {
        return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "I do not like it");
      },
      "I do not like it");
}

TEST(ServiceRuleTest, ACallThatAlwaysFailsCostsTheSampleItFailsOf) {
  ExpectOneBad([](grpc::ServerContext*, const ScoreRequest&,
                  ScoreResponse*) { return grpc::Status(grpc::StatusCode::INTERNAL, "oh"); },
               "oh");
}

TEST(ServiceRuleTest, WhatNeverComesBackIsAFaultInTime) {
  absl::Notification over;
  FakeServer server(UnlessBad([&](grpc::ServerContext*, const ScoreRequest&, ScoreResponse*) {
    over.WaitForNotification();
    return grpc::Status::CANCELLED;
  }));
  ServiceRuleOptions options = OptionsFor({server.address()});
  options.timeout = absl::Milliseconds(300);
  ExpectOneFault(Rule(options).get(), "bad", "Deadline Exceeded");
  over.Notify();
}

TEST(ServiceRuleTest, WhatWillNeverDoEndsTheRun) {
  FakeServer server([](grpc::ServerContext*, const ScoreRequest&, ScoreResponse*) {
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "the token is wrong");
  });
  const auto rule = Rule(OptionsFor({server.address()}));
  const Prompt prompt = {};
  const Rollout rollout = {};
  const Completion completion = ParseCompletion("x", {});
  const ScoreInput input = {
      .prompt = prompt, .rollout = rollout, .completion = completion, .earlier = {}};
  const auto parts = rule->Score({input});
  EXPECT_TRUE(absl::IsUnauthenticated(parts.status())) << parts.status();
  EXPECT_THAT(std::string(parts.status().message()),
              AllOf(HasSubstr(server.address()), HasSubstr("the token is wrong")));
}

TEST(ServiceRuleTest, SendsTheToken) {
  std::string seen;
  FakeServer server(
      [&](grpc::ServerContext* context, const ScoreRequest& request, ScoreResponse* response) {
        const auto found = context->client_metadata().find("authorization");
        seen = std::string(found->second.data(), found->second.size());
        return JudgeAll(request, response);
      });
  ServiceRuleOptions options = OptionsFor({server.address()});
  options.token = "secret";
  ScoreTexts(Rule(options).get(), {"good 1"});
  EXPECT_EQ(seen, "Bearer secret");
}

TEST(ServiceRuleTest, AServerThatDiesLosesNothingToAnotherOne) {
  absl::Notification asked;
  absl::Notification over;
  FakeServer dying([&](grpc::ServerContext*, const ScoreRequest&, ScoreResponse*) {
    if (!asked.HasBeenNotified()) asked.Notify();
    over.WaitForNotification();
    return grpc::Status::CANCELLED;
  });
  FakeServer good(Good);
  ServiceRuleOptions options = OptionsFor({dying.address(), good.address()});
  options.batch = 3;
  const auto rule = Rule(options);
  std::thread killer([&] {
    asked.WaitForNotification();
    dying.Kill();  // Its calls end at once; it itself, when its handler does.
  });
  const std::vector<RewardPart> parts =
      ScoreTexts(rule.get(), {"good 1", "good 2", "good 3", "good 4"});
  over.Notify();
  killer.join();
  for (size_t i = 0; i < parts.size(); ++i) {
    EXPECT_EQ(parts[i].value, static_cast<double>(i + 1)) << parts[i].message;
  }
}

TEST(ServiceRuleTest, AServerThatComesBackIsAskedAgain) {
  auto server = std::make_unique<FakeServer>(Good);
  const int port = server->port();
  const auto rule = Rule(OptionsFor({server->address()}));
  EXPECT_EQ(ScoreTexts(rule.get(), {"good 1"})[0].value, 1.0);
  server = nullptr;
  std::vector<RewardPart> parts;
  std::thread asking([&] { parts = ScoreTexts(rule.get(), {"good 2"}); });
  server = std::make_unique<FakeServer>(Good, port);
  asking.join();
  EXPECT_EQ(parts[0].value, 2.0) << parts[0].message;
}

TEST(ServiceRuleTest, WhereNobodyComesBackPatienceEnds) {
  auto server = std::make_unique<FakeServer>(Good);
  ServiceRuleOptions options = OptionsFor({server->address()});
  options.patience = absl::Milliseconds(200);
  const auto rule = Rule(options);
  const std::string address = server->address();
  server = nullptr;
  const std::vector<RewardPart> parts = ScoreTexts(rule.get(), {"good 1", "good 2"});
  ExpectFault(parts[0], address);
  ExpectFault(parts[1], address);
}

TEST(ServiceRuleTest, TellsWhyNobodyIsReady) {
  std::string address;
  {
    FakeServer gone(Good);
    address = gone.address();
  }
  ServiceRuleOptions options = OptionsFor({address});
  options.start_timeout = absl::Milliseconds(50);
  const absl::Status status = ServiceRule::Create(options).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr(address));
}

TEST(ServiceRuleTest, GoesOnWithThoseThatAreReady) {
  FakeServer good(Good);
  const auto rule = Rule(OptionsFor({"127.0.0.1:1", good.address()}));
  EXPECT_EQ(ScoreTexts(rule.get(), {"good 1"})[0].value, 1.0);
}

}  // namespace
}  // namespace whet
