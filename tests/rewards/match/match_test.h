// What tests of the rules of rewards/match begin with.
#ifndef WHET_TESTS_REWARDS_MATCH_MATCH_TEST_H_
#define WHET_TESTS_REWARDS_MATCH_MATCH_TEST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "rewards/reward_rule.h"
#include "tests/rewards/rule_test.h"

namespace whet {

// The name of the verdict on one completion. It must go with its value, and a ground truth that
// cannot be read must be told when the data is loaded too.
inline std::string VerdictOf(RewardRule& rule, const std::string& gold, const std::string& text) {
  const RewardPart part = PartOf(rule, gold, text);
  if (!part.verdict) return "";
  EXPECT_EQ(part.value, PartOf(*part.verdict, "").value);
  const std::string fault = rule.GoldFaults({absl::string_view(gold)})->at(0);
  EXPECT_EQ(fault.empty(), *part.verdict != Verdict::kUnparseableGold);
  if (!fault.empty()) {
    EXPECT_EQ(fault, part.message);
  }
  return std::string(VerdictName(*part.verdict));
}

}  // namespace whet

#endif  // WHET_TESTS_REWARDS_MATCH_MATCH_TEST_H_
