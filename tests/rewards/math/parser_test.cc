// Precedence, juxtaposition, functions and calculus. Notation: parser_notation_test.cc.
#include "rewards/math/parser.h"

#include "gtest/gtest.h"
#include "tests/rewards/math/trees.h"

namespace whet::math {
namespace {

TEST(ParserTest, ProductsBindTighterThanSumsAndPowersTighterThanProducts) {
  EXPECT_EQ(TreeOf("7+2x^3"), "(add 7 (multiply 2 (power x 3)))");
  EXPECT_EQ(TreeOf("7-2-x"), "(add 7 (negate 2) (negate x))");
  EXPECT_EQ(TreeOf("-x^3"), "(negate (power x 3))");
  EXPECT_EQ(TreeOf("(-x)^3"), "(power (negate x) 3)");
}

TEST(ParserTest, DivisionGoesFromTheLeft) {
  EXPECT_EQ(TreeOf("a/b/c"), "(divide (divide a b) c)");
  EXPECT_EQ(TreeOf(R"(a \div b \cdot c)"), "(multiply (divide a b) c)");
}

TEST(ParserTest, JuxtapositionBindsTighterThanDivision) {
  EXPECT_EQ(TreeOf("p/qr"), "(divide p (multiply q r))");
  EXPECT_EQ(TreeOf("5y/7z"), "(divide (multiply 5 y) (multiply 7 z))");
}

TEST(ParserTest, AFractionOfTwoNumeralsIsACoefficient) {
  EXPECT_EQ(TreeOf("5/7z"), "(multiply (divide 5 7) z)");
  EXPECT_EQ(TreeOf("-5/7 z"), "(multiply (divide (negate 5) 7) z)");
  EXPECT_EQ(TreeOf("5/7(z+1)"), "(multiply (divide 5 7) (add z 1))");
}

TEST(ParserTest, ASignMayStandBehindAnOperator) {
  EXPECT_EQ(TreeOf("7 \\cdot -2"), "(multiply 7 (negate 2))");
  EXPECT_EQ(TreeOf("7/-2"), "(divide 7 (negate 2))");
  EXPECT_EQ(TreeOf("7--2"), "(add 7 (negate (negate 2)))");
  EXPECT_EQ(TreeOf("+7"), "7");
}

TEST(ParserTest, ModTakesTheProductBeforeItWithItsSign) {
  EXPECT_EQ(TreeOf(R"(-9 \mod 4)"), "(mod (negate 9) 4)");
  EXPECT_EQ(TreeOf(R"(7 + 9 \bmod 4)"), "(add 7 (mod 9 4))");
  EXPECT_EQ(TreeOf(R"(99 \mod 7 / 3)"), "(divide (mod 99 7) 3)");
}

TEST(ParserTest, ExponentsGoFromTheRight) {
  EXPECT_EQ(TreeOf("2^3^5"), "(power 2 (power 3 5))");
  EXPECT_EQ(TreeOf("2^{3}^{5}"), "(power 2 (power 3 5))");
  EXPECT_EQ(TreeOf("(2^3)^5"), "(power (power 2 3) 5)");
}

TEST(ParserTest, AnExponentWithoutBracesIsANumeralOrOneLetter) {
  EXPECT_EQ(TreeOf("x^12"), "(power x 12)");
  EXPECT_EQ(TreeOf("x^-2"), "(power x (negate 2))");
  EXPECT_EQ(TreeOf("x^ab"), "(multiply (power x a) b)");
  EXPECT_EQ(TreeOf("x**2"), "(power x 2)");
  EXPECT_EQ(TreeOf("x^(1/3)"), "(power x (divide 1 3))");
  EXPECT_EQ(TreeOf("x^5 125"), "(multiply (power x 5) 125)");
}

TEST(ParserTest, AnIntegerBeforeAFractionOfIntegersIsAMixedNumber) {
  EXPECT_EQ(TreeOf(R"(4\frac{2}{5})"), "(add 4 (divide 2 5))");
  EXPECT_EQ(TreeOf("4 2/5"), "(add 4 (divide 2 5))");
  EXPECT_EQ(TreeOf("4⅖"), "(add 4 (divide 2 5))");
  EXPECT_EQ(TreeOf(R"(-4\frac25)"), "(negate (add 4 (divide 2 5)))");
  EXPECT_EQ(TreeOf(R"(4\frac25\%)"), "(percent (add 4 (divide 2 5)))");
}

TEST(ParserTest, AnOperatorKeepsWhatIsBesideItApart) {
  EXPECT_EQ(TreeOf(R"(5\% \cdot 7)"), "(multiply (percent 5) 7)");
  EXPECT_EQ(TreeOf(R"(x \cdot (5,7))"), "(multiply x (tuple 5 7))");
  EXPECT_EQ(TreeOf(R"(2 \cdot 4\frac25)"), "(multiply 2 (add 4 (divide 2 5)))");
}

TEST(ParserTest, OtherFactorsBeforeAFractionAreFactors) {
  EXPECT_EQ(TreeOf(R"(4.5\frac{2}{5})"), "(multiply 4.5 (divide 2 5))");
  EXPECT_EQ(TreeOf(R"(4\frac{x}{5})"), "(multiply 4 (divide x 5))");
  EXPECT_EQ(TreeOf(R"(x\frac{2}{5})"), "(multiply x (divide 2 5))");
}

TEST(ParserTest, FactorialsAndDoubleFactorials) {
  EXPECT_EQ(TreeOf("6!"), "(factorial 6)");
  EXPECT_EQ(TreeOf("6!!"), "(factorial2 6)");
  EXPECT_EQ(TreeOf("n!!!"), "(factorial (factorial (factorial n)))");
  EXPECT_EQ(TreeOf("4!=24"), "(relation = (factorial 4) 24)");
  EXPECT_EQ(TreeOf("n!=4"), "(relation != n 4)");
}

TEST(ParserTest, FunctionsTakeWhatIsInBrackets) {
  EXPECT_EQ(TreeOf(R"(\sin(x+y)z)"), "(multiply (function sin (add x y)) z)");
  EXPECT_EQ(TreeOf(R"(\ln|x|)"), "(function ln (abs x))");
  EXPECT_EQ(TreeOf(R"(\tan{\frac{x}{7}})"), "(function tan (divide x 7))");
}

TEST(ParserTest, FunctionsWithoutBracketsTakeTheProductBehindThem) {
  EXPECT_EQ(TreeOf(R"(\sin 5y)"), "(function sin (multiply 5 y))");
  EXPECT_EQ(TreeOf(R"(\sin y^5)"), "(function sin (power y 5))");
  EXPECT_EQ(TreeOf(R"(\sin y \cos z)"), "(multiply (function sin y) (function cos z))");
  EXPECT_EQ(TreeOf(R"(\sin y (z+1))"), "(multiply (function sin y) (add z 1))");
  EXPECT_EQ(TreeOf(R"(\sin y \cdot z)"), "(multiply (function sin y) z)");
  EXPECT_EQ(TreeOf(R"(\sin y + z)"), "(add (function sin y) z)");
  EXPECT_EQ(TreeOf(R"(\sin y / y)"), "(divide (function sin y) y)");
}

TEST(ParserTest, MultiplesOfPiAreDividedInsideTheFunction) {
  EXPECT_EQ(TreeOf(R"(\cos 5\pi/7)"), "(function cos (divide (multiply 5 pi) 7))");
  EXPECT_EQ(TreeOf(R"(\cos 5/7)"), "(divide (function cos 5) 7)");
}

TEST(ParserTest, APowerOnAFunctionIsOfItsValueButMinusOneIsItsInverse) {
  EXPECT_EQ(TreeOf(R"(\tan^3 x)"), "(power (function tan x) 3)");
  EXPECT_EQ(TreeOf(R"(\tan(x)^3)"), "(power (function tan x) 3)");
  EXPECT_EQ(TreeOf(R"(\tan^{-1} x)"), "(function arctan x)");
  EXPECT_EQ(TreeOf(R"(\tanh^{-1} x)"), "(function artanh x)");
  EXPECT_EQ(TreeOf(R"(\tan^{-2} x)"), "(power (function tan x) (negate 2))");
  EXPECT_EQ(TreeOf(R"(\ln^{-1} x)"), "(power (function ln x) (negate 1))");
}

TEST(ParserTest, LogarithmsHaveTheirBaseBehindTheArgument) {
  EXPECT_EQ(TreeOf(R"(\log_3 7)"), "(function log 7 3)");
  EXPECT_EQ(TreeOf(R"(\log_{b}{7})"), "(function log 7 b)");
  EXPECT_EQ(TreeOf(R"(\lg 7)"), "(function log 7 10)");
  EXPECT_EQ(TreeOf(R"(\log 7)"), "(function log 7)");
  EXPECT_EQ(TreeOf("log3(7)"), "(function log 7 3)");
}

TEST(ParserTest, DigitsBehindLogAreItsBaseIfAnArgumentFollows) {
  EXPECT_EQ(TreeOf(R"(\log_37)"), "(function log 7 3)");
  EXPECT_EQ(TreeOf(R"(\log_12 7)"), "(function log 7 12)");
  EXPECT_EQ(TreeOf(R"(\log_5 125)"), "(function log 125 5)");
}

TEST(ParserTest, FunctionsOfSeveralArguments) {
  EXPECT_EQ(TreeOf(R"(\gcd(9,876,543))"), "(function gcd 9 876 543)");
  EXPECT_EQ(TreeOf(R"(\max\{7,8\})"), "(function max 7 8)");
  EXPECT_EQ(TreeOf("lcm(4, 6)"), "(function lcm 4 6)");
  EXPECT_EQ(TreeOf(R"(\min\left(7,\infty\right))"), "(function min 7 infinity)");
}

TEST(ParserTest, SomeFunctionsAreNodesOfTheirOwn) {
  EXPECT_EQ(TreeOf(R"(\operatorname{floor}(7.5))"), "(floor 7.5)");
  EXPECT_EQ(TreeOf("abs(x)"), "(abs x)");
  EXPECT_EQ(TreeOf("sqrt(x)+cbrt(y)"), "(add (root x _) (root y 3))");
  EXPECT_EQ(TreeOf("binomial(7,2)"), "(binomial 7 2)");
}

TEST(ParserTest, FAndGAreAppliedAndOtherLettersMultiply) {
  EXPECT_EQ(TreeOf("f(x+1)^2"), "(power (apply f (add x 1)) 2)");
  EXPECT_EQ(TreeOf("g(f(7))"), "(apply g (apply f 7))");
  EXPECT_EQ(TreeOf("x(y+1)"), "(multiply x (add y 1))");
  EXPECT_EQ(TreeOf("h(7)"), "(apply h 7)");
  EXPECT_EQ(TreeOf("h(r+7)"), "(multiply h (add r 7))");
}

TEST(ParserTest, ALetterBeforeBracketsThatHoldNoFactorIsApplied) {
  EXPECT_EQ(TreeOf("Q(7, 8)"), "(apply Q 7 8)");
  EXPECT_EQ(TreeOf(R"(P(A \mid B))"), "(apply P (relation | A B))");
  EXPECT_EQ(TreeOf("P(X=7)"), "(apply P (relation = X 7))");
}

TEST(ParserTest, ALetterThatIsDefinedIsAppliedFromThenOn) {
  EXPECT_EQ(TreeOf("T(n) = 2T(n-1)"),
            "(relation = (apply T n) (multiply 2 (apply T (add n (negate 1)))))");
  EXPECT_EQ(TreeOf("k(k-1) = 20"), "(relation = (multiply k (add k (negate 1))) 20)");
}

TEST(ParserTest, InversesAndCompositionsAreApplied) {
  EXPECT_EQ(TreeOf("f^{-1}(7)"), "(apply (power f (negate 1)) 7)");
  EXPECT_EQ(TreeOf(R"((f \circ g)(7))"), "(apply (compose f g) 7)");
  EXPECT_EQ(TreeOf("f'(7)"), "(apply f' 7)");
}

TEST(ParserTest, DerivativesHaveABodyAVariableAndAnOrder) {
  EXPECT_EQ(TreeOf(R"(\frac{d}{dt} t^7)"), "(derivative (power t 7) t 1)");
  EXPECT_EQ(TreeOf(R"(\frac{d}{dt} t + 7)"), "(add (derivative t t 1) 7)");
  EXPECT_EQ(TreeOf(R"(\frac{d^3 y}{dt^3})"), "(derivative y t 3)");
  EXPECT_EQ(TreeOf(R"(\frac{\mathrm{d}y}{\mathrm{d}t})"), "(derivative y t 1)");
  EXPECT_EQ(TreeOf("dy/dt"), "(derivative y t 1)");
}

TEST(ParserTest, MixedDerivativesAreInEachOther) {
  EXPECT_EQ(TreeOf(R"(\frac{\partial^2 u}{\partial s \partial t})"),
            "(derivative partial (derivative partial u t 1) s 1)");
}

TEST(ParserTest, AFractionThatMerelyBeginsWithDIsAFraction) {
  EXPECT_EQ(TreeOf(R"(\frac{d}{d+7})"), "(divide d (add d 7))");
  EXPECT_EQ(TreeOf(R"(\frac{d}{7t})"), "(divide d (multiply 7 t))");
}

TEST(ParserTest, IntegralsEndAtTheirDifferential) {
  EXPECT_EQ(TreeOf(R"(\int t + 7 \, dt)"), "(integral (add t 7) t _ _)");
  EXPECT_EQ(TreeOf(R"(\int_0^{7} t dt + C)"), "(add (integral t t 0 7) C)");
  EXPECT_EQ(TreeOf(R"(\int \frac{dt}{t})"), "(integral (divide 1 t) t _ _)");
  EXPECT_EQ(TreeOf(R"(\int \frac{dt}{t+7} + C)"), "(add (integral (divide 1 (add t 7)) t _ _) C)");
  EXPECT_EQ(TreeOf(R"(\int tdt)"), "(integral t t _ _)");
  EXPECT_EQ(TreeOf(R"(\int F \cdot dr)"), "(integral F r _ _)");
}

TEST(ParserTest, IntegralsOfIntegrals) {
  EXPECT_EQ(TreeOf(R"(\int_0^7\int_0^s st \, dt \, ds)"),
            "(integral (integral (multiply s t) t 0 s) s 0 7)");
  EXPECT_EQ(TreeOf(R"(\iint_D u \, dA)"), "(integral (integral u A D _) _ _ _)");
}

TEST(ParserTest, SumsTakeATermAndTheirVariable) {
  EXPECT_EQ(TreeOf(R"(\sum_{k=3}^{n} k^7 + 1)"), "(add (sum (power k 7) k 3 n) 1)");
  EXPECT_EQ(TreeOf(R"(\prod^n_{k=3} k)"), "(product k k 3 n)");
  EXPECT_EQ(TreeOf(R"(\sum_{d \mid 12} d)"), "(sum d (relation | d 12) _ _)");
}

TEST(ParserTest, LimitsMayComeFromOneSide) {
  EXPECT_EQ(TreeOf(R"(\lim_{t \to \infty} \frac{7}{t})"), "(limit (divide 7 t) t infinity)");
  EXPECT_EQ(TreeOf(R"(\lim_{t\to 7^+} t)"), "(limit above t t 7)");
  EXPECT_EQ(TreeOf(R"(\lim_{t\to 7^{-}} t)"), "(limit below t t 7)");
}

TEST(ParserTest, BarsCloseWhereAnOperandIsBeforeThem) {
  EXPECT_EQ(TreeOf("|s||t|"), "(multiply (abs s) (abs t))");
  EXPECT_EQ(TreeOf("|s|t|u|"), "(multiply (abs s) t (abs u))");
  EXPECT_EQ(TreeOf("||s|-|t||"), "(abs (add (abs s) (negate (abs t))))");
  EXPECT_EQ(TreeOf("||s||t||"), "(abs (multiply (abs s) (abs t)))");
  EXPECT_EQ(TreeOf("||s||"), "(norm s)");
  EXPECT_EQ(TreeOf("a | b"), "(relation | a b)");
}

TEST(ParserTest, PlusMinusHasOneSideOrTwo) {
  EXPECT_EQ(TreeOf(R"(\pm 7t)"), "(plusminus (multiply 7 t))");
  EXPECT_EQ(TreeOf(R"(s \pm t)"), "(plusminus s t)");
  EXPECT_EQ(TreeOf(R"(r + s \mp t)"), "(minusplus (add r s) t)");
}

TEST(ParserTest, PercentsAndDegreesBelongToTheNumberBeforeThem) {
  EXPECT_EQ(TreeOf(R"(7\%)"), "(percent 7)");
  EXPECT_EQ(TreeOf("7 percent"), "(percent 7)");
  EXPECT_EQ(TreeOf(R"(-7^\circ)"), "(negate (degrees 7))");
  EXPECT_EQ(TreeOf("7 degrees"), "(degrees 7)");
  EXPECT_EQ(TreeOf(R"(\sin 7^{\circ})"), "(function sin (degrees 7))");
}

TEST(ParserTest, MinutesAndSecondsOfAnAngleAreAdded) {
  EXPECT_EQ(TreeOf(R"(7^\circ 30' 15'')"),
            "(add (add (degrees 7) (degrees (divide 30 60))) (degrees (divide 15 3600)))");
}

TEST(ParserTest, IAndEAreSymbolsUnlessTheyAreUpright) {
  EXPECT_EQ(TreeOf("3+7i"), "(add 3 (multiply 7 i))");
  EXPECT_EQ(TreeOf(R"(\mathrm{e}^{\mathrm{i}t})"), "(power euler (multiply imaginary t))");
}

}  // namespace
}  // namespace whet::math
