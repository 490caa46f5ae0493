#include "rewards/math/units.h"

#include "gtest/gtest.h"

namespace whet::math {
namespace {

TEST(CanonicalUnitTest, SpellingsOfAUnitAreOne) {
  for (const char* spelling : {"km", "kilometer", "Kilometers", "kilometre"}) {
    EXPECT_EQ(CanonicalUnit(spelling), "km") << spelling;
  }
}

TEST(CanonicalUnitTest, SquaresAndCubesArePowers) {
  EXPECT_EQ(CanonicalUnit("square feet"), "ft^2");
  EXPECT_EQ(CanonicalUnit("sq. ft"), "ft^2");
  EXPECT_EQ(CanonicalUnit("ft^{2}"), "ft^2");
  EXPECT_EQ(CanonicalUnit("cubic metres"), "m^3");
  EXPECT_EQ(CanonicalUnit("meters cubed"), "m^3");
  EXPECT_EQ(CanonicalUnit("square units"), "unit^2");
}

TEST(CanonicalUnitTest, PerIsASlash) {
  EXPECT_EQ(CanonicalUnit("feet per second"), "ft/s");
  EXPECT_EQ(CanonicalUnit("ft / s"), "ft/s");
  EXPECT_EQ(CanonicalUnit("mph"), CanonicalUnit("miles per hour"));
}

TEST(CanonicalUnitTest, CaseTellsAbbreviationsApart) {
  EXPECT_EQ(CanonicalUnit("Pa"), "Pa");
  EXPECT_EQ(CanonicalUnit("N"), "N");
  EXPECT_NE(CanonicalUnit("n"), "N");
}

TEST(CanonicalUnitTest, OtherWordsAreLowerCaseAndSingular) {
  EXPECT_EQ(CanonicalUnit("Marbles"), "marble");
  EXPECT_EQ(CanonicalUnit("red  marbles"), "red marble");
  EXPECT_EQ(CanonicalUnit("berries"), "berry");
  EXPECT_EQ(CanonicalUnit("matches"), "match");
  EXPECT_EQ(CanonicalUnit("glass"), "glass");
}

TEST(CanonicalUnitTest, TemperaturesAreNoAngles) {
  EXPECT_EQ(CanonicalUnit("degrees Celsius"), "degC");
  EXPECT_EQ(CanonicalUnit("degrees"), "degree");
}

TEST(CanonicalUnitTest, LatexAroundItIsGone) {
  EXPECT_EQ(CanonicalUnit("cm$^2$"), "cm^2");
  EXPECT_EQ(CanonicalUnit("(units)"), "unit");
  EXPECT_EQ(CanonicalUnit("$"), "$");
}

TEST(IsUnitTest, IsAUnitOfTheTableWithAPowerThatPeopleWrite) {
  for (const char* unit : {"cm", "cm^2", "m^{-1}", "km/h", "feet per second", "square units",
                           "sq. ft", "cubic feet per second", "kg m/s^2", "degrees Celsius"}) {
    EXPECT_TRUE(IsUnit(unit)) << unit;
  }
  for (const char* unit : {"m^100", "m^?", "squared units", "square", "M", "k", "x^2", "cm/x"}) {
    EXPECT_FALSE(IsUnit(unit)) << unit;
  }
}

TEST(IsUnitTest, IsOneShortNounPhrase) {
  for (const char* unit :
       {"apples", "red apples", "bags of rice", "non-overlapping regions", "dollars per person",
        "per hour", "times", "个", "元", "平方千米", "千克"}) {
    EXPECT_TRUE(IsUnit(unit)) << unit;
  }
  for (const char* unit : {"very large red apples", "apples, pears", "apples/pears/plums", "3"}) {
    EXPECT_FALSE(IsUnit(unit)) << unit;
  }
}

TEST(IsUnitTest, WordsThatCountCompareOrOperateAreNone) {
  for (const char* words : {"or six",     "minus one",
                            "is wrong",   "isn't it",
                            "and a half", "point five",
                            "times ten",  "squared",
                            "below zero", "at most",
                            "or so",      "repeating",
                            "factorial",  "pairs of shoes",
                            "thirds",     "twenty-fifths",
                            "hundredths", "percent of students",
                            "bn",         "pi",
                            "root two",   "分之一",
                            "折",         "个半",
                            "不是",       "平方",
                            "点五",       "对"}) {
    EXPECT_FALSE(IsUnit(words)) << words;
  }
}

TEST(IsUnitTest, ScalesMayStandBeforeIt) {
  for (const char* unit :
       {"million", "hundred thousand people", "dozen eggs", "lakh", "万元", "十万", "‰"}) {
    EXPECT_TRUE(IsUnit(unit)) << unit;
  }
  EXPECT_FALSE(IsUnit("million and one"));
}

TEST(IsKnownUnitTest, KnowsPowersAndQuotientsOfWhatItKnows) {
  EXPECT_TRUE(IsKnownUnit("kg"));
  EXPECT_TRUE(IsKnownUnit("cm^2"));
  EXPECT_TRUE(IsKnownUnit("km/h"));
  EXPECT_FALSE(IsKnownUnit("km/x"));
  EXPECT_FALSE(IsKnownUnit("marbles"));
  EXPECT_FALSE(IsKnownUnit(""));
}

}  // namespace
}  // namespace whet::math
