#include "rewards/exact_number.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;

bool AreEqual(absl::string_view a, absl::string_view b) {
  const auto x = ParseExactNumber(a);
  const auto y = ParseExactNumber(b);
  EXPECT_TRUE(x.has_value()) << a;
  EXPECT_TRUE(y.has_value()) << b;
  return x.has_value() && y.has_value() && *x == *y;
}

TEST(ExactNumberTest, EqualsByValue) {
  for (const auto& [a, b] : std::initializer_list<std::pair<const char*, const char*>>{
           {"0.5", "1/2"},
           {".50", "1/2"},
           {"1,000", "1000"},
           {"12,345,678.50", "12345678.5"},
           {"007", "7"},
           {"-0", "0"},
           {"+3", "3"},
           {"5.", "5"},
           {" 42\n", "42"},
           {"2/4", "3/6"},
           {"-3 / 4", "-0.75"},
           {"0.5/2", "1/4"},
           {"1/0.5", "2"},
           {"\xE2\x88\x92"
            "5",
            "-5"},
           {"$5", "5"},
           {"-$5", "-5"},
           {"\\$1,000", "1000"},
           {"$5$", "5"},
           {"$ -1/2 $", "-0.5"},
       }) {
    EXPECT_TRUE(AreEqual(a, b)) << a << " and " << b;
    EXPECT_TRUE(AreEqual(b, a)) << b << " and " << a;
  }
}

TEST(ExactNumberTest, DiffersByTheLastDigit) {
  EXPECT_FALSE(AreEqual("0.3333333333333333333333", "1/3"));
  EXPECT_FALSE(AreEqual("9007199254740993", "9007199254740992"));  // 2^53 + 1: one double.
  EXPECT_FALSE(AreEqual("5", "-5"));
  EXPECT_FALSE(AreEqual("50", "0.5"));
  EXPECT_FALSE(AreEqual("1/3", "1/4"));
  EXPECT_FALSE(AreEqual("10", "1"));
}

TEST(ExactNumberTest, MultipliesWithCarries) {
  // 99999/99998 = (99999 * 99999) / (99998 * 99999) = 9999800001/9999700002.
  EXPECT_TRUE(AreEqual("99999/99998", "9999800001/9999700002"));
  EXPECT_FALSE(AreEqual("99999/99998", "9999800001/9999700003"));
}

TEST(ExactNumberTest, IsNothingElse) {
  for (const absl::string_view text :
       {"",         " ",     "x",      "5%",           "1e3",   "5 apples", "1,2",    "1,00",
        "1000,000", "0,500", "1, 000", "1/0",          "1/0.0", "1//2",     "1/2/3",  "1/",
        "/2",       ".",     "-",      "--5",          "1.2.3", "5..",      "$",      "$$",
        "1 000",    "inf",   "nan",    "\\frac{1}{2}", "0x10",  "1/-2",     "3 or 4", "5$"}) {
    EXPECT_FALSE(ParseExactNumber(text).has_value()) << text;
  }
}

TEST(ExactNumberTest, HasABoundedNumberOfDigits) {
  const std::string most(kNumberDigitsMax - 1, '9');  // And the 1 that it is divided by.
  EXPECT_TRUE(AreEqual(most, absl::StrCat("0", most).substr(1)));
  EXPECT_FALSE(ParseExactNumber(most + "9").has_value());
  EXPECT_FALSE(ParseExactNumber(std::string(kMegabyte, '1')).has_value());
}

TEST(NumberInTextTest, IsFoundAsItStandsThere) {
  const absl::string_view text = "From 3 she got $1,234.50, and half of it is 1/2.";
  EXPECT_EQ(FirstNumberIn(text), "3");
  EXPECT_EQ(LastNumberIn(text), "1/2");
  EXPECT_EQ(LastNumberIn("she got $1,234.50."), "$1,234.50");
  EXPECT_EQ(LastNumberIn("so .5 then"), ".5");
  EXPECT_EQ(LastNumberIn("#### 42"), "42");
  EXPECT_EQ(LastNumberIn("答案是42。"), "42");
}

TEST(NumberInTextTest, HasItsSign) {
  EXPECT_EQ(LastNumberIn("it is -3"), "-3");
  EXPECT_EQ(LastNumberIn("x=-3"), "-3");
  EXPECT_EQ(LastNumberIn("it lost -$5"), "-$5");
  EXPECT_EQ(LastNumberIn("it lost \\$5"), "\\$5");
  EXPECT_EQ(LastNumberIn("it is \xE2\x88\x92"
                         "3"),
            "\xE2\x88\x92"
            "3");
}

TEST(NumberInTextTest, HasNoMinusThatSubtracts) {
  EXPECT_EQ(FirstNumberIn("5-3"), "5");
  EXPECT_EQ(LastNumberIn("5-3"), "3");
  EXPECT_EQ(LastNumberIn("x-3"), "3");
  EXPECT_EQ(LastNumberIn("(1+1)-3"), "3");
}

TEST(NumberInTextTest, IsNoPartOfAWord) {
  for (const absl::string_view text : {"AZYUK2A", "x2", "H2O", "1e5", "3x4", "a_1", "none", ""}) {
    EXPECT_FALSE(FirstNumberIn(text).has_value()) << text;
    EXPECT_FALSE(LastNumberIn(text).has_value()) << text;
  }
  EXPECT_EQ(LastNumberIn("7 in H2O"), "7");
}

TEST(NumberInTextTest, MayHaveAUnit) {
  EXPECT_EQ(LastNumberIn("it weighs 5kg"), "5");
  EXPECT_EQ(LastNumberIn("the 3rd"), "3");
  EXPECT_EQ(LastNumberIn("it is 50%"), "50");
}

TEST(ExactNumberTest, EqualNumbersHaveTheSameText) {
  for (const absl::string_view text : {"0.5", "1/2", ".50", "2/4", "500/1,000"}) {
    EXPECT_EQ(TextOf(*ParseExactNumber(text)), "1/2") << text;
  }
  EXPECT_EQ(TextOf(*ParseExactNumber("-3.0")), "-3");
  EXPECT_EQ(TextOf(*ParseExactNumber("0/7")), "0");
  EXPECT_EQ(TextOf(*ParseExactNumber("123456789012345678901")), "123456789012345678901");
}

TEST(NumberInTextTest, EndsAtACommaThatCutsNoThousands) {
  EXPECT_EQ(FirstNumberIn("1,2,3"), "1");
  EXPECT_EQ(LastNumberIn("1,2,3"), "3");
  EXPECT_EQ(FirstNumberIn("1,0000"), "1");
  EXPECT_EQ(LastNumberIn("0,500"), "500");
}

TEST(NumberInTextTest, AMegabyteOfTheWorstIsRead) {
  for (const absl::string_view piece : {"1", "1,", "1,111", "1/", ".", "1.1", "-", "1a", "$"}) {
    std::string text;
    while (text.size() < kMegabyte) absl::StrAppend(&text, piece);
    EXPECT_EQ(FirstNumberIn(text).has_value(), LastNumberIn(text).has_value()) << piece;
  }
}

}  // namespace
}  // namespace whet
