// Which answers are the same, by their kinds.
#include "rewards/math/compare.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/rewards/math/judge.h"

namespace whet::math {
namespace {

TEST(CompareTest, SetsHaveNoOrderAndNoDoubles) {
  ExpectVerdicts(Verdict::kCorrect, {
                                        {"1, 2, 3", "3, 1, 2"},
                                        {"\\{1, 2\\}", "2, 1"},
                                        {"x = 1, x = 2", "2, 1"},
                                        {"1, 2", "1, 2, 2"},
                                        {"1 \\pm \\sqrt{2}", "1 - \\sqrt 2, 1 + \\sqrt 2"},
                                        {"\\{1 \\pm \\sqrt 5, -2\\}", "-2, 1+\\sqrt5, 1-\\sqrt5"},
                                        {"5", "\\{5\\}"},
                                    });
}

TEST(CompareTest, SetsMissNothingAndHaveNothingTooMuch) {
  ExpectVerdicts(Verdict::kWrong, {
                                      {"1, 2", "1"},
                                      {"1", "1, 2"},
                                      {"3", "1, 2, 3, 4, 5"},
                                      {"1, 2, 3", "1, 2, 4"},
                                      {"\\pm 3", "3"},
                                      {"3", "\\pm 3"},
                                      {"1, 1, 2", "1, 2, 2, 3"},
                                  });
}

TEST(CompareTest, SequencesHaveAnOrder) {
  ExpectVerdicts(Verdict::kCorrect, {{"(1, 2)", "\\left(1,\\ 2\\right)"},
                                     {"(p, q) = (3, 2)", "(3,2)"},
                                     {"(1, 3)", "{1, 3}"},
                                     {"(1,2), (3,4)", "(3,4), (1,2)"},
                                     {"\\langle 1, 2 \\rangle", "(1, 2)"}});
  ExpectVerdicts(Verdict::kWrong, {{"(1, 2)", "(2, 1)"},
                                   {"(3, 1)", "{1, 3}"},
                                   {"(1, 2)", "(1, 2, 3)"},
                                   {"(1,2), (3,4)", "(1,3), (2,4)"}});
}

TEST(CompareTest, ListsWithAnEllipsisAreCompared) {
  ExpectVerdicts(Verdict::kCorrect, {{"1, 2, \\ldots, n", "1,2,\\dots,n"}});
  ExpectVerdicts(Verdict::kWrong,
                 {{"1, 2, \\ldots, n", "1, 3, \\ldots, 2n-1"}, {"1:2:3:\\ldots", "1:4:9:\\ldots"}});
}

TEST(CompareTest, ANameBeforeAValueIsNoPartOfIt) {
  ExpectVerdicts(Verdict::kCorrect, {{"x = 5", "5"},
                                     {"5", "x = 5"},
                                     {"5", "5 = x"},
                                     {"f(x) = x^2", "x^2"},
                                     {"|AB| = 7", "7"},
                                     {"x = 5 + 5 + 1 = 11", "11"},
                                     {"n = 1, 2", "2, 1"},
                                     {"p = 5, q = 2", "5, 2"},
                                     {"y = 2x + 1", "2x - y + 1 = 0"}});
  ExpectVerdicts(Verdict::kWrong, {{"x = 5", "y = 5"},
                                   {"x = 5", "x = 6"},
                                   {"x = 5", "x = x"},
                                   {"p = 5, q = 2", "2, 5"},
                                   {"a = 1, b = 2", "a = 2, b = 1"}});
}

TEST(CompareTest, AnEquationIsNoValueUnlessItIsWorkedOut) {
  ExpectVerdicts(Verdict::kCorrect, {{"5", "2 + 3 = 5"}, {"\\frac12", "\\frac{2}{4} = 0.5"}});
  ExpectVerdicts(
      Verdict::kWrong,
      {{"5", "2 + 4 = 5"}, {"0", "a^2 + b = 0"}, {"a + 3z = 0", "0"}, {"7 = 11a + c", "11a + c"}});
}

TEST(CompareTest, EquationsMayBeMultiples) {
  ExpectVerdicts(Verdict::kCorrect, {{"2x + 4y = 3", "y = -\\frac{1}{2}x + \\frac{3}{4}"},
                                     {"x^2/4 + y^2/3 = 1", "x^2/16 + y^2/12 = 1/4"},
                                     {"x \\ne 3", "2x \\ne 6"}});
  ExpectVerdicts(Verdict::kWrong,
                 {{"2x + 4y = 3", "2x + 4y = 4"}, {"x = y", "0 = 0"}, {"x = y", "x \\ne y"}});
}

TEST(CompareTest, InequalitiesMayBePositiveMultiplesAndTurned) {
  ExpectVerdicts(Verdict::kCorrect, {{"x < 1", "1 > x"},
                                     {"x < 1", "-x > -1"},
                                     {"x \\le 2", "2x \\leq 4"},
                                     {"0 < x < 1", "1 > x > 0"},
                                     {"|x| < 3", "-3 < x < 3"},
                                     {"x < 1 \\text{ or } x > 2", "x > 2 \\text{ or } x < 1"},
                                     {"x > 1 \\text{ and } x < 2", "1 < x < 2"}});
  ExpectVerdicts(Verdict::kWrong, {{"x < 1", "x > 1"},
                                   {"x < 1", "x \\le 1"},
                                   {"x < 1", "y < 1"},
                                   {"x < 1", "-x < -1"},
                                   {"|x| < 3", "x < 3"},
                                   {"0 < x < 1", "0 < x > 1"}});
}

TEST(CompareTest, WhatAnInequalitySaysMayBeGivenAsASetButNotTheOtherWayRound) {
  ExpectVerdicts(Verdict::kCorrect, {{"x \\ge 5", "[5, \\infty)"},
                                     {"0 < x < 1", "(0, 1)"},
                                     {"x > 2", "x \\in (2, \\infty)"},
                                     {"1 \\le |z| \\le 2", "z \\in [-2,-1] \\cup [1,2]"}});
  const AnswerPair echoed = {"(2, \\infty)", "x > 2"};
  ExpectVerdicts(Verdict::kWrong, {echoed, {"x \\in [0, 1]", "0 \\le x \\le 1"}});
  MathOptions options;
  options.compare.relation_for_set = true;
  ExpectVerdicts(Verdict::kCorrect, {echoed}, options);
}

TEST(CompareTest, SetsOfRealsAreTheSameHoweverTheyAreWritten) {
  ExpectVerdicts(Verdict::kCorrect,
                 {{"(-\\infty, 0) \\cup (0, \\infty)", "\\mathbb{R} \\setminus \\{0\\}"},
                  {"[0, 2]", "[0, 1] \\cup [1, 2]"},
                  {"(0, 1) \\cup (2, 3)", "(2, 3) \\cup (0, 1)"},
                  {"[0, 1)", "\\{x \\mid 0 \\le x < 1\\}"},
                  {"(1, 2)", "(0, 2) \\cap (1, 3)"},
                  {"[0, 1]", "[0, 1) \\cup \\{1\\}"},
                  {"\\mathbb{R}", "(-\\infty, \\infty)"},
                  {"\\emptyset", "\\varnothing"},
                  {"(\\sqrt 2, \\pi)", "(2^{1/2}, \\pi)"},
                  {"(a, b) \\cup (c, d)", "(c, d) \\cup (a, b)"}});
  ExpectVerdicts(Verdict::kWrong, {{"[0, 1)", "[0, 1]"},
                                   {"(0, 1)", "(0, 2)"},
                                   {"[0, 2]", "[0, 1) \\cup (1, 2]"},
                                   {"\\mathbb{R} \\setminus \\{0\\}", "\\mathbb{R}"},
                                   {"3", "[0, 10]"},
                                   {"(1, 5]", "[1, 5)"}});
}

TEST(CompareTest, FamiliesOfSolutionsMayCountOtherwise) {
  ExpectVerdicts(Verdict::kCorrect,
                 {{"\\frac{\\pi}{4} + k\\pi, k \\in \\mathbb{Z}",
                   "x = n\\pi + \\frac{\\pi}{4}, n \\in \\mathbb{Z}"},
                  {"\\frac{\\pi}{4} + k\\pi, k \\in \\mathbb{Z}",
                   "k\\pi - \\frac{3\\pi}{4}, k \\in \\mathbb{Z}"},
                  {"\\pm\\frac{\\pi}{3} + 2k\\pi, k \\in \\mathbb{Z}",
                   "2k\\pi \\mp \\frac{\\pi}{3} \\text{ for } k \\in \\mathbb{Z}"}});
  ExpectVerdicts(Verdict::kWrong, {{"\\frac{\\pi}{4} + k\\pi, k \\in \\mathbb{Z}",
                                    "\\frac{\\pi}{4} + 2k\\pi, k \\in \\mathbb{Z}"},
                                   {"\\frac{\\pi}{4} + k\\pi, k \\in \\mathbb{Z}",
                                    "\\frac{\\pi}{3} + k\\pi, k \\in \\mathbb{Z}"},
                                   {"2k, k \\in \\mathbb{N}", "2k, k \\in \\mathbb{Z}"},
                                   {"k\\pi, k \\in \\mathbb{Z}", "\\pi"}});
}

TEST(CompareTest, CongruencesAreClasses) {
  ExpectVerdicts(Verdict::kCorrect, {{"x \\equiv 2 \\pmod 5", "x \\equiv 7 \\pmod{5}"},
                                     {"x \\equiv 2 \\pmod 5", "x \\equiv -3 \\pmod{5}"},
                                     {"x \\equiv 3, 5 \\pmod 8", "x \\equiv 5, 3 \\pmod 8"}});
  ExpectVerdicts(Verdict::kWrong, {{"x \\equiv 2 \\pmod 5", "x \\equiv 3 \\pmod 5"},
                                   {"x \\equiv 2 \\pmod 5", "x \\equiv 2 \\pmod 7"},
                                   {"x \\equiv 2 \\pmod 5", "x \\equiv 2"}});
}

TEST(CompareTest, MatricesAreWorkedOut) {
  ExpectVerdicts(Verdict::kCorrect,
                 {{"\\begin{pmatrix} 6 & 8 \\end{pmatrix}",
                   "\\begin{pmatrix} 1 & 2 \\end{pmatrix} + \\begin{pmatrix} 5 & 6 \\end{pmatrix}"},
                  {"\\begin{bmatrix} 1 & 3 \\\\ 0 & 1 \\end{bmatrix}",
                   "\\begin{pmatrix} 1 & 1 \\\\ 0 & 1 \\end{pmatrix}^3"},
                  {"\\begin{pmatrix} -2 & 1 \\\\ 3/2 & -1/2 \\end{pmatrix}",
                   "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}^{-1}"},
                  {"\\begin{pmatrix} 1 & 3 \\\\ 2 & 4 \\end{pmatrix}",
                   "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}^T"},
                  {"\\begin{pmatrix} a/2 \\\\ b/2 \\end{pmatrix}",
                   "\\frac{1}{2} \\begin{pmatrix} a \\\\ b \\end{pmatrix}"}});
  ExpectVerdicts(
      Verdict::kWrong,
      {{"\\begin{pmatrix} 1 & 2 \\end{pmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}"},
       {"\\begin{pmatrix} 1 & 2 \\end{pmatrix}", "\\begin{pmatrix} 1 & 3 \\end{pmatrix}"}});
}

TEST(CompareTest, RatiosAreInProportionAndTimesAreNot) {
  ExpectVerdicts(Verdict::kCorrect,
                 {{"3:2", "6:4"}, {"1:2:3", "2:4:6"}, {"a:b", "2a:2b"}, {"12:05", "12{:}05"}});
  ExpectVerdicts(Verdict::kWrong,
                 {{"3:2", "2:3"}, {"1:2:3", "1:3:2"}, {"12:05", "12:50"}, {"3:2", "3:2:1"}});
}

TEST(CompareTest, UnitsAreDroppedButNotTakenForOthers) {
  ExpectVerdicts(Verdict::kCorrect, {{"5 \\text{ cm}", "5"},
                                     {"5", "5 \\text{ cm}"},
                                     {"5 \\text{ cm}", "5 \\mathrm{cm}"},
                                     {"\\$18.90", "18.90"}});
  ExpectVerdicts(Verdict::kWrong,
                 {{"5 \\text{ cm}", "5 \\text{ m}"}, {"5 \\text{ cm}^2", "5 \\text{ cm}"}});
}

TEST(CompareTest, WordsBehindAValueThatAreNoUnitAreNotDropped) {
  for (const char* behind : {"\\text{ or 6}",
                             "\\text{ or six or seven}",
                             "\\text{ minus one}",
                             "\\text{ is wrong}",
                             "not six",
                             "\\text{ and a half}",
                             "\\text{ point five}",
                             "\\text{ times ten}",
                             "\\text{ divided by two}",
                             "squared",
                             "below zero",
                             "\\text{ at most}",
                             "dozen",
                             "\\text{ thirds}",
                             "\\text{ pairs}",
                             "\\text{ lakh}",
                             "\\text{ k}",
                             "\\text{ M}",
                             "\\text{ bn}",
                             "十",
                             "百",
                             "千",
                             "万",
                             "亿",
                             "‰",
                             "分之一",
                             "折",
                             "\\text{x}^2",
                             "'",
                             "''",
                             "\\text{ m}^{100}",
                             "\\text{ cm} \\text{ or six}",
                             "or so",
                             "\\text{ squared units}"}) {
    const std::string answer = absl::StrCat("5 ", behind);
    EXPECT_NE(VerdictOn("5", answer), Verdict::kCorrect) << answer;
    EXPECT_EQ(VerdictOn(answer, answer), Verdict::kCorrect) << answer;
  }
  ExpectVerdicts(Verdict::kWrong, {{"x", "x \\text{ plus one}"},
                                   {"n", "n \\text{ is wrong}"},
                                   {"(1,2)", "(1,2) \\text{ is wrong}"},
                                   {"5", "x = 5 \\text{ or so}"}});
}

TEST(CompareTest, ScalesChangeTheValue) {
  ExpectVerdicts(Verdict::kCorrect, {{"60", "5 dozen eggs"},
                                     {"500000", "5\\text{ lakh}"},
                                     {"50000", "5万元"},
                                     {"0.005", "5‰"},
                                     {"5", "5千米"}});
}

TEST(CompareTest, AnglesAreTheSameInDegreesMinutesAndRadians) {
  ExpectVerdicts(Verdict::kCorrect, {{"30^\\circ", "\\frac{\\pi}{6} \\text{ rad}"},
                                     {"30.25^\\circ", "30^\\circ 15'"},
                                     {"\\frac{\\pi}{6}", "\\frac{\\pi}{6} \\text{ radians}"},
                                     {"30 \\text{ rad}", "30"}});
  ExpectVerdicts(Verdict::kWrong,
                 {{"30^\\circ", "30'"}, {"30^\\circ", "30 \\text{ rad}"}, {"5'", "5''"}});
}

TEST(CompareTest, SignsInWordsTellThemApart) {
  ExpectVerdicts(Verdict::kCorrect, {{"\\text{x > 1}", "\\text{x>1}"},
                                     {"\\text{non-negative}", "\\text{Non negative}"}});
  ExpectVerdicts(Verdict::kWrong, {{"\\text{Na+}", "\\text{Na-}"},
                                   {"\\text{x>1}", "\\text{x<1}"},
                                   {"\\text{v1.5}", "\\text{v15}"}});
}

TEST(CompareTest, WordsAreTheSameWhateverTheyLookLike) {
  ExpectVerdicts(Verdict::kCorrect, {{"\\text{Even}", "even"},
                                     {"Yes", "yes"},
                                     {"C", "\\text{(C)}"},
                                     {"(C)", "\\textbf{C}"},
                                     {"\\text{no solution}", "\\emptyset"},
                                     {"\\text{July 4}", "July 4"}});
  ExpectVerdicts(Verdict::kWrong, {{"A", "B"}, {"yes", "no"}, {"\\text{odd}", "even"}});
}

TEST(CompareTest, LettersAreTheSameOnlyByTheirNames) {
  ExpectVerdicts(Verdict::kWrong, {{"x + 1", "X + 1"}, {"x + 1", "y + 1"}, {"f(x)", "f(y)"}});
  MathOptions options;
  options.compare.any_symbols = true;
  ExpectVerdicts(Verdict::kCorrect, {{"x + 1", "y + 1"}, {"f(x)", "f(y)"}}, options);
  ExpectVerdicts(Verdict::kWrong, {{"x + 1", "y + z"}, {"x + 2y", "2a + b"}}, options);
}

TEST(CompareTest, WhatIsSaidOfASetCounts) {
  ExpectVerdicts(Verdict::kCorrect,
                 {{"\\{x \\mid x > 1\\}", "\\{x \\in \\mathbb{R} : x > 1\\}"},
                  {"\\{1, 2\\}", "\\{x \\mid x = 1 \\text{ or } x = 2\\}"},
                  {"x = \\frac{\\pi}{4} + k\\pi, k \\in \\mathbb{Z}",
                   "\\{x \\mid x = n\\pi + \\frac{\\pi}{4}, n \\in \\mathbb{Z}\\}"},
                  {"\\{(x, y) \\mid y = x^2\\}", "\\{(x,y) | y = x^2\\}"}});
  ExpectVerdicts(
      Verdict::kWrong,
      {{"\\{x | x < a\\}", "\\{x | x > b\\}"},
       {"\\{x | x \\ge a\\}", "\\{x | 0 = 0\\}"},
       {"\\{x | x = 2k, k \\in \\mathbb{Z}\\}", "\\{x | x = 2k+1, k \\in \\mathbb{Z}\\}"},
       {"\\{n \\in \\mathbb{N} | n < 5\\}", "\\{n \\in \\mathbb{N} | n < 6\\}"}});
}

TEST(CompareTest, EachSideOfAChainWithLettersCounts) {
  ExpectVerdicts(Verdict::kCorrect, {{"x = 2y = 3z", "3z = 2y = x"},
                                     {"y = 2(x + 1) = 2x + 2", "y = 2x + 2"},
                                     {"\\frac{x-1}{2} = \\frac{y+3}{4} = \\frac{z}{-1}",
                                      "\\frac{x-1}{2} = \\frac{3+y}{4} = -z"},
                                     {"x = y = z = 0", "0"}});
  ExpectVerdicts(Verdict::kWrong, {{"x = 2y = 3z", "x = 5y = 3z"},
                                   {"x = y = z", "x = z"},
                                   {"x = y = z = 0", "x = 0"},
                                   {"a^2 + b^2 = c^2 = 1", "a^2 + b^2 = 1"},
                                   {"\\frac{x-1}{2} = \\frac{y+3}{4} = z", "z"}});
}

TEST(CompareTest, AndIsNotOr) {
  ExpectVerdicts(Verdict::kWrong,
                 {{"x < 1 \\text{ or } x > 2", "x < 1 \\text{ and } x > 2"},
                  {"x > 1 \\text{ and } x < 2", "x > 1 \\text{ or } x < 2"},
                  {"\\begin{cases} x = 1 \\\\ y = 2 \\end{cases}", "x = 1 \\text{ or } y = 2"}});
  ExpectVerdicts(Verdict::kCorrect, {{"x = 1 \\text{ or } x = 2", "x = 1, x = 2"},
                                     {"1 \\text{ and } 2", "1 \\text{ or } 2"}});
}

TEST(CompareTest, WhatANameIsAppliedToCounts) {
  ExpectVerdicts(Verdict::kCorrect, {{"f(x) = x^2", "f(t) = t^2"},
                                     {"f(x) = x^2", "f(x) = x^2, x \\in \\mathbb{R}"},
                                     {"a_n = 2n + 1", "a_n = 2n + 1 (n \\ge 1)"},
                                     {"P(A) = \\frac12, P(B) = 1", "P(B) = 1, P(A) = 0.5"}});
  ExpectVerdicts(Verdict::kWrong, {{"f(1) = 1, f(2) = 2", "f(1) = 2, f(2) = 1"},
                                   {"P(A) = \\frac12, P(B) = 1", "P(A) = 1, P(B) = \\frac12"},
                                   {"f(x) = x^2", "f(y) = x^2"}});
}

TEST(CompareTest, AMarkIsNoWord) {
  ExpectVerdicts(Verdict::kWrong, {{"\\overline{AB}", "\\overline{CD}"},
                                   {"\\overline{2 + 3i}", "\\overline{2 - 3i}"},
                                   {"\\phi", "\\Phi"},
                                   {"abc", "Abc"}});
}

TEST(CompareTest, CapitalsInARowAreAnOrder) {
  ExpectVerdicts(Verdict::kCorrect, {{"BADC", "BADC"}, {"AB", "BA"}});
  ExpectVerdicts(Verdict::kWrong, {{"BADC", "ABCD"}, {"ACB", "ABC"}});
}

TEST(CompareTest, ASetOfASetIsNotThatSet) {
  ExpectVerdicts(Verdict::kWrong,
                 {{"\\{1, 2\\}", "\\{1, \\{2\\}\\}"}, {"\\emptyset", "\\{\\emptyset\\}"}});
}

TEST(CompareTest, SolutionsAreNoCoordinates) {
  ExpectVerdicts(Verdict::kWrong,
                 {{"(5, 2)", "x = 5 \\text{ or } x = 2"}, {"x = 1 \\text{ or } x = 2", "(1, 2)"}});
}

TEST(CompareTest, AChoiceIsItsLetterOrWhatItStandsFor) {
  ExpectVerdicts(Verdict::kCorrect, {{"\\textbf{(C)}\\ 90", "90"},
                                     {"\\textbf{(C)}\\ 90", "C"},
                                     {"\\textbf{(C)}\\ 90", "\\text{(C)}"},
                                     {"C", "\\text{(C)}\\ 90"}});
  ExpectVerdicts(Verdict::kWrong, {{"\\textbf{(C)}\\ 90", "\\textbf{(B)}\\ 90"},
                                   {"\\textbf{(C)}\\ 90", "\\textbf{(C)}\\ 91"},
                                   {"\\textbf{(C)}\\ 90", "B"}});
}

TEST(CompareTest, AnApproximationIsGivenBesideTheValue) {
  ExpectVerdicts(Verdict::kCorrect, {{"\\sqrt 2", "\\sqrt{2} \\approx 1.41"}});
  ExpectVerdicts(Verdict::kWrong, {{"\\sqrt 2", "\\sqrt{3} \\approx 1.41"},
                                   {"\\sqrt 2", "1.41 \\approx \\sqrt{2}"}});
}

TEST(CompareTest, AllOfAListHasOneBudget) {
  std::string list;
  for (int i = 0; i < 100; ++i) list += absl::StrCat(",\\sum_{k=1}^{999}\\sin(k+", i, ")");
  EXPECT_EQ(VerdictOn("1" + list, "2" + list), Verdict::kUnsupported);
  std::string families;
  for (int i = 1; i < 100; ++i) families += absl::StrCat("\\frac{\\pi}{", i, "}+k\\pi,");
  families += "k\\in\\mathbb{Z}";
  EXPECT_EQ(VerdictOn(families, families), Verdict::kUnsupported);
}

TEST(CompareTest, LongProductsOfMatricesAreLeftAlone) {
  std::string matrix = "\\begin{pmatrix}";
  for (int i = 0; i < 64; ++i) matrix += i % 8 == 7 ? "x\\\\" : "x&";
  matrix += "\\end{pmatrix}";
  const std::string product = matrix + matrix + matrix + matrix + matrix;
  const MathJudgement judgement = JudgeMath(product, product, {});
  EXPECT_EQ(judgement.verdict, Verdict::kCorrect);
  EXPECT_EQ(judgement.why, "as written");
}

TEST(CompareTest, FiniteEndsAreNotInfinite) {
  EXPECT_NE(VerdictOn("(0,\\infty)", "(0,10^{400})"), Verdict::kCorrect);
  EXPECT_NE(VerdictOn("\\mathbb{R}", "(-10^{400},\\infty)"), Verdict::kCorrect);
  EXPECT_NE(VerdictOn("x\\ge5", "[5,10^{999})"), Verdict::kCorrect);
}

TEST(CompareTest, EndsThatCannotBePutInOrderAreNot) {
  EXPECT_NE(VerdictOn("[0,1]", "[0,1]\\cup[\\frac14,\\frac12+2\\sin(10^{200})]"),
            Verdict::kCorrect);
  EXPECT_NE(VerdictOn("[-1,1]", "[-1,0]\\cup[10^{-400},1]"), Verdict::kCorrect);
  EXPECT_EQ(VerdictOn("[-1,1]", "[-1,\\sin\\pi]\\cup[0,1]"), Verdict::kCorrect);
  EXPECT_EQ(VerdictOn("(-2,2)", "|x|<2"), Verdict::kWrong);
  EXPECT_EQ(VerdictOn("-2<x<2", "|x|<2"), Verdict::kCorrect);
}

TEST(CompareTest, ConditionsOnTheLetterOfANameMayBeLeftOut) {
  EXPECT_EQ(VerdictOn("f(x)=x^2 \\text{ for } x>0", "f(x)=x^2"), Verdict::kCorrect);
  EXPECT_EQ(VerdictOn("f(x)=x^2 \\text{ for } x>0", "f(x)=x^2 \\text{ for } x>0"),
            Verdict::kCorrect);
  EXPECT_EQ(VerdictOn("f(x)=x^2 \\text{ for } x>0", "f(x)=x^2 \\text{ for } x<0"), Verdict::kWrong);
}

TEST(CompareTest, StatementsHaveNoTolerance) {
  EXPECT_EQ(VerdictOn("x+y=10000000", "x+y=10000001.5"), Verdict::kWrong);
  EXPECT_EQ(VerdictOn("x^2+y^2=1000000", "x^2+y^2=1000000.3"), Verdict::kWrong);
  EXPECT_EQ(VerdictOn("x+y=0.5", "2x+2y=1"), Verdict::kCorrect);
}

TEST(CompareTest, LongListsInAnotherOrderFitTheBudget) {
  std::string up;
  std::string down;
  for (int i = 1; i <= 120; ++i) {
    absl::StrAppend(&up, i == 1 ? "" : ", ", i);
    absl::StrAppend(&down, i == 1 ? "" : ", ", 121 - i);
  }
  EXPECT_EQ(VerdictOn(up, down), Verdict::kCorrect);
}

}  // namespace
}  // namespace whet::math
