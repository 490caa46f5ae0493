#include "rewards/math/rational.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace whet::math {
namespace {

std::string Text(const std::optional<Rational>& value) {
  return value.has_value() ? value->ToString() : "none";
}

TEST(RationalTest, NumeralsAreExact) {
  EXPECT_EQ(Text(ParseNumeral("1.50")), "3/2");
  EXPECT_EQ(Text(ParseNumeral("1.2e-3")), "3/2500");
  EXPECT_EQ(Text(ParseNumeral("3e2")), "300");
  EXPECT_EQ(Text(ParseRepeating("0.1(6)")), "1/6");
  EXPECT_EQ(Text(ParseRepeating("0.(9)")), "1");
  EXPECT_EQ(Text(ParseRepeating("12.(345)")), "4111/333");
  EXPECT_EQ(Text(ParseBased("204", 5)), "54");
  EXPECT_EQ(Text(ParseBased("1a2", 16)), "418");
  EXPECT_EQ(Text(ParseBased("9", 8)), "none");
  EXPECT_EQ(Text(ParseBased("1", 37)), "none");
}

TEST(RationalTest, SizesAreLookedAtBeforeAnythingIsComputed) {
  EXPECT_EQ(Text(ParseNumeral("1e999999999999")), "none");
  EXPECT_EQ(Text(ParseNumeral("1e-100000")), "none");
  EXPECT_EQ(Text(Power(Rational(2), Rational(1000000000))), "none");
  EXPECT_EQ(Text(Power(Rational(2), *Power(Rational(2), Rational(100)))), "none");
  EXPECT_EQ(Text(Factorial(1000000000)), "none");
  EXPECT_EQ(Text(Binomial(*Power(Rational(10), Rational(1000)), 5000)), "none");
  EXPECT_EQ(Power(Rational(2), Rational(65000))->bits(), 65001);
}

TEST(RationalTest, PowersAndRoots) {
  EXPECT_EQ(Text(Power(Rational(2, 3), Rational(-2))), "9/4");
  EXPECT_EQ(Text(Power(Rational(0), Rational(0))), "1");
  EXPECT_EQ(Text(Power(Rational(0), Rational(-1))), "none");
  EXPECT_EQ(Text(ExactRoot(Rational(9, 4), 2)), "3/2");
  EXPECT_EQ(Text(ExactRoot(Rational(-27), 3)), "-3");
  EXPECT_EQ(Text(ExactRoot(Rational(-4), 2)), "none");
  EXPECT_EQ(Text(ExactRoot(Rational(2), 2)), "none");
  EXPECT_EQ(Text(ExactRoot(Rational(1), 1000)), "1");
  EXPECT_EQ(Text(ExactRoot(Rational(0), 3)), "0");
}

TEST(RationalTest, IntegerFunctions) {
  EXPECT_EQ(Floor(Rational(-5, 2)).ToString(), "-3");
  EXPECT_EQ(Text(Modulo(Rational(-7), Rational(3))), "2");
  EXPECT_EQ(Text(Modulo(Rational(7), Rational(0))), "none");
  EXPECT_EQ(Text(Factorial(0)), "1");
  EXPECT_EQ(Text(Factorial(10)), "3628800");
  EXPECT_EQ(Text(DoubleFactorial(7)), "105");
  EXPECT_EQ(Text(DoubleFactorial(-1)), "1");
  EXPECT_EQ(Text(Binomial(Rational(10), 3)), "120");
  EXPECT_EQ(Text(Binomial(Rational(3), 5)), "0");
  EXPECT_EQ(Text(Binomial(Rational(1, 2), 2)), "-1/8");
  EXPECT_EQ(Text(FallingFactorial(Rational(5), 2)), "20");
}

}  // namespace
}  // namespace whet::math
