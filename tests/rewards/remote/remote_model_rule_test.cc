#include "rewards/remote/remote_model_rule.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/remote/json_service.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::unique_ptr<RemoteModelRule> MakeRule(const JsonService& service,
                                          RemoteModelRuleOptions options) {
  options.client.urls = {service.Base()};
  absl::StatusOr<std::unique_ptr<RemoteModelRule>> rule =
      RemoteModelRule::Create(std::move(options));
  EXPECT_TRUE(rule.ok()) << rule.status();
  return *std::move(rule);
}

JudgedSample Sample(const std::string& completion) {
  Prompt prompt = {};
  prompt.question = "1+1=";
  prompt.text = "User: 1+1= Assistant:";
  prompt.ground_truth = "2";
  return {prompt, completion};
}

JsonService::Reply Says(const std::string& answer) {
  return [answer](const Json&) { return answer; };
}

// What the service is asked for one completion.
Json RequestFor(RemoteModelRuleOptions options, const JudgedSample& sample) {
  JsonService service(Says("{}"));
  const auto rule = MakeRule(service, std::move(options));
  PartsOf(*rule, {sample});
  return service.requests().at(0);
}

TEST(RemoteModelRuleTest, VllmClassifiesATextWithoutActivation) {
  JsonService service(Says(R"({"data":[{"index":0,"probs":[0.25,-3.5],"num_classes":2}]})"));
  const auto rule = MakeRule(service, {.model = "rm", .text = {.place = ModelPlace::kResponse}});
  const std::vector<RewardPart> parts = PartsOf(*rule, {Sample(" two")});
  EXPECT_EQ(parts[0].value, -3.5);
  EXPECT_EQ(parts[0].verdict, std::nullopt);
  EXPECT_THAT(service.paths(), ElementsAre("/classify"));
  EXPECT_EQ(service.requests()[0], Json::Object({{"model", "rm"},
                                                 {"input", "User: 1+1= Assistant: two"},
                                                 {"activation", false},
                                                 {"use_activation", false}}));
}

TEST(RemoteModelRuleTest, SglangGivesAnEmbeddingWhoseLastNumberIsTheValue) {
  JsonService service(Says(R"({"data":[{"embedding":[0.5,7]}]})"));
  const auto rule = MakeRule(
      service, {.protocol = ModelProtocol::kSglang, .text = {.place = ModelPlace::kResponse}});
  EXPECT_EQ(PartsOf(*rule, {Sample(" two")})[0].value, 7.0);
  EXPECT_THAT(service.paths(), ElementsAre("/v1/embeddings"));
  EXPECT_EQ(service.requests()[0], Json::Object({{"input", "User: 1+1= Assistant: two"}}));
}

TEST(RemoteModelRuleTest, OpenRlhfIsToldQueryPromptAndLabel) {
  JsonService service(Says(R"({"rewards":[0.5],"scores":[0.7],"extra_logs":{}})"));
  const auto rule = MakeRule(
      service, {.protocol = ModelProtocol::kOpenRlhf, .text = {.place = ModelPlace::kResponse}});
  EXPECT_EQ(PartsOf(*rule, {Sample(" two")})[0].value, 0.5);
  EXPECT_THAT(service.paths(), ElementsAre("/get_reward"));
  EXPECT_EQ(service.requests()[0],
            Json::Object({{"query", Json::Array({"User: 1+1= Assistant: two"})},
                          {"prompts", Json::Array({"User: 1+1= Assistant:"})},
                          {"labels", Json::Array({"2"})}}));
}

TEST(RemoteModelRuleTest, TheSummaryIsWhatFollowsTheThought) {
  const RemoteModelRuleOptions options = {.text = {.text_template = "{response}"}};
  EXPECT_EQ(RequestFor(options, Sample("<think>hm</think>\n two\n")).GetString("input").value(),
            "two\n");
}

// Or it would pay to think for ever.
TEST(RemoteModelRuleTest, AThoughtThatNeverEndsHasAnEmptySummaryThatIsJudged) {
  const RemoteModelRuleOptions options = {.text = {.text_template = "{response}"}};
  EXPECT_EQ(RequestFor(options, Sample("<think>hm")).GetString("input").value(), "");
}

TEST(RemoteModelRuleTest, ATemplateTakesTheQuestionAndLeavesBracesInTextsAlone) {
  const RemoteModelRuleOptions options = {
      .text = {.text_template = "Q: {prompt}\nA: {response}<end>"}};
  EXPECT_EQ(RequestFor(options, Sample("{prompt}")).GetString("input").value(),
            "Q: 1+1=\nA: {prompt}<end>");
}

TEST(RemoteModelRuleTest, AConversationEndsWithTheCompletionAsTheAssistants) {
  const RemoteModelRuleOptions options = {.input = ModelInput::kConversation};
  const auto message = [](const std::string& role, const std::string& content) {
    return Json::Object({{"role", role}, {"content", content}});
  };
  EXPECT_EQ(RequestFor(options, Sample("two")),
            Json::Object(
                {{"messages", Json::Array({message("user", "1+1="), message("assistant", "two")})},
                 {"activation", false},
                 {"use_activation", false}}));
  JudgedSample chat = Sample("two");
  chat.prompt.question = Json::Array({message("system", "Be kind."), message("user", "?")}).Dump();
  EXPECT_EQ(*RequestFor(options, chat).Find("messages"),
            Json::Array({message("system", "Be kind."), message("user", "?"),
                         message("assistant", "two")}));
  // A question that only looks like one.
  chat.prompt.question = "[1, 2]";
  EXPECT_EQ(*RequestFor(options, chat).Find("messages"),
            Json::Array({message("user", "[1, 2]"), message("assistant", "two")}));
}

TEST(RemoteModelRuleTest, OthersTakeNoConversation) {
  EXPECT_EQ(RemoteModelRule::Create({.client = {.urls = {"http://127.0.0.1:1"}},
                                     .protocol = ModelProtocol::kSglang,
                                     .input = ModelInput::kConversation})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(RemoteModelRuleTest, AFailureIsAFaultOfThatCompletionAlone) {
  JsonService service([](const Json& request) {
    const bool wanted = absl::StrContains(request.GetString("input").value(), "bad");
    return wanted ? "" : R"({"data":[{"probs":[1]}]})";
  });
  const auto rule = MakeRule(service, {});
  const std::vector<RewardPart> parts =
      PartsOf(*rule, {Sample("good"), Sample("bad"), Sample("good")});
  EXPECT_EQ(parts[0].value, 1.0);
  EXPECT_EQ(parts[1].value, std::nullopt);
  EXPECT_EQ(parts[1].verdict, Verdict::kFault);
  EXPECT_EQ(parts[1].message, absl::StrCat(service.Base(), "/classify: it answered 400"));
  EXPECT_EQ(parts[2].value, 1.0);
}

TEST(RemoteModelRuleTest, WhatIsNoNumberWhereItShouldBeIsAFault) {
  for (const char* answer :
       {"no JSON", "{}", R"({"data":[]})", R"({"data":[{}]})", R"({"data":[{"probs":[]}]})",
        R"({"data":[{"probs":["1"]}]})", R"({"data":[{"probs":[null]}]})",
        R"({"data":[{"probs":[NaN]}]})", R"({"data":[{"probs":[1e999]}]})"}) {
    JsonService service(Says(answer));
    const RewardPart part = PartsOf(*MakeRule(service, {}), {Sample("two")})[0];
    EXPECT_EQ(part.value, std::nullopt) << answer;
    EXPECT_EQ(part.verdict, Verdict::kFault) << answer;
    EXPECT_THAT(part.message, StartsWith("it answered wrongly: ")) << answer;
  }
  for (const char* answer :
       {R"({"rewards":[]})", R"({"rewards":[1,2]})", R"({"rewards":[null]})", R"({"rewards":1})"}) {
    JsonService service(Says(answer));
    const auto rule = MakeRule(service, {.protocol = ModelProtocol::kOpenRlhf});
    const RewardPart part = PartsOf(*rule, {Sample("two")})[0];
    EXPECT_EQ(part.verdict, Verdict::kFault) << answer;
    EXPECT_THAT(part.message, HasSubstr("wrongly")) << answer;
  }
}

}  // namespace
}  // namespace whet
