#include "rewards/math/numbers.h"

#include <string>

#include "gtest/gtest.h"

namespace whet::math {
namespace {

using absl::string_view;

constexpr NumberRules kOutside = {.groups = true, .comma_groups = true, .decimal_comma = false};
constexpr NumberRules kInBrackets = {.groups = true, .comma_groups = false, .decimal_comma = false};
constexpr NumberRules kEuropean = {.groups = true, .comma_groups = false, .decimal_comma = true};

// The numeral at the beginning of `text` and, behind a bar, what is left.
std::string Scanned(string_view text, const NumberRules& rules = kOutside) {
  const Numeral numeral = ScanNumeral(text, 0, rules);
  const string_view written = text.substr(0, numeral.end);
  return (numeral.as_written ? std::string(written) : numeral.text) + "|" +
         std::string(text.substr(numeral.end));
}

TEST(ScanNumeralTest, CommasSeparateGroupsOfExactlyThree) {
  EXPECT_EQ(Scanned("9,876,543"), "9876543|");
  EXPECT_EQ(Scanned("9,876,543.25"), "9876543.25|");
  EXPECT_EQ(Scanned("9,87"), "9|,87");
  EXPECT_EQ(Scanned("9,8765"), "9|,8765");
  EXPECT_EQ(Scanned("9, 876"), "9|, 876");
}

TEST(ScanNumeralTest, TheFirstGroupHasOneToThreeDigitsAndNoZeroInFront) {
  EXPECT_EQ(Scanned("9876,543"), "9876|,543");
  EXPECT_EQ(Scanned("0,876"), "0|,876");
}

TEST(ScanNumeralTest, GroupsThatDoNotGoOnAreNone) {
  EXPECT_EQ(Scanned("9,876,54"), "9|,876,54");
  EXPECT_EQ(Scanned("9 876 5"), "9| 876 5");
}

TEST(ScanNumeralTest, CommasInBracketsSeparateItems) {
  EXPECT_EQ(Scanned("9,876", kInBrackets), "9|,876");
}

TEST(ScanNumeralTest, SpacesOfLatexSeparateGroups) {
  EXPECT_EQ(Scanned(R"(9{,}876)", kInBrackets), "9876|");
  EXPECT_EQ(Scanned(R"(9,\!876)", kInBrackets), "9876|");
  EXPECT_EQ(Scanned(R"(9,\! 876)", kInBrackets), "9876|");
  EXPECT_EQ(Scanned(R"(9\,876\,543)", kInBrackets), "9876543|");
  EXPECT_EQ(Scanned("9~876", kInBrackets), "9876|");
  EXPECT_EQ(Scanned("9 876", kInBrackets), "9876|");
}

TEST(ScanNumeralTest, OnePointIsTheDecimalOneAndTwoSeparateGroups) {
  EXPECT_EQ(Scanned("9.876"), "9.876|");
  EXPECT_EQ(Scanned("9.876.543"), "9876543|");
  EXPECT_EQ(Scanned(".5"), ".5|");
  EXPECT_EQ(Scanned("9."), "9|.");
}

TEST(ScanNumeralTest, ADecimalCommaTurnsThemRound) {
  EXPECT_EQ(Scanned("9,876", kEuropean), "9.876|");
  EXPECT_EQ(Scanned("1.234,5", kEuropean), "1234.5|");
}

TEST(ScanNumeralTest, ASmallEWithASignIsAnExponentUnlessMoreGoesOnWithIt) {
  EXPECT_EQ(Scanned("2.5e-3"), "2.5e-3|");
  EXPECT_EQ(Scanned("1e-3"), "1e-3|");
  EXPECT_EQ(Scanned("2E-3"), "2E-3|");
  EXPECT_EQ(Scanned("2e5"), "2e5|");
  EXPECT_EQ(Scanned("2e-3"), "2e-3|");
  EXPECT_EQ(Scanned("2e+3"), "2|e+3");
  EXPECT_EQ(Scanned("2e - 3"), "2|e - 3");
  EXPECT_EQ(Scanned("2e-3x"), "2|e-3x");
  EXPECT_EQ(Scanned("2e-3^2"), "2|e-3^2");
  EXPECT_EQ(Scanned("2e-3000"), "2|e-3000");
  EXPECT_EQ(Scanned("2e^3"), "2|e^3");
}

TEST(ScanNumeralTest, ACommaInBracesIsADecimalOneWhereNoGroupFollows) {
  EXPECT_EQ(Scanned("0{,}5"), "0.5|");
  EXPECT_EQ(Scanned("12{,}75x"), "12.75|x");
  EXPECT_EQ(Scanned("1{,}234"), "1234|");
  EXPECT_EQ(Scanned("1{,}2{,}3"), "1|{,}2{,}3");
}

TEST(ScanNumeralTest, APeriodIsKeptInBrackets) {
  EXPECT_EQ(Scanned(R"(0.\overline{27})"), "0.(27)|");
  EXPECT_EQ(Scanned(R"(0.8\overline{3})"), "0.8(3)|");
  EXPECT_EQ(Scanned(R"(0.\dot 7)"), "0.(7)|");
  EXPECT_EQ(Scanned("0.(45)"), "0.(45)|");
  EXPECT_EQ(Scanned("0.8(3)"), "0.8|(3)");
}

TEST(CanonicalNumeralTest, DropsZerosInFrontButNoneBehindThePoint) {
  EXPECT_EQ(CanonicalNumeral("007"), "7");
  EXPECT_EQ(CanonicalNumeral("000"), "0");
  EXPECT_EQ(CanonicalNumeral(".50"), "0.50");
  EXPECT_EQ(CanonicalNumeral("00.50"), "0.50");
}

TEST(CanonicalNumeralTest, WritesExponentsInOneWay) {
  EXPECT_EQ(CanonicalNumeral("1.50E+07"), "1.50e7");
  EXPECT_EQ(CanonicalNumeral("1e-010"), "1e-10");
  EXPECT_EQ(CanonicalNumeral("1e-0"), "1e0");
}

}  // namespace
}  // namespace whet::math
