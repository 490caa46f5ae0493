#include "serve/grpc_reward_server.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/reward.grpc.pb.h"
#include "rewards/remote/service_rule.h"
#include "tests/rewards/custom/score.h"
#include "tests/serve/reward_rules.h"

namespace whet::serve {
namespace {

using rewards::v1::Result;
using rewards::v1::RewardService;
using rewards::v1::Sample;
using rewards::v1::ScoreRequest;
using rewards::v1::ScoreResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Gives each of a group the number of its members.
class CountsGroup : public RewardRule {
 public:
  Scope scope() const override { return Scope::kGroup; }
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override {
    return std::vector<RewardPart>(
        inputs.size(), {.value = static_cast<double>(inputs.size()), .verdict = {}, .message = ""});
  }
};

class GrpcRewardServerTest : public ::testing::Test {
 protected:
  void Start(std::unique_ptr<Rewarder> rewarder, GrpcRewardServerOptions options = {}) {
    rewarder_ = std::move(rewarder);
    scorer_ = std::make_unique<RewardScorer>(rewarder_.get());
    server_ = GrpcRewardServer::Start(scorer_.get(), std::move(options)).value();
    stub_ =
        RewardService::NewStub(grpc::CreateChannel(address(), grpc::InsecureChannelCredentials()));
  }

  std::string address() const { return ListenAddressText(server_->address()); }

  static Sample SampleOf(const std::string& id, const std::string& completion,
                         const std::string& group = "") {
    Sample sample;
    sample.set_id(id);
    sample.set_completion(completion);
    sample.set_ground_truth("2");
    sample.set_group(group);
    return sample;
  }

  // "ID REWARD" of what the server says to these, sent as a stream.
  std::vector<std::string> Stream(const std::vector<Sample>& samples) {
    grpc::ClientContext context;
    const auto stream = stub_->ScoreStream(&context);
    for (const Sample& sample : samples) stream->Write(sample);
    stream->WritesDone();
    std::vector<std::string> results;
    Result result;
    while (stream->Read(&result))
      results.push_back(absl::StrCat(result.id(), " ", result.reward()));
    EXPECT_TRUE(stream->Finish().ok());
    return results;
  }

  std::unique_ptr<Rewarder> rewarder_;
  std::unique_ptr<RewardScorer> scorer_;
  std::unique_ptr<GrpcRewardServer> server_;
  std::unique_ptr<RewardService::Stub> stub_;
};

TEST_F(GrpcRewardServerTest, TellsRewardsVerdictsAndParts) {
  Start(AnswerRewarder());
  ScoreRequest request;
  *request.add_samples() = SampleOf("x", "<answer>2</answer>");
  *request.add_samples() = SampleOf("y", "<answer>3</answer>");
  ScoreResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->Score(&context, request, &response).ok());
  ASSERT_EQ(response.results_size(), 2);
  EXPECT_EQ(response.results(0).id(), "x");
  EXPECT_EQ(response.results(0).reward(), 1.0);
  EXPECT_EQ(response.results(0).verdict(), rewards::v1::CORRECT);
  EXPECT_EQ(response.results(1).verdict(), rewards::v1::WRONG);
  EXPECT_EQ(response.results(1).parts(0).rule(), "answer");
  EXPECT_THAT(response.results(1).message(), HasSubstr("answer: "));
}

// Gives the bytes of the completion; excludes the empty one.
class CountsBytes : public RewardRule {
 public:
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override {
    std::vector<RewardPart> parts;
    for (const ScoreInput& input : inputs) {
      const auto size = static_cast<double>(input.completion.text.size());
      parts.push_back(size > 0 ? RewardPart{.value = size, .verdict = {}, .message = ""}
                               : PartOf(Verdict::kFault, "empty"));
    }
    return parts;
  }
};

TEST_F(GrpcRewardServerTest, IsAServiceForTheServiceRule) {
  Start(RewarderOf(std::make_unique<CountsBytes>()));
  ServiceRuleOptions options;
  options.endpoints = {address()};
  const auto rule = ServiceRule::Create(options);
  ASSERT_TRUE(rule.ok()) << rule.status();
  const std::vector<RewardPart> parts = ScoreTexts(rule->get(), {"\xff\xfe", ""});
  EXPECT_EQ(parts[0].value, 2.0);
  EXPECT_EQ(parts[1].value, std::nullopt);
  EXPECT_EQ(parts[1].verdict, Verdict::kFault);
  EXPECT_EQ(parts[1].message, "answer: empty");
}

TEST_F(GrpcRewardServerTest, AStreamIsJudgedAsItComes) {
  Start(AnswerRewarder());
  grpc::ClientContext context;
  const auto stream = stub_->ScoreStream(&context);
  Result result;
  stream->Write(SampleOf("first", "<answer>2</answer>"));
  ASSERT_TRUE(stream->Read(&result));  // Before there is another.
  EXPECT_EQ(result.id(), "first");
  stream->Write(SampleOf("second", "<answer>3</answer>"));
  ASSERT_TRUE(stream->Read(&result));
  EXPECT_EQ(result.reward(), 0.0);
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&result));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(GrpcRewardServerTest, AGroupIsJudgedWhenAllOfItIsThere) {
  Start(RewarderOf(std::make_unique<CountsGroup>()));
  EXPECT_THAT(Stream({SampleOf("a", "", "g"), SampleOf("b", "", "g"), SampleOf("c", "", "h"),
                      SampleOf("d", ""), SampleOf("e", "")}),
              ElementsAre("a 2", "b 2", "c 1", "d 1", "e 1"));
}

TEST_F(GrpcRewardServerTest, WantsItsToken) {
  Start(AnswerRewarder(), {.address = {}, .token = AccessToken::Parse("0123456789abcdef").value()});
  ScoreResponse response;
  grpc::ClientContext without;
  EXPECT_EQ(stub_->Score(&without, {}, &response).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  grpc::ClientContext with;
  with.AddMetadata("authorization", "Bearer 0123456789abcdef");
  EXPECT_TRUE(stub_->Score(&with, {}, &response).ok());
  grpc::ClientContext stream_without;
  EXPECT_EQ(stub_->ScoreStream(&stream_without)->Finish().error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(GrpcRewardServerTest, RefusesACallThatCannotBe) {
  Start(AnswerRewarder());
  ScoreRequest request;
  *request.add_samples() = SampleOf("x", "");
  request.mutable_samples(0)->set_tokens(-1);
  ScoreResponse response;
  grpc::ClientContext context;
  EXPECT_EQ(stub_->Score(&context, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(GrpcRewardServerTest, DoesNotShareItsPort) {
  Start(AnswerRewarder());
  const auto second =
      GrpcRewardServer::Start(scorer_.get(), {.address = server_->address(), .token = {}});
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
}

TEST_F(GrpcRewardServerTest, WantsATokenWhereOthersCanReachIt) {
  Start(AnswerRewarder());
  ListenAddress address;
  address.host = "0.0.0.0";
  address.loopback = false;
  const auto open = GrpcRewardServer::Start(scorer_.get(), {.address = address, .token = {}});
  EXPECT_TRUE(absl::IsInvalidArgument(open.status())) << open.status();
}

}  // namespace
}  // namespace whet::serve
