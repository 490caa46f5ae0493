// The rules of a configuration that is otherwise not looked at.
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/config_reader.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "proto/config.pb.h"

namespace whet {
namespace {

using ::testing::StartsWith;

constexpr char kTrain[] =
    "steps: 10\n"
    "model { checkpoint: \"base\" }\n"
    "prompts { file: \"a.jsonl\" }\n"
    "rewards { answer {} }\n";

// The rules of a file with this text.
absl::StatusOr<config::RulesConfig> RulesOf(const std::string& text,
                                            const std::vector<std::string>& sets = {}) {
  const std::string path =
      absl::StrCat(::testing::TempDir(), "/",
                   ::testing::UnitTest::GetInstance()->current_test_info()->name(), ".textproto");
  std::ofstream(path) << text;
  config::RulesConfig rules;
  const absl::Status status = ReadRules(path, sets, &rules);
  if (status.ok()) return rules;
  return absl::Status(status.code(), absl::StrReplaceAll(status.message(), {{path, "FILE"}}));
}

TEST(ReadRulesTest, TakesThemOutOfAnyFileThatHasThem) {
  for (const std::string& text :
       {std::string(kTrain), std::string("rewards { answer {} }"),
        std::string("evaluation { samples: 4 } rewards { answer {} } engine { threads: 1 }")}) {
    const absl::StatusOr<config::RulesConfig> rules = RulesOf(text);
    ASSERT_TRUE(rules.ok()) << rules.status();
    EXPECT_EQ(rules->rewards_size(), 1);
    EXPECT_FALSE(rules->has_sandbox());
  }
  EXPECT_TRUE(RulesOf("rewards { code {} } sandbox { jails: 3 }")->has_sandbox());
}

TEST(ReadRulesTest, ATrainConfigHasAllSettingsOfAFileWithRules) {
  for (const auto* type : {config::EvalConfig::descriptor(), config::RulesConfig::descriptor()}) {
    for (int i = 0; i < type->field_count(); ++i) {
      const auto* field =
          config::TrainConfig::descriptor()->FindFieldByName(type->field(i)->name());
      ASSERT_NE(field, nullptr) << type->field(i)->full_name();
      EXPECT_EQ(field->message_type(), type->field(i)->message_type());
    }
  }
}

TEST(ReadRulesTest, SetsChangeTheRulesAndNothingElse) {
  EXPECT_EQ(RulesOf(kTrain, {"rewards[answer].weight=2"})->rewards(0).weight(), 2);
  EXPECT_THAT(std::string(RulesOf(kTrain, {"steps=2"}).status().message()),
              StartsWith("--set steps=2: no setting \"steps\""));
}

TEST(ReadRulesTest, SaysWhatIsWrongWithThem) {
  EXPECT_THAT(std::string(RulesOf("steps: 3").status().message()),
              StartsWith("FILE: rewards is not set; write rewards { answer {} }"));
  EXPECT_THAT(
      std::string(RulesOf("rewards { answer {} }\nrewards { answer {} }").status().message()),
      StartsWith("FILE:2:1: two rules are called answer"));
  EXPECT_THAT(std::string(RulesOf("rewardz { answer {} }").status().message()),
              StartsWith("FILE:1:1: no setting \"rewardz\"; did you mean \"rewards\""));
}

}  // namespace
}  // namespace whet
