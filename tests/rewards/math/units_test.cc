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
