// With whet-verify itself.
#include "rewards/verify/math_pool.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<MathPool> Pool(MathPoolOptions options = {}) {
  if (options.workers == 0) options.workers = 1;
  absl::StatusOr<std::unique_ptr<MathPool>> pool = MathPool::Create(options);
  EXPECT_TRUE(pool.ok()) << pool.status();
  return *std::move(pool);
}

MathRequest Pair(std::string gold, std::string answer) {
  return {.gold = std::move(gold), .answer = std::move(answer)};
}

// Takes seconds, for it may.
MathRequest Endless() {
  MathRequest request = Pair("3", "\\sum_{k=1}^{99999} \\sin(k^2)^{\\frac{1}{k}}");
  request.options.compare.scalar.terms_max = 1'000'000;
  request.options.compare.scalar.work_max = int64_t{1} << 60;
  return request;
}

TEST(MathPoolTest, JudgesAsTheLibraryDoes) {
  const auto pool = Pool();
  const std::vector<MathReply> replies =
      pool->Ask({Pair("\\frac12", "0.5"), Pair("1", "2"), Pair("1", "\\frac{"), Pair("{", "1")});
  EXPECT_EQ(replies[0].judgement.verdict, Verdict::kCorrect);
  EXPECT_EQ(replies[0].judgement.gold_parsed, "(divide 1 2)");
  EXPECT_EQ(replies[1].judgement.verdict, Verdict::kWrong);
  EXPECT_EQ(replies[2].judgement.verdict, Verdict::kUnparseableAnswer);
  EXPECT_EQ(replies[3].judgement.verdict, Verdict::kUnparseableGold);
}

TEST(MathPoolTest, GivesKeys) {
  const auto pool = Pool();
  const std::vector<MathReply> replies =
      pool->Ask({{.kind = MathRequest::Kind::kKey, .gold = "", .answer = "\\frac{2}{4}"},
                 {.kind = MathRequest::Kind::kKey, .gold = "", .answer = "\\frac{"}});
  EXPECT_EQ(replies[0].key, "1/2");
  EXPECT_EQ(replies[1].key, std::nullopt);
}

TEST(MathPoolTest, WhatTakesTooLongCostsOneVerdict) {
  MathPoolOptions options;
  options.cpu_max = absl::Milliseconds(20);
  const auto pool = Pool(options);
  const std::vector<MathReply> replies =
      pool->Ask({Pair("1", "1"), Endless(), Pair("2", "2"), Endless(), Pair("3", "3")});
  EXPECT_EQ(replies[0].judgement.verdict, Verdict::kCorrect);
  EXPECT_EQ(replies[1].judgement.verdict, Verdict::kTimeout);
  EXPECT_THAT(replies[1].judgement.why, HasSubstr("20ms"));
  EXPECT_EQ(replies[2].judgement.verdict, Verdict::kCorrect);
  EXPECT_EQ(replies[3].judgement.verdict, Verdict::kTimeout);
  EXPECT_EQ(replies[4].judgement.verdict, Verdict::kCorrect);
}

// Whether whet-verify, built as this test is, limits its memory.
#ifdef WHET_SANITIZED
constexpr bool kLimitsMemory = false;
#else
constexpr bool kLimitsMemory = true;
#endif

TEST(MathPoolTest, WhatTakesTooMuchMemoryCostsOneVerdict) {
  if (!kLimitsMemory) GTEST_SKIP() << "sanitizers reserve all addresses";
  MathPoolOptions options;
  options.memory_bytes = int64_t{1} << 20;
  options.cpu_max = absl::Seconds(60);
  const auto pool = Pool(options);
  const std::vector<MathReply> replies = pool->Ask({Pair("1", "1"), Endless(), Pair("2", "2")});
  EXPECT_EQ(replies[0].judgement.verdict, Verdict::kCorrect);
  EXPECT_EQ(replies[1].judgement.verdict, Verdict::kUnsupported) << replies[1].judgement.why;
  EXPECT_THAT(replies[1].judgement.why, HasSubstr("memory"));
  EXPECT_EQ(replies[2].judgement.verdict, Verdict::kCorrect);
}

TEST(MathPoolTest, ManyRequestsAreAnsweredEachByItsOwn) {
  MathPoolOptions options;
  options.workers = 2;
  const auto pool = Pool(options);
  std::vector<MathRequest> requests;
  requests.reserve(500);
  for (int i = 0; i < 500; ++i) {
    requests.push_back(Pair(std::to_string(i), std::to_string(i % 3 == 0 ? i : i + 1)));
  }
  const std::vector<MathReply> replies = pool->Ask(requests);
  for (size_t i = 0; i < replies.size(); ++i) {
    EXPECT_EQ(replies[i].judgement.verdict, i % 3 == 0 ? Verdict::kCorrect : Verdict::kWrong) << i;
  }
}

TEST(MathPoolTest, TellsThatTheProgramIsNotThere) {
  MathPoolOptions options;
  options.program = "/nowhere/whet-verify";
  EXPECT_THAT(MathPool::Create(options).status().message(), HasSubstr("/nowhere/whet-verify"));
}

}  // namespace
}  // namespace whet
