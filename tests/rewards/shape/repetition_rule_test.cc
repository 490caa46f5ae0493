#include "rewards/shape/repetition_rule.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/shape/shape_test.h"

namespace whet {
namespace {

double OfIds(std::vector<int32_t> tokens, int ngram_size) {
  RepetitionRule rule({.ngram_size = ngram_size});
  return *ValueOf(rule, {.tokens = std::move(tokens)});
}

double OfText(const std::string& text, int ngram_size = 2) {
  RepetitionRule rule({.unit = RepetitionUnit::kWords, .ngram_size = ngram_size});
  return *ValueOf(rule, {.text = text});
}

TEST(RepetitionRuleTest, IsTheShareOfNgramsThatRepeat) {
  // Four pairs of five equal tokens, one of them different: 1 - 1/4.
  EXPECT_EQ(OfIds({5, 5, 5, 5, 5}, 2), -0.75);
  EXPECT_EQ(OfIds({1, 2, 3, 4, 5}, 2), 0.0);
  // 1 2 3 1 2 3: triples 123 231 312 123, three of them different.
  EXPECT_EQ(OfIds({1, 2, 3, 1, 2, 3}, 3), -0.25);
}

TEST(RepetitionRuleTest, IsNothingForWhatIsShorterThanOneNgram) {
  EXPECT_EQ(OfIds({}, 1), 0.0);
  EXPECT_EQ(OfIds({1, 1}, 3), 0.0);
  EXPECT_EQ(OfText(""), 0.0);
  EXPECT_EQ(OfText(" \n "), 0.0);
  EXPECT_EQ(OfIds({1, 1, 1}, 3), 0.0);  // One, which cannot repeat.
}

TEST(RepetitionRuleTest, ReadsWordsWithoutTheirCase) {
  // Six pairs, of which "this is", "is a", "a test", "test this" are different: 1 - 4/7.
  EXPECT_NEAR(OfText("this is a test This IS a test"), -3.0 / 7, 1e-12);
  EXPECT_EQ(OfText("Äh äh ÄH"), -0.5);
}

TEST(RepetitionRuleTest, SplitsWordsAsPythonDoes) {
  EXPECT_EQ(OfText("a\u00A0a\u2003a\u3000a", 1), -0.75);
  EXPECT_EQ(OfText("a\x1F"
                   "a\u0085a",
                   1),
            1.0 / 3 - 1);
  EXPECT_EQ(OfText("  a  a ", 1), -0.5);
  EXPECT_EQ(OfText("a\u200Ba", 1), 0.0);  // A zero-width space is none.
}

TEST(RepetitionRuleTest, LooksAtTheUnitsItWasToldTo) {
  RepetitionRule rule({.unit = RepetitionUnit::kTokens, .ngram_size = 1});
  EXPECT_EQ(ValueOf(rule, {.text = "a a a", .tokens = {1, 2, 3}}), 0.0);
}

TEST(RepetitionRuleTest, HasTheWorstThatItWasGiven) {
  RepetitionRule rule({.ngram_size = 1, .max_penalty = -0.5});
  EXPECT_EQ(ValueOf(rule, {.tokens = {1, 1}}), -0.25);
}

TEST(RepetitionRuleTest, ReadsAMillionTokensAndWords) {
  EXPECT_NEAR(OfIds(std::vector<int32_t>(1 << 20, 7), kNgramSizeMax), -1.0, 1e-5);
  std::string text;
  for (int i = 0; i < 1 << 19; ++i) text += i % 2 == 0 ? "a " : "b ";
  EXPECT_NEAR(OfText(text, kNgramSizeMax), -1.0, 1e-4);
}

}  // namespace
}  // namespace whet
