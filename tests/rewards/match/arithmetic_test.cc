#include "rewards/match/arithmetic.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using Outcome = ArithmeticResult::Outcome;

// Its value, or what became of it instead.
std::string ValueOf(absl::string_view text) {
  const ArithmeticResult result = EvaluateArithmetic(text);
  switch (result.outcome) {
    case Outcome::kValue:
      return result.value.Text();
    case Outcome::kUnreadable:
      return "unreadable";
    case Outcome::kDivisionByZero:
      return "division by zero";
    case Outcome::kTooLarge:
      return "too large";
  }
  return "";
}

TEST(ArithmeticTest, KnowsWhatComesFirst) {
  EXPECT_EQ(ValueOf("1 + 2 * 3"), "7");
  EXPECT_EQ(ValueOf("(1 + 2) * 3"), "9");
  EXPECT_EQ(ValueOf("10 - 3 - 2"), "5");
  EXPECT_EQ(ValueOf("24 / 4 / 2"), "3");
  EXPECT_EQ(ValueOf("24 / (4 / 2)"), "12");
  EXPECT_EQ(ValueOf("[1 + (2 - 3)] * 4"), "0");
}

TEST(ArithmeticTest, IsExact) {
  EXPECT_EQ(ValueOf("8 / (3 - 8 / 3)"), "24");
  EXPECT_EQ(ValueOf("1 / 3 + 1 / 6"), "1/2");
  EXPECT_EQ(ValueOf("1 / 3 * 3"), "1");
  EXPECT_EQ(ValueOf("1 / (0 - 4)"), "-1/4");
}

TEST(ArithmeticTest, KnowsOtherSigns) {
  EXPECT_EQ(ValueOf("2 × 3 ÷ 6 − 1"), "0");
  EXPECT_EQ(ValueOf("2\\times3 \\div 6 \\cdot 5"), "5");
  EXPECT_EQ(ValueOf("2⋅3·4"), "24");
  EXPECT_EQ(ValueOf("\\left( 1 + 2 \\right) \\, 3"), "unreadable");
  EXPECT_EQ(ValueOf("\\left( 1 + 2 \\right)\\,*\\,3"), "9");
  EXPECT_EQ(ValueOf("\\frac{1 + 2}{\\dfrac{6}{2}}"), "1");
}

TEST(ArithmeticTest, KnowsSigns) {
  EXPECT_EQ(ValueOf("-3 + 5"), "2");
  EXPECT_EQ(ValueOf("5 - -3"), "8");
  EXPECT_EQ(ValueOf("+5"), "5");
  EXPECT_EQ(ValueOf("-(2 * 3)"), "-6");
}

TEST(ArithmeticTest, TellsTheNumbersThatStandInIt) {
  EXPECT_THAT(EvaluateArithmetic("(44 - 19) - 7 / 007").numbers, ElementsAre(44, 19, 7, 7));
}

TEST(ArithmeticTest, ReadsNothingElse) {
  for (const absl::string_view text : {"",
                                       " ",
                                       "()",
                                       "1 +",
                                       "* 2",
                                       "1 2",
                                       "1 \\, 2",
                                       "1\\,2",
                                       "2(3)",
                                       "(2)(3)",
                                       "2 ** 3",
                                       "2 // 3",
                                       "2^3",
                                       "1.5",
                                       "1,000",
                                       "x",
                                       "(1",
                                       "1)",
                                       "(1]",
                                       "{1}",
                                       "\\frac{1}",
                                       "\\frac12",
                                       "\\frac",
                                       "\\timesx",
                                       "1 \\times",
                                       "3!",
                                       "1e3",
                                       "0x10",
                                       "__import__('os')",
                                       "\\frac{1}{2",
                                       "1 = 1",
                                       "٣"}) {
    EXPECT_EQ(ValueOf(text), "unreadable") << text;
  }
  EXPECT_EQ(ValueOf(absl::string_view("1\0+1", 4)), "unreadable");
}

TEST(ArithmeticTest, DividesByNothing) {
  EXPECT_EQ(ValueOf("1 / 0"), "division by zero");
  EXPECT_EQ(ValueOf("1 / (2 - 2) * 0"), "division by zero");
  EXPECT_EQ(ValueOf("0 / 0"), "division by zero");
  EXPECT_EQ(ValueOf("\\frac{3}{0}"), "division by zero");
  EXPECT_EQ(ValueOf("0 / 5"), "0");
}

TEST(ArithmeticTest, StaysWithin64Bits) {
  EXPECT_EQ(ValueOf("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(ValueOf("-9223372036854775807"), "-9223372036854775807");
  EXPECT_EQ(ValueOf("9223372036854775808"), "too large");
  EXPECT_EQ(ValueOf("9223372036854775807 + 1"), "too large");
  EXPECT_EQ(ValueOf("0 - 9223372036854775807 - 1"), "too large");
  EXPECT_EQ(ValueOf("9223372036854775807 * 9223372036854775807"), "too large");
  EXPECT_EQ(ValueOf("1 / 9223372036854775807 / 2"), "too large");
  EXPECT_EQ(ValueOf("9223372036854775807 / 9223372036854775807"), "1");
  // Sums over the largest denominators that there are.
  EXPECT_EQ(ValueOf("1 / 9223372036854775807 + 1 / 9223372036854775806"), "too large");
  EXPECT_EQ(ValueOf(absl::StrCat("1", std::string(100000, '0'))), "too large");
}

TEST(ArithmeticTest, GoesDownToItsDepthAndNoFurther) {
  const auto nested = [](int depth) {
    return absl::StrCat(std::string(depth, '('), "1", std::string(depth, ')'));
  };
  EXPECT_EQ(ValueOf(nested(kArithmeticDepthMax)), "1");
  EXPECT_EQ(ValueOf(nested(kArithmeticDepthMax + 1)), "unreadable");
  EXPECT_EQ(ValueOf(absl::StrCat(std::string(kArithmeticDepthMax + 1, '-'), "1")), "unreadable");
  EXPECT_EQ(ValueOf(nested(1 << 20)), "unreadable");
  // Depth is not what is behind each other.
  EXPECT_EQ(ValueOf(absl::StrJoin(std::vector<std::string>(1000, "((1))"), "+")), "1000");
}

TEST(ArithmeticTest, ReadsAMegabyte) {
  const std::string sum = absl::StrJoin(std::vector<std::string>(1 << 19, "1"), "+");
  EXPECT_EQ(ValueOf(sum), absl::StrCat(1 << 19));
}

}  // namespace
}  // namespace whet
