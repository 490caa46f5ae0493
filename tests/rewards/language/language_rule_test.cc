#include "rewards/language/language_rule.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

// Four of its five words are Chinese.
constexpr char kMixed[] = "<think>我们 需要 证明 结论 therefore</think>The answer is four.";

struct Asked {
  std::string question = "证明这个结论。";
  std::string extra = "{}";
  std::optional<double> gate = std::nullopt;
};

RewardPart PartOf(LanguageRuleOptions options, const std::string& text, const Asked& asked = {}) {
  absl::StatusOr<std::unique_ptr<LanguageRule>> rule = LanguageRule::Create(std::move(options));
  EXPECT_TRUE(rule.ok()) << rule.status();
  Prompt prompt = {};
  prompt.question = asked.question;
  prompt.extra = asked.extra;
  const Rollout rollout = {};
  const Completion completion = ParseCompletion(text, {});
  const RewardPart gate = {.value = asked.gate, .verdict = std::nullopt, .message = ""};
  const ScoreInput input = {
      .prompt = prompt, .rollout = rollout, .completion = completion, .earlier = {{"math", &gate}}};
  absl::StatusOr<std::vector<RewardPart>> parts = (*rule)->Score({input});
  EXPECT_TRUE(parts.ok()) << parts.status();
  EXPECT_FALSE(parts->at(0).verdict.has_value());
  return parts->at(0);
}

TEST(LanguageRuleTest, GivesTheRatioOfTheThought) {
  const RewardPart part = PartOf({.target = "zh"}, kMixed);
  EXPECT_THAT(part.value, Optional(DoubleNear(0.8, 1e-9)));
  EXPECT_EQ(part.message, "zh 0.80: 4 of 5 words; foreign: therefore");
}

TEST(LanguageRuleTest, MayJudgeTheAnswer) {
  EXPECT_THAT(PartOf({.place = LanguagePlace::kAnswer, .target = "zh"}, kMixed).value,
              Optional(0.0));
  EXPECT_THAT(PartOf({.place = LanguagePlace::kAnswer, .target = "en"}, kMixed).value,
              Optional(1.0));
}

TEST(LanguageRuleTest, TakesTheTargetFromThePrompt) {
  EXPECT_THAT(PartOf({}, kMixed).message, HasSubstr("zh 0.80"));
  EXPECT_THAT(PartOf({}, kMixed, {.question = "Prove this theorem."}).message,
              HasSubstr("en 0.20"));
  EXPECT_THAT(PartOf({}, kMixed, {.question = "$1+1$"}).message, HasSubstr("en 0.20"));
  // The system message is not the user's.
  EXPECT_THAT(PartOf({}, kMixed,
                     {.question = R"([{"role": "system", "content": "You are a helpful assistant."},
                                      {"role": "user", "content": "证明这个结论。"}])"})
                  .message,
              HasSubstr("zh 0.80"));
}

TEST(LanguageRuleTest, TakesTheTargetFromTheRow) {
  const LanguageRuleOptions options = {.target = "en", .target_column = "lang"};
  EXPECT_THAT(PartOf(options, kMixed, {.extra = R"({"lang": "zh-CN"})"}).message,
              HasSubstr("zh-Hans 0.80"));
  for (const char* extra : {"{}", R"({"lang": "klingonish"})", R"({"lang": 3})", "no JSON"}) {
    EXPECT_THAT(PartOf(options, kMixed, {.extra = extra}).message, HasSubstr("en 0.20")) << extra;
  }
}

TEST(LanguageRuleTest, AsksForAThreshold) {
  EXPECT_THAT(PartOf({.target = "zh", .threshold = 0.8}, kMixed).value, Optional(1.0));
  EXPECT_THAT(PartOf({.target = "zh", .threshold = 0.9}, kMixed).value, Optional(0.0));
}

TEST(LanguageRuleTest, IsAbsentBehindAClosedGate) {
  const LanguageRuleOptions options = {.target = "zh", .gate = "math"};
  EXPECT_THAT(PartOf(options, kMixed, {.gate = 1}).value, Optional(DoubleNear(0.8, 1e-9)));
  EXPECT_EQ(PartOf(options, kMixed, {.gate = 0}).value, std::nullopt);
  EXPECT_EQ(PartOf(options, kMixed).value, std::nullopt);
  EXPECT_THAT(PartOf(options, kMixed).message, HasSubstr("math is not above 0"));
}

TEST(LanguageRuleTest, RunsAfterItsGate) {
  EXPECT_THAT((*LanguageRule::Create({.gate = "math"}))->after(), ElementsAre("math"));
  EXPECT_THAT((*LanguageRule::Create({}))->after(), IsEmpty());
}

TEST(LanguageRuleTest, MayPenalize) {
  EXPECT_THAT(PartOf({.target = "zh", .penalty = true}, kMixed).value,
              Optional(DoubleNear(-0.2, 1e-9)));
  EXPECT_THAT(PartOf({.target = "zh", .threshold = 0.8, .penalty = true}, kMixed).value,
              Optional(0.0));
}

TEST(LanguageRuleTest, IsAbsentWhereNothingIsThought) {
  EXPECT_EQ(PartOf({.target = "zh"}, "The answer is four.").value, std::nullopt);
  EXPECT_EQ(PartOf({.target = "zh"}, "The answer is four.").message, "no thought");
  EXPECT_EQ(PartOf({.target = "zh"}, "<think>4</think>4").value, std::nullopt);
  EXPECT_EQ(PartOf({.target = "zh"}, "<think>4</think>4").message, "too few words: 0");
}

TEST(LanguageRuleTest, RefusesWhatMakesNoSense) {
  for (const LanguageRuleOptions& options :
       std::vector<LanguageRuleOptions>{{.target = "english"},
                                        {.threshold = 0.0},
                                        {.threshold = 1.5},
                                        {.gate = "math", .penalty = true}}) {
    EXPECT_EQ(LanguageRule::Create(options).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace whet
