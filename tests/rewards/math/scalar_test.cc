// The contract of scalars: which layer decides, tolerances, what is no scalar, and keys.
#include "rewards/math/scalar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/rewards/math/scalars.h"

namespace whet::math {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string KeyOf(absl::string_view text) {
  const absl::StatusOr<Expression> expression = ParseMath(text, {});
  if (!expression.ok()) return "unparsed";
  Budget budget(ScalarOptions().work_max);
  const auto key = CanonicalKey({&*expression, expression->root()}, {}, &budget);
  return key.ok() ? *key : absl::StrCat("error: ", key.status().message());
}

TEST(CompareScalarsTest, TheCheapestLayerThatCanDecidesIt) {
  EXPECT_EQ(StepOf(R"(\frac{1}{2})", "0.5"), "rational");
  EXPECT_EQ(StepOf(R"(\sqrt{2}+1)", R"(1+\sqrt{2})"), "identical");
  EXPECT_EQ(StepOf(R"(\sqrt{2})", R"(\sqrt{3})"), "ball");
  EXPECT_EQ(StepOf(R"(\sqrt{8})", R"(2\sqrt{2})"), "separation");
  EXPECT_EQ(StepOf(R"(\tan 15^\circ)", R"(2-\sqrt3)"), "separation");
  EXPECT_EQ(StepOf(R"(\ln 6)", R"(\ln 2+\ln 3)"), "calcium");
  EXPECT_EQ(StepOf(R"(e^{\pi}+10^{-300})", R"(e^{\pi})"), "difference");
  EXPECT_EQ(StepOf("3.1416", R"(\pi)"), "decimal");
  EXPECT_EQ(StepOf("(x+1)^2", "x^2+2x+1"), "polynomial");
  EXPECT_EQ(StepOf(R"(\sin^2 x+\cos^2 x)", "1"), "points");
  EXPECT_EQ(StepOf(R"(\lceil n/2\rceil)", R"(\lfloor(n+1)/2\rfloor)"), "integers");
  EXPECT_EQ(StepOf(R"(\lceil x\rceil)", R"(\lfloor x\rfloor+1)"), "special");
  EXPECT_EQ(StepOf(R"(\frac10)", "1"), "undefined");
}

TEST(CompareScalarsTest, WhatIsNoScalarIsAnErrorAndNoVerdict) {
  for (const char* text :
       {R"(\{1,2\})", "x<3", "x=3", "(1,2)", "[1,2)", R"(3\text{ cm})", R"(1\pm 2)",
        R"(\text{none})", R"(\begin{pmatrix}1\\2\end{pmatrix})", R"(\mathbb{R})", R"(\emptyset)"}) {
    EXPECT_THAT(Compare(text, "1"), StartsWith("error: no scalar")) << text;
    EXPECT_THAT(Compare("1", text), StartsWith("error: no scalar")) << text;
  }
  EXPECT_THAT(Compare(R"(1+\sqrt{\{2\}+x<3})", "1"), StartsWith("error: "));
}

TEST(CompareScalarsTest, WhatIsNotUnderstoodIsUnknown) {
  EXPECT_EQ(Compare(R"(1+2+\dots+n)", "n"), "unknown");
  EXPECT_EQ(Compare(R"(\int_0^1 e^{-t^2}\,dt)", R"(\frac{\sqrt\pi}{2})"), "unknown");
  EXPECT_EQ(Compare(R"(\sin(10^{1000}))", R"(\sin(10^{1000}+1))"), "unknown");
}

TEST(CompareScalarsTest, DecimalsAreComparedRelatively) {
  // 1/3 - 0.333333 = 3.3e-7 = 1.0e-6 of 1/3; with five digits it is 1.0e-5 of it.
  EXPECT_EQ(Compare("0.333333", R"(\frac13)"), "true");
  EXPECT_EQ(Compare("0.33333", R"(\frac13)"), "false");
  EXPECT_EQ(Compare("0.0000001", "0.0000002"), "false");
  EXPECT_EQ(Compare("0.0000001", "0"), "false");
  EXPECT_EQ(Compare(R"(1.00000001 \cdot 10^{-30})", "10^{-30}"), "true");
  EXPECT_EQ(Compare("1000000.0", "1000001"), "false");  // 1000000.0 is an integer.
}

TEST(CompareScalarsTest, RoundingReplacesTheToleranceWhereAsked) {
  ScalarOptions options;
  options.float_rounding = 2;
  EXPECT_EQ(Compare("0.333", R"(\frac13)", options), "true");
  EXPECT_EQ(Compare("0.34", R"(\frac13)", options), "false");
  EXPECT_EQ(Compare("3.1416", R"(\pi)", options), "true");
  EXPECT_EQ(Compare("0.001", "0.002", options), "true");
  EXPECT_EQ(Compare("0.125", "0.12", options), "true");  // Halves go to even.
  EXPECT_EQ(Compare("0.135", "0.14", options), "true");
  EXPECT_EQ(Compare(R"(\frac{1}{1000})", R"(\frac{2}{1000})", options), "false");
}

TEST(CompareScalarsTest, WhatIsNotDefinedEqualsNothing) {
  for (const char* text : {R"(\frac10)", R"(\frac00)", R"(\infty-\infty)", R"(\ln 0)",
                           R"(\tan\frac{\pi}{2})", "(-1)!"}) {
    EXPECT_EQ(Compare(text, text), "false") << text;
  }
}

TEST(CompareScalarsTest, LettersAreConstantsUnlessEitherSideBindsThem) {
  EXPECT_EQ(Compare("e^{i\\pi}", "-1"), "true");
  EXPECT_EQ(Compare(R"(\sum_{i=1}^{3} i)", "6"), "true");
  EXPECT_EQ(Compare(R"(i^2+\sum_{i=1}^{3} i)", "5"), "false");
  EXPECT_EQ(Compare("x_i", "x_j"), "false");
}

TEST(CompareScalarsTest, WorkIsBounded) {
  ScalarOptions options;
  options.work_max = 2000;
  EXPECT_EQ(Compare(R"(\sum_{k=1}^{9000}\sqrt{k})", "1", options), "unknown");
  EXPECT_EQ(Compare(R"(\sum_{k=1}^{9999} x^k)", "1"), "unknown");
  EXPECT_EQ(Compare(R"(\sum_{k=1}^{9999}\Gamma(k+\frac12))", "1"), "unknown");
  EXPECT_EQ(Compare(R"(\prod_{k=1}^{9999}(x+k))", "1"), "unknown");
  EXPECT_EQ(Compare(R"(\sum_{i=1}^{1000}\sum_{j=1}^{1000} \sqrt{ij})", "1"), "unknown");
  EXPECT_EQ(Compare("2^{2^{2^{2^{2^{2}}}}}", "1"), "unknown");
  EXPECT_EQ(Compare("((((9!)!)!)!)!", "1"), "unknown");
  EXPECT_EQ(Compare("9^{9^{9}}", "9^{9^{9}}"), "true");
  EXPECT_EQ(Compare("(10^9)!", "(10^9)!+1"), "false");
  EXPECT_EQ(Compare(R"(7^{7^{100}}\bmod 1000)", R"(3^{7^{100}}\bmod 1000)"), "false");
}

TEST(CanonicalKeyTest, EqualScalarsHaveEqualKeys) {
  EXPECT_EQ(KeyOf("0.5"), "1/2");
  EXPECT_EQ(KeyOf(R"(50\%)"), "1/2");
  EXPECT_EQ(KeyOf("1,000"), "1000");
  EXPECT_EQ(KeyOf(R"(-\infty)"), "-infinity");
  EXPECT_EQ(KeyOf(R"(\sqrt{8})"), KeyOf(R"(2\sqrt2)"));
  EXPECT_EQ(KeyOf(R"(\sqrt{8})"), "~2.82842712475");
  EXPECT_EQ(KeyOf("(1+i)^2"), "~0+2.00000000000i");
  EXPECT_EQ(KeyOf("(x+1)^2"), KeyOf("1+2x+x^2"));
  EXPECT_EQ(KeyOf(R"(\sin^2 x+\cos^2 x+y)"), KeyOf("1+y"));
  EXPECT_EQ(KeyOf("f(x+1)"), KeyOf("f(1+x)"));
}

TEST(CanonicalKeyTest, DifferentScalarsHaveDifferentKeys) {
  EXPECT_NE(KeyOf("x"), KeyOf("X"));
  EXPECT_NE(KeyOf("0.333333"), KeyOf(R"(\frac13)"));
  EXPECT_NE(KeyOf(R"(\sqrt2)"), KeyOf(R"(\sqrt3)"));
  EXPECT_NE(KeyOf(R"(\sqrt{x^2})"), KeyOf(R"(x)"));
  EXPECT_THAT(KeyOf("x<1"), HasSubstr("no scalar"));
  EXPECT_THAT(KeyOf(R"(\frac10)"), HasSubstr("no value"));
}

}  // namespace
}  // namespace whet::math
