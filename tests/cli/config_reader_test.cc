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

TEST(ReadConfigTest, NamesAFileThatCannotBeRead) {
  config::TrainConfig config;
  ConfigPlaces places("none.textproto");
  const absl::Status none = ReadConfig("/nonexistent/none.textproto", {}, &config, &places);
  EXPECT_TRUE(absl::IsNotFound(none));
  EXPECT_EQ(none.message(),
            "/nonexistent/none.textproto: No such file or directory; name a .textproto file that "
            "can be read");
  const absl::Status folder = ReadConfig("/tmp", {}, &config, &places);
  EXPECT_TRUE(absl::IsNotFound(folder));
  EXPECT_THAT(std::string(folder.message()), StartsWith("/tmp: Is a directory; "));
}

TEST(ReadConfigTest, RefusesAFileThatIsTooLargeToBeOne) {
  EXPECT_EQ(ReadText(std::string((1 << 20) + 1, '#')).error(),
            "FILE: 1048577 bytes are no configuration; name another file");
}

TEST(ReadConfigTest, TakesTheCommentsThatEditorsRead) {
  EXPECT_TRUE(
      ReadLine4("# proto-file: proto/config.proto\n# proto-message: TrainConfig # {").status.ok());
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
  EXPECT_EQ(ErrorOfLine4("engine { threads: \"one\" }"),
            "FILE:4:19: expected an integer, got \"one\"");
  EXPECT_EQ(ErrorOfLine4("engine { kv_cache_bytes: 1e9 }"),
            "FILE:4:26: expected an integer, got \"1e9\"");
  EXPECT_EQ(ErrorOfLine4("seed: -1"), "FILE:4:7: expected an integer from 0 on, got \"-1\"");
  EXPECT_EQ(ErrorOfLine4("optimizer { lr: fast }"), "FILE:4:17: expected a number, got \"fast\"");
  EXPECT_EQ(ErrorOfLine4("rewards { name: x }"), "FILE:4:17: expected a text in quotes, got \"x\"");
  EXPECT_EQ(ErrorOfLine4("rollout { mask_truncated: maybe }"),
            "FILE:4:27: expected true or false, got \"maybe\"");
  EXPECT_EQ(ErrorOfLine4("loss { aggregation: PPO }"),
            "FILE:4:21: no value \"PPO\" for loss.aggregation; it may be DAPO, GRPO or DR_GRPO");
  EXPECT_EQ(ErrorOfLine4("loss { aggregation: \"DAPO\" }"),
            "FILE:4:21: no value \"DAPO\" for loss.aggregation; it may be DAPO, GRPO or DR_GRPO, "
            "without quotes");
}

TEST(ReadConfigTest, RefusesIntegersThatDoNotFit) {
  EXPECT_EQ(ErrorOfLine4("rollout { group_size: 5000000000 }"),
            "FILE:4:23: rollout.group_size is 5000000000; it must fit into 32 bits");
  EXPECT_EQ(ErrorOfLine4("seed: 18446744073709551616"),
            "FILE:4:7: seed is 18446744073709551616; it must fit into 64 bits");
}

TEST(ReadConfigTest, PointsAtTheWordThoughProtobufIsBehindIt) {
  // protobuf finds these when it has read the next word, here on the next line.
  EXPECT_EQ(ErrorOfLine4("loss {\n  aggregation: PPO # PPO\n}"),
            "FILE:5:16: no value \"PPO\" for loss.aggregation; it may be DAPO, GRPO or DR_GRPO");
  EXPECT_EQ(ErrorOfLine4("rollout {\n  mask_truncated: maybe\n}"),
            "FILE:5:19: expected true or false, got \"maybe\"");
  EXPECT_EQ(ErrorOfLine4("seed: 1\nseed\n: 2"), "FILE:5:1: seed is set twice; keep one of them");
  EXPECT_EQ(ErrorOfLine4("loss {\n  clip_lo\n  # clip_lo\n  : 1\n}"),
            "FILE:5:3: no setting \"clip_lo\" in loss; did you mean \"clip_low\"?");
}

TEST(ReadConfigTest, CountsColumnsInCharacters) {
  EXPECT_EQ(ErrorOfLine4("\tloss\t{\tclip_lo: 1 }"),
            "FILE:4:9: no setting \"clip_lo\" in loss; did you mean \"clip_low\"?");
  EXPECT_EQ(ErrorOfLine4("\tloss\t{\tclip_low: -1 }"),
            "FILE:4:9: loss.clip_low is -1; it must be in [0, inf)");
  EXPECT_THAT(ErrorOfLine4("rewards { name: \"é…\" format {} weigth: 1 }"),
              StartsWith("FILE:4:32: no setting \"weigth\""));
}

TEST(ReadConfigTest, NamesTheWholePathOfAPart) {
  EXPECT_EQ(ErrorOfLine4("evaluation { sampling { token_max: 1 } }"),
            "FILE:4:25: no setting \"token_max\" in evaluation.sampling; did you mean "
            "\"tokens_max\"?");
  // Commas, semicolons, angle brackets and lists are text format too.
  EXPECT_EQ(ErrorOfLine4("rewards: [{ format <>; name: \"a\" }, { format {}, weigth: 1 }]"),
            "FILE:4:50: no setting \"weigth\" in rewards[1]; did you mean \"weight\"?");
}

TEST(ReadConfigTest, RefusesBrokenSyntax) {
  EXPECT_EQ(ErrorOfLine4("seed = 1"), "FILE:4:6: expected \":\", got \"=\"; write seed: …");
  EXPECT_EQ(ErrorOfLine4("sampling: 3"), "FILE:4:11: sampling is a part; write sampling { … }");
  EXPECT_EQ(ErrorOfLine4("}"),
            "FILE:4:1: nothing is open that this \"}\" could close; leave it out");
  EXPECT_EQ(ErrorOfLine4("evaluation { prompts { file: [\"a\"; \"b\"] } }"),
            "FILE:4:34: expected \",\", got \";\"");
  EXPECT_EQ(ErrorOfLine4("1: 2"), "FILE:4:1: expected a setting, got \"1\"");
  EXPECT_EQ(ErrorOfLine4("rewards { name: \"x }"),
            "FILE:4:21: a text ends with its line; close its quotes, and write a line break as "
            "\\n");
  EXPECT_EQ(ErrorOfLine4("é: 1"),
            "FILE:4:1: a character beyond ASCII stands outside of quotes; put the text in quotes");
  EXPECT_EQ(ReadText("steps: 10\nloss { clip_low: 1").error(),
            "FILE:2:19: the file ends within loss; write the missing \"}\"");
  EXPECT_EQ(ReadText("steps:").error(), "FILE:1:7: expected an integer, got nothing");
}

TEST(ReadConfigTest, RefusesASettingThatIsSetTwice) {
  EXPECT_EQ(ErrorOfLine4("seed: 1 seed: 2"), "FILE:4:9: seed is set twice; keep one of them");
  EXPECT_EQ(ErrorOfLine4("loss { clip_low: 1 clip_low: 1 }"),
            "FILE:4:20: loss.clip_low is set twice; keep one of them");
  EXPECT_EQ(ErrorOfLine4("model { device: CPU }"),
            "FILE:4:1: model is set twice; keep one of them");
}

TEST(ReadConfigTest, RefusesTwoKindsInOneRule) {
  EXPECT_EQ(ErrorOfLine4("rewards { answer {} format {} }"),
            "FILE:4:21: format stands beside answer; give each a rule of its own");
}

TEST(ReadConfigTest, KnowsThePlacesOfElementsInBrackets) {
  EXPECT_THAT(ErrorOfLine4("rewards: [{ format {} weight: nan },\n{ name: \"b\" weight: nan }]"),
              StartsWith("FILE:4:23: rewards[0].weight is nan; it must be in (-inf, inf)\n"
                         "FILE:5:13: rewards[1].weight is nan; it must be in (-inf, inf)\n"
                         "FILE:4:1: rewards[1] has no rule; write one into it: answer {}, "));
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
            "FILE: model.checkpoint is not set; write model { checkpoint: \"…\" }\n"
            "FILE: prompts.file is not set; write prompts { file: \"…\" }\n"
            "FILE: rewards is not set; write rewards { answer {} }");
  // Into a part that is there it is written alone: a second `evaluation` would be an error.
  EXPECT_EQ(ErrorOfLine4("evaluation {}"),
            "FILE:4:1: evaluation.prompts.file is not set; write prompts { file: \"…\" }");
  EXPECT_EQ(ErrorOfLine4("evaluation { prompts {} }"),
            "FILE:4:14: evaluation.prompts.file is not set; write file: \"…\"");
}

TEST(ReadConfigTest, TellsEveryErrorOfMeaningAtOnce) {
  const std::vector<std::string> lines = absl::StrSplit(
      ErrorOfLine4("loss { clip_low: -1 clip_high: -1 } seed: 3 engine { threads: -2 }"), '\n');
  EXPECT_THAT(lines, ElementsAre(StartsWith("FILE:4:8: loss.clip_low"),
                                 StartsWith("FILE:4:21: loss.clip_high"),
                                 StartsWith("FILE:4:54: engine.threads")));
}

TEST(ReadConfigTest, TellsWhereCombinationsMakeNoSense) {
  EXPECT_THAT(ErrorOfLine4("rollout { minibatches: 5 }"),
              StartsWith("FILE:4:11: rollout.minibatches is 5"));
  EXPECT_THAT(ErrorOfLine4("rewards { answer {} }"),
              StartsWith("FILE:5:1: two rules are called answer"));
}

TEST(ReadConfigTest, ReadsHostileFilesAndSetsWithoutHarm) {
  // 2,000 files and arguments with three bytes changed: right, or refused with the place. All that
  // is said is in the status; protobuf prints nothing.
  const std::string good =
      absl::StrReplaceAll(kShortest, {{"\n\n", "\nevaluation { prompts { file: [\"é\"] } }\n"}});
  const RandomKey random(1, RandomPurpose::kSample);
  const auto change = [&](std::string text, uint64_t i) {
    for (uint64_t n = 0; n < 3; ++n) {
      const RandomKey key = random.Child(i).Child(n);
      text[key.Below(text.size(), 0)] = static_cast<char>(key.Below(256, 1));
    }
    return text;
  };
  ::testing::internal::CaptureStderr();
  for (uint64_t i = 0; i < 2000; ++i) {
    const Outcome file = ReadText(change(good, i));
    ASSERT_TRUE(file.status.ok() ||
                (absl::IsInvalidArgument(file.status) && absl::StartsWith(file.error(), "FILE:")))
        << i << ": " << file.status;
    const Outcome set = ReadText(good, {change("rewards[0].answer.place=LAST_NUMBER", i)});
    ASSERT_TRUE(set.status.ok() ||
                (absl::IsInvalidArgument(set.status) && absl::StartsWith(set.error(), "--set ")))
        << i << ": " << set.status;
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
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
  EXPECT_EQ(ReadLine4("", {"model.checkpoint='a b'"}).config.model().checkpoint(), "a b");
  EXPECT_EQ(ReadLine4("", {"model.checkpoint=a=b \\\"c #é"}).config.model().checkpoint(),
            "a=b \\\"c #é");
}

TEST(SetTest, FindsElementsByNumberAndByName) {
  const Outcome outcome = ReadLine4("rewards { name: \"tags\" format {} }",
                                    {"rewards[tags].weight=2", "rewards[answer].weight=3",
                                     "rewards[0].format.answer_tags=false"});
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(outcome.config.rewards(0).weight(), 2);
  EXPECT_EQ(outcome.config.rewards(1).weight(), 3);
  EXPECT_FALSE(outcome.config.rewards(0).format().answer_tags());
  EXPECT_EQ(outcome.places.Of("rewards[0].weight"), "--set rewards[tags].weight=2");
}

TEST(SetTest, MakesPartsThatAreNotThere) {
  const Outcome outcome = ReadLine4("", {"evaluation.prompts.file=e.jsonl"});
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_THAT(outcome.config.evaluation().prompts().file(), ElementsAre("e.jsonl"));
  EXPECT_EQ(ErrorOfSet("evaluation.samples=1"),
            "--set evaluation.samples=1: evaluation.prompts.file is not set; write prompts { "
            "file: \"…\" }");
}

TEST(SetTest, SaysWhatIsWrongWithThePath) {
  EXPECT_EQ(ErrorOfSet("optimizer.rate=1"),
            "--set optimizer.rate=1: no setting \"rate\" in optimizer; there are lr, schedule, "
            "warmup_steps, beta1, beta2, epsilon, weight_decay, gradient_norm_max, "
            "lr_min_ratio, micro_batch_tokens");
  EXPECT_EQ(ErrorOfSet("lr=1"), "--set lr=1: no setting \"lr\"; it belongs in optimizer.lr");
  EXPECT_THAT(ErrorOfSet("optimizer"), HasSubstr("write it as SETTING=VALUE"));
  EXPECT_THAT(ErrorOfSet("=1"), HasSubstr("write it as SETTING=VALUE"));
  EXPECT_THAT(ErrorOfSet("optimizer=1"),
              HasSubstr("optimizer is a part; set one of its settings, as in optimizer.lr=…"));
  EXPECT_THAT(ErrorOfSet("seed.x=1"), HasSubstr("seed is a single setting; write seed=…"));
  EXPECT_THAT(ErrorOfSet("seed+=1"), HasSubstr("seed is a single value; write seed=…"));
  EXPECT_THAT(ErrorOfSet("model[0].device=CPU"), HasSubstr("model is no list; leave out [0]"));
}

TEST(SetTest, SaysWhatIsWrongWithAnElement) {
  const std::string which = "write which of rewards: rewards[0] (answer)";
  EXPECT_THAT(ErrorOfSet("rewards[1].weight=1"), HasSubstr(which));
  EXPECT_THAT(ErrorOfSet("rewards[-1].weight=1"), HasSubstr(which));
  EXPECT_THAT(ErrorOfSet("rewards[format].weight=1"), HasSubstr(which));
  EXPECT_THAT(ErrorOfSet("rewards.weight=1"), HasSubstr(which));
  EXPECT_THAT(ErrorOfSet("rewards[0.weight=1"), HasSubstr("rewards[0 lacks its \"]\""));
  EXPECT_THAT(ErrorOfSet("prompts.file[0]=b"),
              HasSubstr("write prompts.file=… or prompts.file+=… to append"));
  EXPECT_EQ(ErrorOfSet("rewards[0].format.answer_tags=true"),
            "--set rewards[0].format.answer_tags=true: rewards[0] is of the kind answer; change "
            "the file to make it format");
}

TEST(SetTest, SaysWhatIsWrongWithTheValue) {
  EXPECT_EQ(ErrorOfSet("optimizer.lr=abc"),
            "--set optimizer.lr=abc: expected a number, got \"abc\"");
  EXPECT_EQ(ErrorOfSet("steps="), "--set steps=: expected an integer, got nothing");
  EXPECT_THAT(ErrorOfSet("steps=5 6"), HasSubstr("expected an integer, got \"5 6\""));
  EXPECT_THAT(ErrorOfSet("steps=5#6"), HasSubstr("expected an integer, got \"5#6\""));
  EXPECT_THAT(ErrorOfSet("steps=5000000000"), HasSubstr("it must fit into 32 bits"));
  EXPECT_EQ(ErrorOfSet("model.device=1"),
            "--set model.device=1: no value \"1\" for model.device; it may be AUTO_DEVICE, CPU or "
            "CUDA");
  EXPECT_THAT(ErrorOfSet("model.checkpoint=\"a"), HasSubstr("expected a text in quotes, got \"a"));
  EXPECT_THAT(ErrorOfSet("loss.clip_low=-1"),
              HasSubstr("--set loss.clip_low=-1: loss.clip_low is -1; it must be in"));
}

TEST(SetTest, TellsEveryErrorAtOnce) {
  EXPECT_EQ(ReadLine4("loss { clip_low: -1 }", {"stepz=1", "seed=x"}).error(),
            "--set stepz=1: no setting \"stepz\"; did you mean \"steps\"?\n"
            "--set seed=x: expected an integer from 0 on, got \"x\"");
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
  const Outcome outcome = ReadLine4(
      "optimizer { lr: 1e-4 beta1: 0.30000000000000004 } rewards { name: \"é\" format {} }",
      {"prompts.prompt_template=CUSTOM", "prompts.custom_template=\"# é\\n\\\"{prompt}\""});
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  const Outcome again = ReadText(FullConfigText(outcome.config));
  ASSERT_TRUE(again.status.ok()) << again.status;
  EXPECT_THAT(ConfigDifferences(outcome.config, again.config), IsEmpty());
  EXPECT_TRUE(again.config.optimizer().has_beta2());
  EXPECT_EQ(again.config.optimizer().beta1(), 0.30000000000000004);
  EXPECT_FALSE(again.config.has_evaluation());
  EXPECT_EQ(FullConfigText(again.config), FullConfigText(outcome.config));
  EXPECT_THAT(FullConfigText(outcome.config), HasSubstr("custom_template: \"# é\\n\\\"{prompt}\""));
}

TEST(ConfigDifferencesTest, NamesWhatChanged) {
  const Outcome before = ReadText(kShortest);
  const Outcome after =
      ReadLine4("rewards { stop {} }", {"optimizer.lr=1e-5", "rollout.group_size=16"});
  EXPECT_THAT(
      ConfigDifferences(before.config, after.config),
      ElementsAre(
          "optimizer.lr: 1e-06 -> 1e-05", "rewards[0].answer.match: EXACT_OR_NUMERIC -> (none)",
          "rewards[0].answer.place: ANSWER_REGION -> (none)", "rewards[0].stop: (none) -> {}",
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
  CheckDocumented(*config::RulesConfig::descriptor());
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
