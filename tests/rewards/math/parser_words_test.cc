// Where letters are words, where they are factors, and where a unit.
#include <string>

#include "gtest/gtest.h"
#include "rewards/math/parser.h"
#include "tests/rewards/math/trees.h"

namespace whet::math {
namespace {

TEST(ParserWordsTest, TextIsKeptAsItIsWritten) {
  EXPECT_EQ(TreeOf(R"(\text{Margaret})"), R"("Margaret")");
  EXPECT_EQ(TreeOf(R"(\text{ (D) })"), "\"(D)\"");
  EXPECT_EQ(TreeOf(R"(\textbf{two   words})"), R"("two words")");
}

TEST(ParserWordsTest, TextThatBeginsWithADigitIsMathematics) {
  EXPECT_EQ(TreeOf(R"(\text{7 cm})"), "(quantity cm 7)");
  EXPECT_EQ(TreeOf(R"(\textbf{7/8})"), "(divide 7 8)");
}

TEST(ParserWordsTest, FiveLettersAreAWordAndFewerAreBoth) {
  EXPECT_EQ(TreeOf("Friday"), R"("Friday")");
  EXPECT_EQ(TreeOf("true"), R"((multiply "true" t r u e))");
  EXPECT_EQ(TreeOf("PQ = 7"), R"((relation = (multiply "PQ" P Q) 7))");
  EXPECT_EQ(TreeOf("7pq"), "(multiply 7 p q)");
}

TEST(ParserWordsTest, SeveralWordsAreOneText) {
  for (const char* text : {"no solutions", "does not exist", "a regular hexagon", "n is even",
                           "non-negative integers", "I don't know", "the y-axis", "Both P"}) {
    EXPECT_EQ(TreeOf(text), std::string("\"") + text + "\"") << text;
  }
}

TEST(ParserWordsTest, LettersSideBySideAreFactors) {
  EXPECT_EQ(TreeOf("p q r"), "(multiply p q r)");
  EXPECT_EQ(TreeOf("pq rs"), "(multiply p q r s)");
  EXPECT_EQ(TreeOf("xyz rs"), "(multiply x y z r s)");
  EXPECT_EQ(TreeOf("x-ab"), "(add x (negate (multiply a b)))");
}

TEST(ParserWordsTest, WordsMayBeItemsAndSides) {
  EXPECT_EQ(TreeOf("Friday, Sunday"), R"((list "Friday" "Sunday"))");
  EXPECT_EQ(TreeOf(R"(\text{Area} = 7)"), R"((relation = "Area" 7))");
  EXPECT_EQ(TreeOf("all real numbers except 7"), R"((phrase "all real numbers except" 7))");
}

TEST(ParserWordsTest, AWordBehindAValueIsItsUnit) {
  EXPECT_EQ(TreeOf(R"(7\text{ cm})"), "(quantity cm 7)");
  EXPECT_EQ(TreeOf(R"(7 \mathrm{~cm}^2)"), "(quantity cm^2 7)");
  EXPECT_EQ(TreeOf("7 marbles"), "(quantity marble 7)");
  EXPECT_EQ(TreeOf("7 square miles"), "(quantity mi^2 7)");
  EXPECT_EQ(TreeOf("7cm"), "(quantity cm 7)");
  EXPECT_EQ(TreeOf(R"(7 \mathrm{km} / \mathrm{h})"), "(quantity km/h 7)");
}

TEST(ParserWordsTest, OtherWordsBehindAValueMakeAPhrase) {
  EXPECT_EQ(TreeOf(R"(7\text{ or six})"), R"((phrase 7 "or six"))");
  EXPECT_EQ(TreeOf("7 not six"), R"((phrase 7 "not six"))");
  EXPECT_EQ(TreeOf(R"(7\text{ cm or six})"), R"((phrase 7 "cm or six"))");
  EXPECT_EQ(TreeOf(R"(n \text{ is wrong})"), R"((phrase n "is wrong"))");
  EXPECT_EQ(TreeOf(R"((1,2) \text{ is wrong})"), R"((phrase (tuple 1 2) "is wrong"))");
  EXPECT_EQ(TreeOf(R"(7\text{ m}^{100})"), R"((phrase 7 (power "m" 100)))");
  EXPECT_EQ(TreeOf("7分之一"), R"((phrase 7 "分之一"))");
}

TEST(ParserWordsTest, ScalesAreFactors) {
  EXPECT_EQ(TreeOf("7 dozen eggs"), "(quantity egg (multiply 7 12))");
  EXPECT_EQ(TreeOf("7十万元"), "(quantity yuan (multiply (multiply 7 10) 10000))");
  EXPECT_EQ(TreeOf("7‰"), "(divide 7 1000)");
  EXPECT_EQ(TreeOf("7千米"), "(quantity 千米 7)");
}

TEST(ParserWordsTest, RadiansAndMinutesAreAngles) {
  EXPECT_EQ(TreeOf("7 rad"), "(degrees (divide (multiply 180 7) pi))");
  EXPECT_EQ(TreeOf("7''"), "(degrees (divide 7 3600))");
}

TEST(ParserWordsTest, AbbreviationsMayEndWithAPoint) {
  EXPECT_EQ(TreeOf("7 sq. ft."), "(quantity ft^2 7)");
  EXPECT_EQ(TreeOf("7 sq. units"), "(quantity unit^2 7)");
  EXPECT_EQ(TreeOf(R"(\text{10:45 a.m.})"), "(quantity am (ratio clock 10 45))");
  EXPECT_EQ(TreeOf("7 p.m."), "(quantity pm 7)");
}

TEST(ParserWordsTest, WordsThatAreANumberAreOneIfTheyAreAlone) {
  EXPECT_EQ(TreeOf("five"), "5");
  EXPECT_EQ(TreeOf("forty-two"), "42");
  EXPECT_EQ(TreeOf(R"(\text{Three hundred eleven})"), "311");
  EXPECT_EQ(TreeOf("fifth"), R"("fifth")");
  EXPECT_EQ(TreeOf(R"(\text{five six})"), R"("five six")");
  EXPECT_EQ(TreeOf(R"(\text{five apples})"), R"("five apples")");
}

TEST(ParserWordsTest, ConnectivesOfChineseJoinFormulas) {
  EXPECT_EQ(TreeOf("7或8"), "(list or 7 8)");
  EXPECT_EQ(TreeOf("x=7或者x=8"), "(list or (relation = x 7) (relation = x 8))");
  EXPECT_EQ(TreeOf("7和8"), "(list and 7 8)");
  EXPECT_EQ(TreeOf("7米或8米"), "(list or (quantity 米 7) (quantity 米 8))");
  EXPECT_EQ(TreeOf("甲和乙"), R"("甲和乙")");
}

TEST(ParserWordsTest, OneLetterIsAUnitInTextOnly) {
  EXPECT_EQ(TreeOf("7 m"), "(multiply 7 m)");
  EXPECT_EQ(TreeOf(R"(7\text{ m})"), "(quantity m 7)");
  EXPECT_EQ(TreeOf("7 m/s"), "(quantity m/s 7)");
}

TEST(ParserWordsTest, AUnitIsOfTheWholeSum) {
  EXPECT_EQ(TreeOf(R"(7 + \sqrt{8} \text{ cm})"), "(quantity cm (add 7 (root 8 _)))");
  EXPECT_EQ(TreeOf("7 cm + 8 cm"), "(add (quantity cm 7) (quantity cm 8))");
  EXPECT_EQ(TreeOf("7/8 cm"), "(quantity cm (divide 7 8))");
  EXPECT_EQ(TreeOf("-7 cm"), "(quantity cm (negate 7))");
}

TEST(ParserWordsTest, QuantitiesSideBySideAreAdded) {
  EXPECT_EQ(TreeOf("7 hours 30 minutes"), "(add (quantity h 7) (quantity min 30))");
}

TEST(ParserWordsTest, CurrenciesStandBeforeOrBehind) {
  EXPECT_EQ(TreeOf(R"(\$7.50)"), "(quantity $ 7.50)");
  EXPECT_EQ(TreeOf("$7.50"), "(quantity $ 7.50)");
  EXPECT_EQ(TreeOf(R"(-\$7)"), "(quantity $ (negate 7))");
  EXPECT_EQ(TreeOf("7 dollars"), "(quantity $ 7)");
  EXPECT_EQ(TreeOf("7€"), "(quantity € 7)");
  EXPECT_EQ(TreeOf(R"(\mathdollar7)"), "(quantity $ 7)");
  EXPECT_EQ(TreeOf("USD 7"), "(quantity $ 7)");
  EXPECT_EQ(TreeOf(R"(\text{Rs. }7)"), "(quantity ₹ 7)");
  EXPECT_EQ(TreeOf(R"(\$7 million)"), "(quantity $ (multiply 7 1000000))");
}

TEST(ParserWordsTest, TemperaturesAreNoAngles) {
  EXPECT_EQ(TreeOf(R"(-7^\circ\text{C})"), "(quantity degC (negate 7))");
  EXPECT_EQ(TreeOf("7°F"), "(quantity degF 7)");
}

TEST(ParserWordsTest, ChoicesAreSymbolsOrTexts) {
  EXPECT_EQ(TreeOf("D"), "D");
  EXPECT_EQ(TreeOf("(D)"), "D");
  EXPECT_EQ(TreeOf(R"(\text{D})"), R"("D")");
}

TEST(ParserWordsTest, LettersOfOtherScriptsAreWords) {
  EXPECT_EQ(TreeOf("пять"), R"("пять")");
  EXPECT_EQ(TreeOf("7米"), "(quantity 米 7)");
}

}  // namespace
}  // namespace whet::math
