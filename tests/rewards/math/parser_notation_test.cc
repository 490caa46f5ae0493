// The many ways to write one thing: spellings, spaces, Unicode, plain text, subscripts, matrices.
#include "gtest/gtest.h"
#include "rewards/math/parser.h"
#include "tests/rewards/math/trees.h"

namespace whet::math {
namespace {

TEST(ParserNotationTest, FractionsHaveManySpellings) {
  for (const char* text :
       {R"(\frac{5}{7})", R"(\dfrac{5}{7})", R"(\tfrac57)", R"(\frac5{7})", R"(\frac 5 7)",
        R"({5 \over 7})", R"(5 \over 7)", "5/7", "frac{5}{7}", "5⁄7"}) {
    EXPECT_EQ(TreeOf(text), "(divide 5 7)") << text;
  }
}

TEST(ParserNotationTest, FractionsWithoutBracesTakeOneDigitOrLetter) {
  EXPECT_EQ(TreeOf(R"(\frac572)"), "(multiply (divide 5 7) 2)");
  EXPECT_EQ(TreeOf(R"(\frac abc)"), "(multiply (divide a b) c)");
  EXPECT_EQ(TreeOf(R"(\frac5\pi)"), "(divide 5 pi)");
}

TEST(ParserNotationTest, RootsTakeANumeralOrWhatIsInBrackets) {
  EXPECT_EQ(TreeOf(R"(\sqrt57)"), "(root 57 _)");
  EXPECT_EQ(TreeOf(R"(\sqrt(5)7)"), "(multiply (root 5 _) 7)");
  EXPECT_EQ(TreeOf(R"(\sqrt[5]{7x})"), "(root (multiply 7 x) 5)");
  EXPECT_EQ(TreeOf("√7"), "(root 7 _)");
  EXPECT_EQ(TreeOf("∛7"), "(root 7 3)");
}

TEST(ParserNotationTest, SizesFontsAndSpacesSayNothing) {
  for (const char* text :
       {R"(\left(x+7\right)y)", R"(\bigl( x + 7 \bigr) y)", R"((x\,+\;7)\!y)",
        R"(\displaystyle (x+7)\quad y)", R"((\mathbf{x}+\mathrm{7})~y)", "(x+7)y\n",
        R"({(x+7)}{y})", R"(\mleft(x+7\mright)y)", R"(\left[x+7\right]y)"}) {
    EXPECT_EQ(TreeOf(text), "(multiply (add x 7) y)") << text;
  }
}

TEST(ParserNotationTest, WhatSurroundsAnAnswerIsDropped) {
  for (const char* text :
       {"$x=7$", "$$x=7$$", R"(\(x=7\))", R"(\[x=7\].)", R"(\boxed{x=7})", R"($\boxed{x=7}$.)",
        "x = 7.", "**x=7**", "\"x=7\"", " x=7 ", R"(\fbox{$x=7$})", R"(x = \boxed{7})"}) {
    EXPECT_EQ(TreeOf(text), "(relation = x 7)") << text;
  }
}

TEST(ParserNotationTest, WhatOnlyMarksAnAnswerIsDropped) {
  for (const char* text : {"__7__", "*7*", R"(7\ \checkmark)", R"(7 \square)", R"($7$ $\Box$)",
                           R"(7 \qed)", "7 ✓", R"(\textcolor{blue}{7})", R"(\color{blue}7)",
                           R"(7\)", "about 7", R"(\text{approximately } 7)", R"(\sim 7)", "约7"}) {
    EXPECT_EQ(TreeOf(text), "7") << text;
  }
  EXPECT_EQ(TreeOf(R"(7 + \square)"), R"((add 7 \square))");
  EXPECT_EQ(TreeOf("about half"), R"("about half")");
}

TEST(ParserNotationTest, OneBraceMayBeMissingOrTooMuchAtTheEnd) {
  EXPECT_EQ(TreeOf(R"(\frac{5}{7)"), "(divide 5 7)");
  EXPECT_EQ(TreeOf(R"(\sqrt{7)"), "(root 7 _)");
  EXPECT_EQ(TreeOf(R"(\frac{5}{7}})"), "(divide 5 7)");
  EXPECT_FALSE(Parses(R"(\sqrt{\frac{5}{7)"));
  EXPECT_FALSE(Parses(R"(\frac{5}{7}}})"));
}

TEST(ParserNotationTest, ABoxMayBeCutOff) { EXPECT_EQ(TreeOf(R"(\boxed{7)"), "7"); }

TEST(ParserNotationTest, ARelationWithNothingBeforeItIsDropped) {
  EXPECT_EQ(TreeOf("= 7"), "7");
  EXPECT_EQ(TreeOf(R"(\Rightarrow x = 7)"), "(relation = x 7)");
}

TEST(ParserNotationTest, DoubledBackslashesAreOneOutsideOfRows) {
  EXPECT_EQ(TreeOf(R"(\\frac{5}{7} \\le \\{7\\})"), "(relation <= (divide 5 7) (set 7))");
  EXPECT_EQ(TreeOf(R"(\begin{matrix}5\\7\end{matrix})"), "(matrix 1 5 7)");
}

TEST(ParserNotationTest, ACommandMayLackTheSpaceBehindIt) {
  EXPECT_EQ(TreeOf(R"(7\cdotx)"), "(multiply 7 x)");
  EXPECT_EQ(TreeOf(R"(x=1,\quady=2)"), "(list (relation = x 1) (relation = y 2))");
  EXPECT_EQ(TreeOf(R"(\lvertx\rvert)"), "(abs x)");
}

TEST(ParserNotationTest, AnUnknownCommandIsAName) {
  EXPECT_EQ(TreeOf(R"(\qqq + 7)"), R"((add \qqq 7))");
}

TEST(ParserNotationTest, UnicodeIsReadAsItsCommands) {
  EXPECT_EQ(TreeOf("x² − 3·y₁ ≤ ½π"),
            "(relation <= (add (power x 2) (negate (multiply 3 y_1))) (multiply (divide 1 2) pi))");
  EXPECT_EQ(TreeOf("10⁻⁷"), "(power 10 (negate 7))");
  EXPECT_EQ(TreeOf("⌊x⌋ ÷ ∞"), "(divide (floor x) infinity)");
  EXPECT_EQ(TreeOf("７＋８"), "(add 7 8)");
  EXPECT_EQ(TreeOf("x\u200b7\ufeff"), "(multiply x 7)");
}

TEST(ParserNotationTest, PlainTextIsReadAsItsCommands) {
  EXPECT_EQ(TreeOf("x >= 7"), "(relation >= x 7)");
  EXPECT_EQ(TreeOf("x != 7"), "(relation != x 7)");
  EXPECT_EQ(TreeOf("2*pi/7"), "(divide (multiply 2 pi) 7)");
  EXPECT_EQ(TreeOf("-oo"), "(negate infinity)");
  EXPECT_EQ(TreeOf("7 +/- 2"), "(plusminus 7 2)");
  EXPECT_EQ(TreeOf("alpha + theta"), "(add alpha theta)");
}

TEST(ParserNotationTest, FunctionsMayBeJoinedToTheirNeighbours) {
  EXPECT_EQ(TreeOf("xsin(y)"), "(multiply x (function sin y))");
  EXPECT_EQ(TreeOf("cosx"), "(function cos x)");
  EXPECT_EQ(TreeOf("2pir"), "(multiply 2 pi r)");
  EXPECT_EQ(TreeOf("npi"), "(multiply n pi)");
}

TEST(ParserNotationTest, SubscriptsArePartOfANameInOneSpelling) {
  for (const char* text : {"x_7", "x_{7}", "x _ { 7 }", R"(x_\text{7})", "x₇"}) {
    EXPECT_EQ(TreeOf(text), "x_7") << text;
  }
  EXPECT_EQ(TreeOf(R"(x_{\text{max}})"), "x_max");
  EXPECT_EQ(TreeOf("a_{n + 1}"), "a_{n+1}");
  EXPECT_EQ(TreeOf("x_{i,j}^2"), "(power x_{i,j} 2)");
  EXPECT_EQ(TreeOf("x^2_{i,j}"), "(power x_{i,j} 2)");
  EXPECT_EQ(TreeOf("x'_1"), TreeOf("x_1'"));
}

TEST(ParserNotationTest, AccentsArePartOfANameAndOverlinesAreNot) {
  EXPECT_EQ(TreeOf(R"(\vec{u}_1)"), "vec(u)_1");
  EXPECT_EQ(TreeOf(R"(\overrightarrow{PQ})"), "vec(PQ)");
  EXPECT_EQ(TreeOf(R"(\angle PQR)"), "angle(PQR)");
  EXPECT_EQ(TreeOf(R"(\overline{u+v})"), "(accent overline (add u v))");
}

TEST(ParserNotationTest, NumeralsMayHaveAnotherBase) {
  EXPECT_EQ(TreeOf("342_5"), "(based 342 5)");
  EXPECT_EQ(TreeOf("(342)_{5}"), "(based 342 5)");
  EXPECT_EQ(TreeOf("1FA_{16}"), "(based 1fa 16)");
  EXPECT_EQ(TreeOf("(n)_{5}"), "(function falling n 5)");
}

TEST(ParserNotationTest, DecimalsMayGoOn) {
  EXPECT_EQ(TreeOf("2.718..."), "(truncated 2.718)");
  EXPECT_EQ(TreeOf(R"(2.718\ldots)"), "(truncated 2.718)");
  EXPECT_EQ(TreeOf(R"(0.\overline{81})"), "(repeating 0.(81))");
}

TEST(ParserNotationTest, NumeralsHaveManySpellings) {
  EXPECT_EQ(TreeOf("3.5 x 10^4"), TreeOf(R"(3.5 \times 10^4)"));
  EXPECT_EQ(TreeOf("3.5x10^4"), TreeOf(R"(3.5 \times 10^4)"));
  EXPECT_EQ(TreeOf("5e-7"), "5e-7");
  EXPECT_EQ(TreeOf("5e - 7"), "(add (multiply 5 e) (negate 7))");
  EXPECT_EQ(TreeOf("0{,}5"), "0.5");
  EXPECT_EQ(TreeOf(R"(.\overline{3})"), "(repeating 0.(3))");
  EXPECT_EQ(TreeOf(R"(7\text{\%})"), "(percent 7)");
}

TEST(ParserNotationTest, CommasInNumeralsAreAnOption) {
  EXPECT_EQ(TreeOf("9,876"), "9876");
  EXPECT_EQ(TreeOf("9,876", {.thousands_comma = false}), "(list 9 876)");
  EXPECT_EQ(TreeOf("9,8"), "(list 9 8)");
  EXPECT_EQ(TreeOf("9,8", {.decimal_comma = true}), "9.8");
  EXPECT_EQ(TreeOf("(9,8)", {.decimal_comma = true}), "(tuple 9 8)");
}

TEST(ParserNotationTest, BinomialsHaveManySpellings) {
  for (const char* text :
       {R"(\binom{7}{2})", R"(\binom72)", R"({7 \choose 2})", "7 choose 2", R"({}^{7}C_{2})",
        R"({}_7C_2)", "C_7^2", "C_{7}^{2}", "C^2_7", R"(\mathrm{C}_7^2)"}) {
    EXPECT_EQ(TreeOf(text), "(binomial 7 2)") << text;
  }
  EXPECT_EQ(TreeOf("A_7^2"), TreeOf("P_7^2"));
  EXPECT_EQ(TreeOf("A_7^2"), "(function permutations 7 2)");
  EXPECT_EQ(TreeOf("A_1^2"), "(power A_1 2)");
  EXPECT_EQ(TreeOf("C_n^2"), "(power C_n 2)");
  EXPECT_EQ(TreeOf("B_7^2"), "(power B_7 2)");
}

TEST(ParserNotationTest, MatricesAreReadRowByRow) {
  EXPECT_EQ(TreeOf(R"(\begin{pmatrix}5&6\\7&8\\\end{pmatrix})"), "(matrix p 2 5 6 7 8)");
  EXPECT_EQ(TreeOf(R"(\left[\begin{array}{c|c}5&6\end{array}\right])"), "(matrix 2 5 6)");
  EXPECT_EQ(TreeOf(R"(\begin{matrix}5\\[2pt]6\end{matrix})"), "(matrix 1 5 6)");
  EXPECT_EQ(TreeOf(R"(\begin{matrix}5\\ \\6\end{matrix})"), "(matrix 1 5 6)");
}

TEST(ParserNotationTest, BarsAroundAMatrixAreItsDeterminant) {
  const char* determinant = "(function det (matrix 2 5 6 7 8))";
  EXPECT_EQ(TreeOf(R"(\begin{vmatrix}5&6\\7&8\end{vmatrix})"), determinant);
  EXPECT_EQ(TreeOf(R"(\left|\begin{matrix}5&6\\7&8\end{matrix}\right|)"), determinant);
}

TEST(ParserNotationTest, TransposesAreMarkedOrOfAMatrix) {
  EXPECT_EQ(TreeOf(R"(A^\top)"), "(transpose A)");
  EXPECT_EQ(TreeOf(R"(\begin{pmatrix}5&6\end{pmatrix}^T)"), "(transpose (matrix p 2 5 6))");
  EXPECT_EQ(TreeOf("A^T"), "(power A T)");
}

TEST(ParserNotationTest, CasesAreValuesWithConditionsOrASystem) {
  EXPECT_EQ(TreeOf(R"(\begin{cases} x, & \text{if } x > 7 \\ 7 & \text{otherwise} \end{cases})"),
            R"((cases x (relation > x 7) 7 "otherwise"))");
  EXPECT_EQ(TreeOf(R"(\left\{\begin{array}{l} x=7 \\ y=8 \end{array}\right.)"),
            "(list and (relation = x 7) (relation = y 8))");
  EXPECT_EQ(TreeOf(R"(\begin{aligned} x &= 3 + 4 \\ &= 7 \end{aligned})"),
            "(chain x (link = (add 3 4)) (link = 7))");
}

}  // namespace
}  // namespace whet::math
