// Rules of rewards/shape against TRL's functions (goldens/README.md, "rewards") and against the
// expressions of TRL and open-r1 on the cases of formats.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rewards/shape/cosine_rule.h"
#include "rewards/shape/overlong_rule.h"
#include "rewards/shape/repetition_rule.h"
#include "rewards/shape/tag_count_rule.h"
#include "rewards/shape/think_format_rule.h"
#include "tests/golden/format_cases.h"
#include "tests/golden/golden.h"
#include "tests/rewards/shape/shape_test.h"

namespace whet {
namespace {

std::unique_ptr<RewardRule> CosineRuleOf(const Json& args) {
  return std::make_unique<CosineRule>(
      CosineRuleOptions{.correctness = "right",
                        .length_max = *args.GetIntOr("max_len", 1000),
                        .correct_longest = *args.GetDoubleOr("min_value_correct", 0.5),
                        .correct_shortest = *args.GetDoubleOr("max_value_correct", 1.0),
                        .wrong_shortest = *args.GetDoubleOr("min_value_wrong", -1.0),
                        .wrong_longest = *args.GetDoubleOr("max_value_wrong", -0.5)});
}

// The rule that a function of TRL is; nullptr if it judges answers, as the mathematics rule does.
std::unique_ptr<RewardRule> RuleOf(absl::string_view function, const Json& args) {
  if (function == "cosine_scaled_reward") return CosineRuleOf(args);
  if (function == "think_format_reward") {
    return std::make_unique<ThinkFormatRule>(ThinkFormatRuleOptions{ThinkFormat::kTrl});
  }
  if (function == "soft_overlong_punishment") {
    return std::make_unique<OverlongRule>(
        OverlongRuleOptions{.tokens_max = *args.GetInt("max_completion_len"),
                            .cache = *args.GetInt("soft_punish_cache")});
  }
  if (function == "repetition_penalty_reward") {
    return std::make_unique<RepetitionRule>(
        RepetitionRuleOptions{.unit = RepetitionUnit::kTokens,
                              .ngram_size = static_cast<int>(*args.GetInt("ngram_size")),
                              .max_penalty = *args.GetDouble("max_penalty")});
  }
  return nullptr;
}

// What a rule that judges answers says of a row: its solutions are numbers, and its completions
// boxes, or neither. Nothing if TRL could not read the solution.
std::optional<double> CorrectnessOf(const Json& row) {
  const std::string solution = *row.GetStringOr("solution", "");
  if (solution.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return *row.GetString("completion") == absl::StrCat("\\boxed{", solution, "}") ? 1 : 0;
}

Sampled SampledOf(const Json& row) {
  Sampled sampled = {.text = *row.GetStringOr("completion", "")};
  if (const Json* ids = row.Find("completion_ids"); ids != nullptr) {
    for (const int64_t id : IntegersIn(*ids)) {
      sampled.tokens.push_back(static_cast<int32_t>(id));
    }
  }
  if (row.Find("solution") != nullptr) sampled.correctness = CorrectnessOf(row);
  return sampled;
}

bool Agree(std::optional<double> ours, const Json& theirs) {
  if (!ours || theirs.is_null()) return !ours && theirs.is_null();
  return std::abs(*ours - *theirs.Double()) < 1e-6;
}

TEST(RewardsGoldenTest, AgreeWithTrl) {
  if (SharedDirectory().empty()) GTEST_SKIP() << "WHET_SHARED is not set";
  Tally tally("rewards: values of TRL's functions");
  std::map<std::string, int> left_out;
  int number = 0;
  for (const Json& row : ReadJsonLines(SharedDirectory() + "/goldens/rewards.jsonl")) {
    ++number;
    const std::string function(*row.GetString("reward"));
    const std::unique_ptr<RewardRule> rule = RuleOf(function, *row.Find("args"));
    if (rule == nullptr) {
      ++left_out[function];  // Of the mathematics rule.
      continue;
    }
    const std::optional<double> ours = ValueOf(*rule, SampledOf(row));
    const Json& theirs = *row.Find("value");
    tally.Count(absl::StrCat(function, ", line ", number), Agree(ours, theirs),
                absl::StrCat(ours ? absl::StrCat(*ours) : "none", " not ", theirs.Dump()));
  }
  for (const auto& [function, count] : left_out) {
    std::printf("rewards: %d rows of %s left out\n", count, function.c_str());
  }
}

TEST(RewardsGoldenTest, AgreeWithTheExpressionsOfOthersOnFormats) {
  if (SharedDirectory().empty()) GTEST_SKIP() << "WHET_SHARED is not set";
  Tally tally("cases/format: expressions of TRL and open-r1");
  for (const FormatCase& format : FormatCases()) {
    const Completion completion = ParseCompletion(format.text, {});
    const Json& row = format.row;
    tally.Count(
        absl::StrCat(format.name, ", TRL"),
        MatchesThinkFormat(completion, ThinkFormat::kTrl) == *row.GetBool("trl_think_format"));
    tally.Count(
        absl::StrCat(format.name, ", open-r1"),
        MatchesThinkFormat(completion, ThinkFormat::kOpenR1) == *row.GetBool("openr1_format"));
    tally.Count(absl::StrCat(format.name, ", open-r1's tags"),
                TagCountValue(completion) == *row.GetDouble("openr1_tag_count"));
  }
}

}  // namespace
}  // namespace whet
