// Lists, tuples, intervals, sets and statements.
#include "gtest/gtest.h"
#include "rewards/math/parser.h"
#include "tests/rewards/math/trees.h"

namespace whet::math {
namespace {

TEST(ParserSetsTest, CommasAndWordsJoinLists) {
  EXPECT_EQ(TreeOf("7, 8, 9"), "(list 7 8 9)");
  EXPECT_EQ(TreeOf("7, 8, and 9"), "(list and 7 8 9)");
  EXPECT_EQ(TreeOf(R"(7 \text{ and } 8)"), "(list and 7 8)");
  EXPECT_EQ(TreeOf("7, 8 or 9"), "(list or 7 8 9)");
  EXPECT_EQ(TreeOf("7;8;9"), "(list ; 7 8 9)");
}

TEST(ParserSetsTest, SemicolonsSeparateMoreThanCommas) {
  EXPECT_EQ(TreeOf("5,6;7,8"), "(list ; (list 5 6) (list 7 8))");
}

TEST(ParserSetsTest, OrSeparatesGroupsOfOneSize) {
  EXPECT_EQ(TreeOf("a=5, b=6 or a=7, b=8"),
            "(list or (list (relation = a 5) (relation = b 6)) "
            "(list (relation = a 7) (relation = b 8)))");
}

TEST(ParserSetsTest, BoxesSideBySideAreAList) {
  EXPECT_EQ(TreeOf(R"(\boxed{7}\boxed{8})"), "(list 7 8)");
  EXPECT_EQ(TreeOf(R"(\boxed{7} \text{ and } \boxed{8})"), "(list and 7 8)");
}

TEST(ParserSetsTest, RoundBracketsAreTuples) {
  EXPECT_EQ(TreeOf("(7, 8)"), "(tuple 7 8)");
  EXPECT_EQ(TreeOf("(7; 8; 9)"), "(tuple 7 8 9)");
  EXPECT_EQ(TreeOf("(1,234)"), "(tuple 1 234)");
  EXPECT_EQ(TreeOf("[7, 8, 9]"), "(tuple [ ] 7 8 9)");
  EXPECT_EQ(TreeOf("(7)"), "7");
}

TEST(ParserSetsTest, ASquareBracketOrAnInfinityMakesAnInterval) {
  EXPECT_EQ(TreeOf("[7, 8)"), "(interval [ ) 7 8)");
  EXPECT_EQ(TreeOf("[7; 8]"), "(interval [ ] 7 8)");
  EXPECT_EQ(TreeOf(R"((-\infty, 8))"), "(interval ( ) (negate infinity) 8)");
  EXPECT_EQ(TreeOf(R"((7, +\infty))"), "(interval ( ) 7 infinity)");
}

TEST(ParserSetsTest, BracketsMayBeTurnedRoundAsInFrance) {
  EXPECT_EQ(TreeOf("]7,8["), "(interval ( ) 7 8)");
  EXPECT_EQ(TreeOf("[7,8[ \\cup ]8,9]"), "(union (interval [ ) 7 8) (interval ( ] 8 9))");
  EXPECT_EQ(TreeOf(R"(\left]7,8\right])"), "(interval ( ] 7 8)");
}

TEST(ParserSetsTest, BesideSetsRoundBracketsAreIntervals) {
  EXPECT_EQ(TreeOf("(7,8) \\cup \\{9\\}"), "(union (interval ( ) 7 8) (set 9))");
  EXPECT_EQ(TreeOf("(7,8) U (8,9)"), "(union (interval ( ) 7 8) (interval ( ) 8 9))");
  EXPECT_EQ(TreeOf("x \\in (7,8)"), "(relation in x (interval ( ) 7 8))");
}

TEST(ParserSetsTest, BracesWithBackslashesAreSets) {
  EXPECT_EQ(TreeOf(R"(\{7, 8\})"), "(set 7 8)");
  EXPECT_EQ(TreeOf(R"(\{7\})"), "(set 7)");
  EXPECT_EQ(TreeOf(R"(\{\})"), "emptyset");
  EXPECT_EQ(TreeOf(R"(\lbrace 7, 8 \rbrace)"), "(set 7 8)");
}

TEST(ParserSetsTest, OneThingInBracesIsAGroupAsAFactorOrAnArgument) {
  EXPECT_EQ(TreeOf(R"(7\{x+1\})"), "(multiply 7 (add x 1))");
  EXPECT_EQ(TreeOf(R"(\cos\{x\})"), "(function cos x)");
  EXPECT_EQ(TreeOf(R"(x^{\left\{7\right\}})"), "(power x 7)");
}

TEST(ParserSetsTest, PlainBracesAreASetOfSeveralAndBesideSets) {
  EXPECT_EQ(TreeOf("{7, 8}"), "(set 7 8)");
  EXPECT_EQ(TreeOf("{7}"), "7");
  EXPECT_EQ(TreeOf(R"({7, 8} \setminus {8})"), "(difference (set 7 8) (set 8))");
  EXPECT_EQ(TreeOf("{{7},{8}}"), "(set (set 7) (set 8))");
}

TEST(ParserSetsTest, SetsMayHaveACondition) {
  EXPECT_EQ(TreeOf(R"(\{x \mid x > 7\})"), "(setbuilder x (relation > x 7))");
  EXPECT_EQ(TreeOf(R"(\{x : |x| < 7\})"), "(setbuilder x (relation < (abs x) 7))");
  EXPECT_EQ(TreeOf(R"(\{ x | |x| < 7 \})"), "(setbuilder x (relation < (abs x) 7))");
  EXPECT_EQ(TreeOf(R"(\{x \in \mathbb{Z} : x > 7\})"),
            "(setbuilder (relation in x integers) (relation > x 7))");
}

TEST(ParserSetsTest, UnionsGoFromTheLeftAndSectionsBindTighter) {
  EXPECT_EQ(TreeOf(R"(A \cup B \cup C)"), "(union A B C)");
  EXPECT_EQ(TreeOf(R"(A \cup B \setminus C)"), "(difference (union A B) C)");
  EXPECT_EQ(TreeOf(R"(A \cup B \cap C)"), "(union A (intersection B C))");
}

TEST(ParserSetsTest, AMinusBesideASetIsADifference) {
  EXPECT_EQ(TreeOf(R"(\mathbb{R} - \{7\})"), "(difference reals (set 7))");
}

TEST(ParserSetsTest, NumberSetsMayHaveAPart) {
  EXPECT_EQ(TreeOf(R"(\mathbb{Z}^+)"), "integers+");
  EXPECT_EQ(TreeOf(R"(\mathbb{R}_{\ge 0})"), "reals>=0");
  EXPECT_EQ(TreeOf(R"(\mathbb{R}^3)"), "(power reals 3)");
  EXPECT_EQ(TreeOf("k \\in Z"), "(relation in k integers)");
}

TEST(ParserSetsTest, SeveralRelationsAreAChain) {
  EXPECT_EQ(TreeOf(R"(7 < x \le 8)"), "(chain 7 (link < x) (link <= 8))");
  EXPECT_EQ(TreeOf("x = 3 + 4 = 7"), "(chain x (link = (add 3 4)) (link = 7))");
}

TEST(ParserSetsTest, CongruencesHaveAModulus) {
  for (const char* text : {R"(x \equiv 3 \pmod{7})", R"(x \equiv 3 \pmod 7)", "x ≡ 3 (mod 7)",
                           R"(x \equiv 3 \mod 7)"}) {
    EXPECT_EQ(TreeOf(text), "(relation equiv x 3 7)") << text;
  }
}

TEST(ParserSetsTest, ConditionsFollowWhatTheyAreOf) {
  EXPECT_EQ(TreeOf(R"(7k\pi \text{ where } k \in \mathbb{Z})"),
            "(where (multiply 7 k pi) (relation in k integers))");
  EXPECT_EQ(TreeOf(R"(x = 7k\pi\ (k \in \mathbb{Z}))"),
            "(where (relation = x (multiply 7 k pi)) (relation in k integers))");
  EXPECT_EQ(TreeOf(R"(7k\pi, k \in \mathbb{Z})"),
            "(list (multiply 7 k pi) (relation in k integers))");
}

TEST(ParserSetsTest, ColonsAreRatiosAndMayBeTimes) {
  EXPECT_EQ(TreeOf("7:8"), "(ratio 7 8)");
  EXPECT_EQ(TreeOf("a:b = 7:8"), "(relation = (ratio a b) (ratio 7 8))");
  EXPECT_EQ(TreeOf("7:05"), "(ratio clock 7 5)");
  EXPECT_EQ(TreeOf("7:05 pm"), "(quantity pm (ratio clock 7 5))");
}

TEST(ParserSetsTest, DatesAreNoArithmetic) {
  EXPECT_EQ(TreeOf("2031-07-09"), "(date - 2031 7 9)");
  EXPECT_EQ(TreeOf("$7/9/2031$"), "(date / 7 9 2031)");
  EXPECT_EQ(TreeOf("2031 - 7"), "(add 2031 (negate 7))");
}

TEST(ParserSetsTest, AngleBracketsAreVectors) {
  EXPECT_EQ(TreeOf(R"(\langle 7, -8 \rangle)"), "(vector 7 (negate 8))");
  EXPECT_EQ(TreeOf("<7, 8>"), "(vector 7 8)");
}

TEST(ParserSetsTest, EllipsesAreItemsAndOperands) {
  EXPECT_EQ(TreeOf(R"(7, 8, \ldots, n)"), "(list 7 8 ... n)");
  EXPECT_EQ(TreeOf("7 + 8 + ... + n"), "(add 7 8 ... n)");
}

}  // namespace
}  // namespace whet::math
