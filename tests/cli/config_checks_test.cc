#include "cli/config_checks.h"

#include <string>
#include <vector>

#include "cli/config_schema.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "proto/config.pb.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

// "PATH | TEXT" of everything that is wrong with `base` and `more` together.
template <typename Config>
std::vector<std::string> Errors(const std::string& base, const std::string& more) {
  Config config;
  google::protobuf::TextFormat::Parser parser;
  parser.AllowPartialMessage(true);
  EXPECT_TRUE(parser.MergeFromString(base, &config)) << base;
  EXPECT_TRUE(parser.MergeFromString(more, &config)) << more;
  std::vector<std::string> errors;
  for (const ConfigError& error : CheckConfig(config)) {
    errors.push_back(error.path + " | " + error.text);
  }
  return errors;
}

std::vector<std::string> TrainErrors(const std::string& more) {
  return Errors<config::TrainConfig>(
      "steps: 10 model { checkpoint: 'b' } prompts { file: 'a' } rewards { answer {} }", more);
}

TEST(CheckConfigTest, FindsNothingWrongWithTheShortest) { EXPECT_THAT(TrainErrors(""), IsEmpty()); }

TEST(CheckConfigTest, CutsABatchIntoEqualParts) {
  // 32 groups of 16 are 512 rollouts: 64 divides them, though not the 32 groups; 5 does not.
  EXPECT_THAT(TrainErrors("rollout { minibatches: 64 }"), IsEmpty());
  EXPECT_THAT(
      TrainErrors("rollout { minibatches: 5 }"),
      ElementsAre("rollout.minibatches | rollout.minibatches is 5, which does not divide the 512 "
                  "rollouts of a batch (32 groups of 16); write a divisor of it"));
  // Of no use as a divisor, and told once.
  EXPECT_THAT(
      TrainErrors("rollout { minibatches: 0 }"),
      ElementsAre("rollout.minibatches | rollout.minibatches is 0; it must be in [1, inf)"));
}

TEST(CheckConfigTest, TrainsOnDifferentRollouts) {
  EXPECT_THAT(TrainErrors("sampling { temperature: 0 }"),
              ElementsAre("sampling.temperature | sampling.temperature is 0, so all rollouts of a "
                          "group are equal and teach nothing; R1-Zero has 1.0"));
}

TEST(CheckConfigTest, RenewsAReferenceOnlyIfThereIsOne) {
  EXPECT_THAT(TrainErrors("loss { reference_steps: 400 kl_coefficient: 0.001 }"), IsEmpty());
  EXPECT_THAT(
      TrainErrors("loss { reference_steps: 400 }"),
      ElementsAre("loss.reference_steps | loss.reference_steps without loss.kl_coefficient: there "
                  "is no reference to renew; set the coefficient (R1-Zero has 0.001) or leave "
                  "this out"));
}

TEST(CheckConfigTest, WarmsUpWithinTheRun) {
  const std::string error =
      "optimizer.warmup_steps | optimizer.warmup_steps is 11, more than the 10 steps of the run; "
      "write fewer";
  EXPECT_THAT(TrainErrors("optimizer { warmup_steps: 10 }"), IsEmpty());
  EXPECT_THAT(TrainErrors("optimizer { warmup_steps: 11 }"), ElementsAre(error));
  EXPECT_THAT(Errors<config::SftConfig>("steps: 10 model { checkpoint: 'b' } file: 'a'",
                                        "optimizer { warmup_steps: 11 }"),
              ElementsAre(error));
}

TEST(CheckConfigTest, TellsAWrongNumberOfStepsOnce) {
  EXPECT_THAT(TrainErrors("steps: -1"), ElementsAre("steps | steps is -1; it must be in [1, inf)"));
  EXPECT_THAT(Errors<config::SftConfig>("model { checkpoint: 'b' } file: 'a'",
                                        "optimizer { warmup_steps: 5 }"),
              ElementsAre("steps | steps is not set; write steps: …"));
}

TEST(CheckConfigTest, ARewardModelIsNamedAndReadsTheResponse) {
  EXPECT_THAT(TrainErrors("rewards { model { checkpoint: 'r' } }"), IsEmpty());
  EXPECT_THAT(TrainErrors("rewards { model {} }"),
              ElementsAre("rewards[1].model.checkpoint | rewards[1].model.checkpoint is not set; "
                          "write checkpoint: \"…\", or url: \"http://…\""));
  EXPECT_THAT(TrainErrors("rewards { model { checkpoint: 'r' url: 'http://a' } }"),
              ElementsAre("rewards[1].model.url | rewards[1].model has a checkpoint and a url; "
                          "leave one of them out"));
  const std::string model = "rewards { model { checkpoint: 'r' text_template: ";
  EXPECT_THAT(TrainErrors(model + "'{prompt} {response}' } }"), IsEmpty());
  EXPECT_THAT(TrainErrors(model + "'{prompt}' } }"),
              ElementsAre("rewards[1].model.text_template | rewards[1].model.text_template lacks "
                          "{response}"));
}

TEST(CheckConfigTest, ASummaryDoesNotFollowTheTagOfAThought) {
  const std::string prefilled = "prompts { thought_prefilled: true } ";
  const auto is_error =
      ElementsAre(StartsWith("rewards[1].model.text_template | rewards[1].model.text_template is "
                             "not set, so that the summary would follow the prompt's opening tag"));
  EXPECT_THAT(TrainErrors(prefilled + "rewards { model { checkpoint: 'r' } }"), is_error);
  EXPECT_THAT(
      TrainErrors(prefilled + "rewards { model { checkpoint: 'r' place: WHOLE_RESPONSE } }"),
      IsEmpty());
  EXPECT_THAT(
      TrainErrors(prefilled + "rewards { model { checkpoint: 'r' text_template: '{response}' } }"),
      IsEmpty());
  EXPECT_THAT(
      Errors<config::EvalConfig>("model { checkpoint: 'b' } rewards { answer {} } "
                                 "evaluation { prompts { file: 'a' thought_prefilled: true } }",
                                 "rewards { model { checkpoint: 'r' } }"),
      is_error);
}

TEST(CheckConfigTest, CallsEveryRuleAnotherName) {
  EXPECT_THAT(TrainErrors("rewards { name: 'second' answer {} } rewards { format {} }"), IsEmpty());
  const std::string more = " are called answer; give one of them another name: \"…\"";
  EXPECT_THAT(TrainErrors("rewards { answer {} }"), ElementsAre("rewards[1] | two rules" + more));
  // A name counts like a kind.
  EXPECT_THAT(TrainErrors("rewards { name: 'answer' format {} }"),
              ElementsAre("rewards[1] | two rules" + more));
  EXPECT_THAT(
      Errors<config::EvalConfig>(
          "model { checkpoint: 'b' } evaluation { prompts { file: 'e' } } rewards { answer {} }",
          "rewards { answer {} }"),
      ElementsAre("rewards[1] | two rules" + more));
}

TEST(CheckConfigTest, WantsAKindForEveryRule) {
  EXPECT_THAT(TrainErrors("rewards { weight: 2 }"),
              ElementsAre(StartsWith(
                  "rewards[1] | rewards[1] has no rule; write one into it: answer {}, ")));
}

TEST(CheckConfigTest, StepsOfAWeightRise) {
  EXPECT_THAT(TrainErrors("rewards { format {} weight_at { step: 0 } weight_at { step: 5 } }"),
              IsEmpty());
  EXPECT_THAT(TrainErrors("rewards { format {} weight_at { step: 5 } weight_at { step: 5 } }"),
              ElementsAre(StartsWith("rewards[1].weight_at[1].step | rewards[1].weight_at[1].step "
                                     "is 5, not more than the one before")));
  EXPECT_THAT(TrainErrors("rewards { format {} weight: 1 weight_at { step: 5 } }"),
              ElementsAre(StartsWith("rewards[1].weight | rewards[1].weight is not used")));
}

TEST(CheckConfigTest, NormalizedPartsHaveNeitherGatesNorAnotherScale) {
  EXPECT_THAT(TrainErrors("loss { reward_aggregation: NORMALIZE_THEN_SUM }"), IsEmpty());
  EXPECT_THAT(
      TrainErrors("loss { reward_aggregation: NORMALIZE_THEN_SUM advantage_scale: NO_SCALE }"
                  "rewards { format {} gate: true }"),
      ElementsAre(StartsWith("loss.advantage_scale | "), StartsWith("rewards[1].gate | ")));
}

TEST(CheckConfigTest, ACacheIsPartOfTheLength) {
  EXPECT_THAT(TrainErrors("rewards { overlong { tokens_max: 8192 } }"), IsEmpty());
  EXPECT_THAT(
      TrainErrors("rewards { overlong { tokens_max: 2048 } }"),
      ElementsAre("rewards[1].overlong.tokens_max | rewards[1].overlong.cache is 4096, more "
                  "than its tokens_max 2048; write less, or 0 for none"));
}

TEST(CheckConfigTest, ChoicesHaveDifferentCapitals) {
  EXPECT_THAT(TrainErrors("rewards { choice { letters: 'ABCDE' } }"), IsEmpty());
  EXPECT_THAT(TrainErrors("rewards { choice { letters: 'abcd' } }"),
              ElementsAre("rewards[1].choice.letters | rewards[1].choice.letters is \"abcd\"; it "
                          "must have capital letters and digits, none twice"));
  EXPECT_THAT(TrainErrors("rewards { choice { letters: 'AA' } }"), SizeIs(1));
}

TEST(CheckConfigTest, SamplesSeveralTimesOnlyWithATemperature) {
  const std::string prompts = "evaluation { prompts { file: 'e' } samples: 4 } ";
  const std::string error =
      "evaluation.samples | evaluation.samples is 4, but greedy samples are all the same; write "
      "evaluation.samples: 1, or set evaluation.sampling.temperature above 0";
  EXPECT_THAT(TrainErrors(prompts), ElementsAre(error));
  EXPECT_THAT(TrainErrors(prompts + "evaluation { sampling { temperature: 0 } }"),
              ElementsAre(error));
  EXPECT_THAT(TrainErrors(prompts + "evaluation { sampling { temperature: 0.6 } }"), IsEmpty());

  const std::string sample = "model { checkpoint: 'b' } prompts { file: 'a' } samples: 4";
  EXPECT_THAT(Errors<config::SampleConfig>(sample, ""), IsEmpty());
  EXPECT_THAT(Errors<config::SampleConfig>(sample, "sampling { temperature: 0 }"),
              ElementsAre("samples | samples is 4, but greedy samples are all the same; write "
                          "samples: 1, or set sampling.temperature above 0"));
}

TEST(CheckConfigTest, WantsATextForACustomTemplateAndForNoOther) {
  EXPECT_THAT(TrainErrors("prompts { prompt_template: CUSTOM custom_template: 'Q: {prompt} A:' }"),
              IsEmpty());
  EXPECT_THAT(TrainErrors("prompts { prompt_template: CUSTOM }"),
              ElementsAre("prompts.prompt_template | prompts.prompt_template is CUSTOM; write "
                          "custom_template: \"… {prompt} …\""));
  EXPECT_THAT(TrainErrors("prompts { custom_template: '{prompt}' }"),
              ElementsAre("prompts.custom_template | prompts.custom_template is not used; write "
                          "prompt_template: CUSTOM"));
  EXPECT_THAT(TrainErrors("prompts { prompt_template: CUSTOM custom_template: 'Q:' }"),
              ElementsAre("prompts.custom_template | prompts.custom_template lacks {prompt}, where "
                          "the prompt goes"));
  EXPECT_THAT(
      TrainErrors("evaluation { prompts { file: 'e' prompt_template: CUSTOM } }"),
      ElementsAre("evaluation.prompts.prompt_template | evaluation.prompts.prompt_template is "
                  "CUSTOM; write custom_template: \"… {prompt} …\""));
}

TEST(CheckConfigTest, WantsTextsThatSaySomething) {
  EXPECT_THAT(TrainErrors("model { checkpoint: '' } prompts { file: '' }"),
              ElementsAre("model.checkpoint | model.checkpoint is empty; write a text into its "
                          "quotes",
                          "prompts.file[1] | prompts.file[1] is empty; write a text into its "
                          "quotes"));
}

TEST(CheckConfigTest, AsksServicesWhereTheyCanBe) {
  EXPECT_THAT(
      TrainErrors("rewards { judge { model: 'm' } }"),
      ElementsAre("rewards[1].judge.url | rewards[1].judge.url is not set; write url: \"…\""));
  EXPECT_THAT(TrainErrors("rewards { model { url: 'http://a' url: 'b:80' } }"),
              ElementsAre("rewards[1].model.url[1] | rewards[1].model.url[1] \"b:80\" is no URL of "
                          "http or https"));
  EXPECT_THAT(
      TrainErrors("rewards { judge { url: 'http://a' model: 'm' api_key_env: 'WHET_NO_SUCH' } }"),
      ElementsAre("rewards[1].judge.api_key_env | rewards[1].judge.api_key_env is "
                  "\"WHET_NO_SUCH\", and there is no such environment variable; export it with "
                  "the key of the service"));
}

TEST(CheckConfigTest, SendsServicesWhatTheyTake) {
  EXPECT_THAT(
      TrainErrors("rewards { model { url: 'http://a' protocol: OPENRLHF "
                  "input: CONVERSATION text_template: '{response}' } }"),
      ElementsAre("rewards[1].model.input | rewards[1].model.input is CONVERSATION, which "
                  "VLLM alone takes; write a text_template with the model's own chat format",
                  "rewards[1].model.text_template | rewards[1].model.text_template is not "
                  "used; write input: TEXT"));
  EXPECT_THAT(TrainErrors("rewards { model { url: 'http://a' text_template: '{question}' } }"),
              ElementsAre("rewards[1].model.text_template | rewards[1].model.text_template lacks "
                          "{response}"));
  EXPECT_THAT(
      TrainErrors("rewards { judge { url: 'http://a' model: 'm' prompt_template: 'x' "
                  "extra_body: '[]' } }"),
      ElementsAre("rewards[1].judge.prompt_template | rewards[1].judge.prompt_template lacks "
                  "{reference}",
                  "rewards[1].judge.prompt_template | rewards[1].judge.prompt_template lacks "
                  "{answer}",
                  "rewards[1].judge.extra_body | rewards[1].judge.extra_body is no JSON object; "
                  "write '{\"top_p\": 0.9}'"));
}

TEST(ElementNameTest, IsTheNameOrElseTheKind) {
  config::RewardRule rule;
  EXPECT_EQ(ElementName(rule), "");
  rule.mutable_format();
  EXPECT_EQ(ElementName(rule), "format");
  rule.set_name("tags");
  EXPECT_EQ(ElementName(rule), "tags");
}

}  // namespace
}  // namespace whet
