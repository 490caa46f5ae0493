#include "cli/config_reader.h"

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/random.h"
#include "cli/config_schema.h"
#include "cli/config_table.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "proto/config.pb.h"
#include "proto/setting.pb.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// The shortest file that is right; line 4 is for the test.
constexpr char kShortest[] =
    "steps: 10\n"
    "model { checkpoint: \"base\" }\n"
    "prompts { file: \"a.jsonl\" }\n"
    "\n"
    "rewards { answer {} }\n";

struct Outcome {
  absl::Status status;
  config::TrainConfig config;
  ConfigPlaces places{"t.textproto"};

  // Its error, with FILE for the file's name.
  std::string error() const { return std::string(status.message()); }
};

Outcome ReadText(const std::string& text, const std::vector<std::string>& sets = {}) {
  const std::string path =
      absl::StrCat(::testing::TempDir(), "/",
                   ::testing::UnitTest::GetInstance()->current_test_info()->name(), ".textproto");
  std::ofstream(path) << text;
  Outcome outcome{.status = {}, .config = {}, .places = ConfigPlaces("FILE")};
  const absl::Status status = ReadConfig(path, sets, &outcome.config, &outcome.places);
  outcome.status =
      absl::Status(status.code(), absl::StrReplaceAll(status.message(), {{path, "FILE"}}));
  return outcome;
}

// kShortest with `line` as its fourth.
Outcome ReadLine4(const std::string& line, const std::vector<std::string>& sets = {}) {
  std::vector<std::string> lines = absl::StrSplit(kShortest, '\n');
  lines[3] = line;
  return ReadText(absl::StrJoin(lines, "\n"), sets);
}

std::string ErrorOfLine4(const std::string& line) {
  const Outcome outcome = ReadLine4(line);
  EXPECT_TRUE(absl::IsInvalidArgument(outcome.status)) << line;
  return outcome.error();
}

std::string ErrorOfSet(const std::string& set) {
  const Outcome outcome = ReadLine4("", {set});
  EXPECT_TRUE(absl::IsInvalidArgument(outcome.status)) << set;
  return outcome.error();
}

TEST(ReadConfigTest, TakesTheShortestFileWithDefaults) {
  const Outcome outcome = ReadText(kShortest);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(outcome.config.steps(), 10);
  EXPECT_EQ(outcome.config.rollout().group_size(), 16);
}

TEST(ReadConfigTest, NamesAFileThatIsNotThere) {
  config::TrainConfig config;
  ConfigPlaces places("none.textproto");
  const absl::Status status = ReadConfig("/nonexistent/none.textproto", {}, &config, &places);
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(status.message(), HasSubstr("/nonexistent/none.textproto"));
}

TEST(ReadConfigTest, SuggestsTheNearestSetting) {
  EXPECT_EQ(ErrorOfLine4("loss { clip_lo: 0.1 }"),
            "FILE:4:8: no setting \"clip_lo\" in loss; did you mean \"clip_low\"?");
  EXPECT_EQ(ErrorOfLine4("optimiser {}"),
            "FILE:4:1: no setting \"optimiser\"; did you mean \"optimizer\"?");
}

TEST(ReadConfigTest, SaysWhereAMisplacedSettingBelongs) {
  EXPECT_EQ(ErrorOfLine4("lr: 1e-5"), "FILE:4:1: no setting \"lr\"; it belongs in optimizer.lr");
}

TEST(ReadConfigTest, ListsTheSettingsWhereNoneIsNear) {
  EXPECT_EQ(ErrorOfLine4("checkpoint { frequency: 1 }"),
            "FILE:4:14: no setting \"frequency\" in checkpoint; there are every_steps, keep");
}

TEST(ReadConfigTest, RefusesValuesOfAnotherType) {
  EXPECT_EQ(ErrorOfLine4("seed: \"one\""), "FILE:4:7: expected integer, got: \"one\"");
  EXPECT_EQ(ErrorOfLine4("optimizer { lr: fast }"), "FILE:4:17: expected double, got: fast");
  EXPECT_THAT(ErrorOfLine4("rollout { mask_truncated: maybe }"),
              HasSubstr("mask_truncated is maybe; it must be true or false"));
  EXPECT_EQ(ErrorOfLine4("loss { aggregation: PPO }"),
            "FILE:4:21: no value PPO for aggregation; it is one of DAPO, GRPO, DR_GRPO");
}

TEST(ReadConfigTest, RefusesASettingThatIsSetTwice) {
  EXPECT_EQ(ErrorOfLine4("seed: 1 seed: 2"), "FILE:4:9: seed is set twice; keep one of them");
  EXPECT_THAT(ErrorOfLine4("model { checkpoint: \"b\" }"), HasSubstr("model is set twice"));
}

TEST(ReadConfigTest, RefusesTwoKindsInOneRule) {
  EXPECT_THAT(ErrorOfLine4("rewards { answer {} format {} }"),
              HasSubstr("format stands beside answer; give each a rule of its own"));
}

TEST(ReadConfigTest, RefusesValuesOutsideTheirRange) {
  EXPECT_EQ(ErrorOfLine4("loss { clip_low: -1 }"),
            "FILE:4:8: loss.clip_low is -1; it must be in [0, inf)");
  EXPECT_EQ(ErrorOfLine4("sampling { top_p: 0 }"),
            "FILE:4:12: sampling.top_p is 0; it must be in (0, 1]");
  EXPECT_EQ(ErrorOfLine4("optimizer { lr: nan }"),
            "FILE:4:13: optimizer.lr is nan; it must be in (0, inf)");
}

TEST(ReadConfigTest, NamesEverythingThatIsMissing) {
  EXPECT_EQ(ReadText("steps: 1").error(),
            "FILE: model.checkpoint is not set; write checkpoint: \"…\"\n"
            "FILE: prompts.file is not set; write file: \"…\"\n"
            "FILE: rewards is not set; write rewards { … }");
}

TEST(ReadConfigTest, TellsEveryErrorOfMeaningAtOnce) {
  const std::vector<std::string> lines = absl::StrSplit(
      ErrorOfLine4("loss { clip_low: -1 clip_high: -1 } seed: 3 engine { threads: -2 }"), '\n');
  EXPECT_THAT(lines, ElementsAre(StartsWith("FILE:4:8: loss.clip_low"),
                                 StartsWith("FILE:4:21: loss.clip_high"),
                                 StartsWith("FILE:4:54: engine.threads")));
}

TEST(ReadConfigTest, RefusesCombinationsThatMakeNoSense) {
  EXPECT_THAT(ErrorOfLine4("rollout { minibatches: 5 }"),
              HasSubstr("FILE:4:11: rollout.minibatches is 5, which does not divide the 512"));
  EXPECT_THAT(ErrorOfLine4("sampling { temperature: 0 }"), HasSubstr("teach nothing"));
  EXPECT_THAT(ErrorOfLine4("loss { reference_steps: 400 }"), HasSubstr("kl_coefficient"));
  EXPECT_THAT(ErrorOfLine4("optimizer { warmup_steps: 11 }"),
              HasSubstr("11, more than the 10 steps of the run"));
  EXPECT_THAT(ErrorOfLine4("rewards { answer {} }"), HasSubstr("two rules are called answer"));
  EXPECT_THAT(ErrorOfLine4("rewards { weight: 2 }"), HasSubstr("has no rule"));
  EXPECT_THAT(ErrorOfLine4("evaluation { samples: 4 prompts { file: \"e\" } }"),
              HasSubstr("evaluation.samples is 4, but greedy samples are all the same"));
  EXPECT_THAT(ErrorOfLine4("evaluation {}"), HasSubstr("evaluation.prompts.file is not set"));
}

TEST(ReadConfigTest, AsksForTheTextOfACustomTemplate) {
  const auto error_of = [](const std::string& more) {
    return ReadText(absl::StrReplaceAll(kShortest, {{"\"a.jsonl\"", "\"a.jsonl\" " + more}}))
        .error();
  };
  EXPECT_THAT(error_of("prompt_template: CUSTOM"), HasSubstr("write custom_template"));
  EXPECT_THAT(error_of("custom_template: \"{prompt}\""), HasSubstr("prompt_template: CUSTOM"));
  EXPECT_THAT(error_of("prompt_template: CUSTOM custom_template: \"Q:\""),
              HasSubstr("lacks {prompt}"));
  EXPECT_EQ(error_of("prompt_template: CUSTOM custom_template: \"Q: {prompt} A:\""), "");
}

TEST(ReadConfigTest, ReadsHostileFilesWithoutHarm) {
  // 2,000 files of kShortest with three bytes changed: right, or refused with the place.
  const RandomKey random(1, RandomPurpose::kSample);
  for (uint64_t i = 0; i < 2000; ++i) {
    std::string text = kShortest;
    for (uint64_t change = 0; change < 3; ++change) {
      const RandomKey key = random.Child(i).Child(change);
      text[key.Below(text.size(), 0)] = static_cast<char>(key.Below(256, 1));
    }
    const Outcome outcome = ReadText(text);
    ASSERT_TRUE(outcome.status.ok() || absl::StartsWith(outcome.error(), "FILE:")) << text;
  }
}

TEST(SetTest, WinsOverTheFileAndItsDefaults) {
  const Outcome outcome =
      ReadLine4("optimizer { lr: 1e-4 }",
                {"optimizer.lr=1e-5", "model.device=CPU", "rollout.mask_truncated=true",
                 "model.checkpoint=other/base", "rewards[0].weight=2", "seed=7"});
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(outcome.config.optimizer().lr(), 1e-5);
  EXPECT_EQ(outcome.config.model().device(), config::CPU);
  EXPECT_EQ(outcome.config.model().checkpoint(), "other/base");
  EXPECT_TRUE(outcome.config.rollout().mask_truncated());
  EXPECT_EQ(outcome.config.rewards(0).weight(), 2);
  EXPECT_EQ(outcome.places.Of("optimizer.lr"), "--set optimizer.lr=1e-5");
}

TEST(SetTest, ReplacesAListOrAppendsToIt) {
  EXPECT_THAT(ReadLine4("", {"prompts.file=b.jsonl"}).config.prompts().file(),
              ElementsAre("b.jsonl"));
  EXPECT_THAT(ReadLine4("", {"prompts.file+=b.jsonl"}).config.prompts().file(),
              ElementsAre("a.jsonl", "b.jsonl"));
}

TEST(SetTest, TakesTextsWithAndWithoutQuotes) {
  EXPECT_EQ(ReadLine4("", {"model.checkpoint=\"a b\""}).config.model().checkpoint(), "a b");
  EXPECT_EQ(ReadLine4("", {"model.checkpoint=a=b \\\"c"}).config.model().checkpoint(), "a=b \\\"c");
}

TEST(SetTest, SaysWhatIsWrong) {
  EXPECT_EQ(ErrorOfSet("optimizer.lr=abc"), "--set optimizer.lr=abc: expected a number, got abc");
  EXPECT_EQ(ErrorOfSet("optimizer.rate=1"),
            "--set optimizer.rate=1: no setting \"rate\" in optimizer; there are lr, schedule, "
            "warmup_steps, beta1, beta2, epsilon, weight_decay, gradient_norm_max, "
            "micro_batch_tokens");
  EXPECT_EQ(ErrorOfSet("lr=1"), "--set lr=1: no setting \"lr\"; it belongs in optimizer.lr");
  EXPECT_THAT(ErrorOfSet("optimizer"), HasSubstr("write it as SETTING=VALUE"));
  EXPECT_THAT(ErrorOfSet("optimizer=1"), HasSubstr("optimizer is a part"));
  EXPECT_THAT(ErrorOfSet("seed.x=1"), HasSubstr("seed has no parts"));
  EXPECT_THAT(ErrorOfSet("rewards[3].weight=1"), HasSubstr("rewards has 1 elements"));
  EXPECT_THAT(ErrorOfSet("rewards.weight=1"), HasSubstr("write rewards[0] for the first"));
  EXPECT_THAT(ErrorOfSet("seed+=1"), HasSubstr("seed is a single value"));
  EXPECT_THAT(ErrorOfSet("steps=5000000000"), HasSubstr("expected an integer"));
  EXPECT_THAT(ErrorOfSet("loss.clip_low=-1"),
              HasSubstr("--set loss.clip_low=-1: loss.clip_low is -1; it must be in"));
}

TEST(ConfigTableTest, TellsValueAndPlaceOfEverySetting) {
  const Outcome outcome = ReadLine4("optimizer { lr: 1e-4 }", {"seed=5"});
  const std::string table = ConfigTable(outcome.config, outcome.places);
  EXPECT_THAT(table, ::testing::ContainsRegex("optimizer.lr +0.0001 +.*:4:13\n"));
  EXPECT_THAT(table, ::testing::ContainsRegex("seed +5 +--set\n"));
  EXPECT_THAT(table, ::testing::ContainsRegex("rollout.group_size +16 +default\n"));
  EXPECT_THAT(table, ::testing::ContainsRegex("evaluation +\\(no evaluations\\) +default\n"));
}

TEST(FullConfigTextTest, ReadsBackAsTheSame) {
  const Outcome outcome = ReadLine4("optimizer { lr: 1e-4 }");
  const Outcome again = ReadText(FullConfigText(outcome.config));
  ASSERT_TRUE(again.status.ok()) << again.status;
  EXPECT_THAT(ConfigDifferences(outcome.config, again.config), IsEmpty());
  EXPECT_TRUE(again.config.optimizer().has_beta1());
  EXPECT_EQ(FullConfigText(again.config), FullConfigText(outcome.config));
}

TEST(ConfigDifferencesTest, NamesWhatChanged) {
  const Outcome before = ReadText(kShortest);
  const Outcome after =
      ReadLine4("rewards { format {} }", {"optimizer.lr=1e-5", "rollout.group_size=16"});
  EXPECT_THAT(
      ConfigDifferences(before.config, after.config),
      ElementsAre(
          "optimizer.lr: 1e-06 -> 1e-05", "rewards[0].answer.match: EXACT_OR_NUMERIC -> (none)",
          "rewards[0].answer.place: ANSWER_REGION -> (none)",
          "rewards[0].format.answer_tags: (none) -> true",
          "rewards[0].format.thought_prefilled: (none) -> false",
          "rewards[1].answer.match: (none) -> EXACT_OR_NUMERIC",
          "rewards[1].answer.place: (none) -> ANSWER_REGION", "rewards[1].gate: (none) -> false",
          "rewards[1].name: (none) -> (the kind of the rule)", "rewards[1].weight: (none) -> 1"));
}

// Every setting has a comment, every number a range, and everything that is not needed a default.
void CheckDocumented(const google::protobuf::Descriptor& part) {
  for (int i = 0; i < part.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *part.field(i);
    if (field.message_type() != nullptr) {
      CheckDocumented(*field.message_type());
      continue;
    }
    const std::string type = TypeText(field);
    EXPECT_FALSE(CommentOf(field).empty()) << field.full_name();
    if (type == "a number" || (type == "an integer" && field.name() != "seed")) {
      EXPECT_TRUE(field.options().HasExtension(config::range)) << field.full_name();
    }
    EXPECT_TRUE(field.has_default_value() || field.options().GetExtension(config::needed) ||
                field.options().HasExtension(config::unset))
        << field.full_name();
  }
}

TEST(ConfigSchemaTest, EverySettingIsDocumented) {
  CheckDocumented(*config::TrainConfig::descriptor());
  CheckDocumented(*config::SampleConfig::descriptor());
  CheckDocumented(*config::EvalConfig::descriptor());
  CheckDocumented(*config::SftConfig::descriptor());
}

TEST(ConfigSchemaTest, RangesHaveOpenAndClosedEnds) {
  const Range range = ParseRange("(0, 1]");
  EXPECT_FALSE(range.Contains(0));
  EXPECT_TRUE(range.Contains(0.5));
  EXPECT_TRUE(range.Contains(1));
  EXPECT_FALSE(range.Contains(1.5));
  EXPECT_TRUE(ParseRange("[1, inf)").Contains(1));
}

TEST(ConfigReferenceTest, ListsSettingsWithTheirMeaning) {
  const std::string reference = ConfigReference(config::TrainConfig());
  EXPECT_THAT(reference, HasSubstr("optimizer.lr  a number in (0, inf); default 1e-06\n"
                                   "    Learning rate, after the warm-up.\n"));
  EXPECT_THAT(reference, HasSubstr("      LINEAR: Falls to 0 at the last step.\n"));
}

}  // namespace
}  // namespace whet
