// Where answers are looked for in a text, and in which order.
#include "rewards/math/extraction.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rewards/math/parser.h"

namespace whet::math {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr ExtractionOptions kLatex = {.expression = false};
constexpr ExtractionOptions kFigures = {.latex = false};

// All candidates, none of which is accepted.
std::vector<std::string> Candidates(absl::string_view text, const ExtractionOptions& options = {}) {
  std::vector<std::string> texts;
  ForEachCandidate(text, options, [&](const Candidate& candidate) {
    texts.push_back(candidate.text);
    return false;
  });
  return texts;
}

std::string First(absl::string_view text, const ExtractionOptions& options = {}) {
  std::string first = "nothing";
  ForEachCandidate(text, options, [&](const Candidate& candidate) {
    first = candidate.text;
    return true;
  });
  return first;
}

// The first that can be parsed.
std::string Answer(absl::string_view text, const ExtractionOptions& options = {}) {
  std::string answer = "nothing";
  ForEachCandidate(text, options, [&](const Candidate& candidate) {
    if (candidate.kind != Candidate::Kind::kString && !ParseMath(candidate.text, {}).ok()) {
      return false;
    }
    answer = candidate.text;
    return true;
  });
  return answer;
}

ExtractionOptions Letters() {
  return {.latex = false, .expression = false, .strings = {"A", "B", "C", "D"}};
}

TEST(ExtractionTest, EnvironmentsAreWhatIsBetweenDelimiters) {
  EXPECT_THAT(Candidates("so $x+4$ it is", kLatex), ElementsAre("x+4"));
  EXPECT_THAT(Candidates("so $$x+4$$ it is", kLatex), ElementsAre("x+4"));
  EXPECT_THAT(Candidates(R"(so \(x+4\) it is)", kLatex), ElementsAre("x+4"));
  EXPECT_THAT(Candidates(R"(so \[x+4\] it is)", kLatex), ElementsAre("x+4"));
  EXPECT_THAT(Candidates("so [ x+4 ] it is", kLatex), ElementsAre("x+4"));
  EXPECT_THAT(Candidates("so[ x+4 ] it is", kLatex), IsEmpty());
}

TEST(ExtractionTest, OnlyDisplayedEnvironmentsHaveSeveralLines) {
  EXPECT_THAT(Candidates("we get $$\n 31 \n$$", kLatex), ElementsAre("31"));
  EXPECT_THAT(Candidates("we get \\[\n 31 \n\\]", kLatex), ElementsAre("31"));
  EXPECT_THAT(Candidates("we get $\n 31 \n$", kLatex), IsEmpty());
  EXPECT_THAT(Candidates("we get \\(\n 31 \n\\)", kLatex), IsEmpty());
  EXPECT_THAT(Candidates("we get [\n 31 \n] .", kLatex), IsEmpty());
}

TEST(ExtractionTest, EscapedDelimitersAreNone) {
  EXPECT_THAT(Candidates(R"(it costs \$3 and \$4)", kLatex), IsEmpty());
  EXPECT_THAT(Candidates(R"($\frac{1}{7} \$ = 8$)", kLatex), ElementsAre(R"(\frac{1}{7}  = 8)"));
  EXPECT_THAT(Candidates(R"(\\[2pt] x \\])", kLatex), IsEmpty());
}

TEST(ExtractionTest, ADollarBehindADigitOpensNothing) {
  EXPECT_THAT(Candidates("3$ and 4$ more", kLatex), IsEmpty());
}

TEST(ExtractionTest, AFractionOfNumbersNeedsNoDelimiters) {
  EXPECT_THAT(Candidates(R"(so \frac{4}{7} then)", kLatex), ElementsAre(R"(\frac{4}{7})"));
  EXPECT_THAT(Candidates(R"(so -\frac{4}{7,5} then)", kLatex), ElementsAre(R"(-\frac{4}{7,5})"));
  EXPECT_THAT(Candidates(R"(so \frac{a}{7} then)", kLatex), IsEmpty());
}

TEST(ExtractionTest, TheLastIsVisitedFirst) {
  EXPECT_THAT(Candidates("$a$ so $b$, or 5, thus $c$"), ElementsAre("c", "5", "b", "a"));
}

TEST(ExtractionTest, WhatIsAcceptedIsTheLastVisited) {
  std::vector<std::string> visited;
  const bool accepted = ForEachCandidate("$a$ so $b$ so $c$", {}, [&](const Candidate& candidate) {
    visited.push_back(candidate.text);
    return candidate.text == "b";
  });
  EXPECT_TRUE(accepted);
  EXPECT_THAT(visited, ElementsAre("c", "b"));
}

TEST(ExtractionTest, NothingAcceptedIsFalse) {
  EXPECT_FALSE(ForEachCandidate("$a$ 5", {}, [](const Candidate&) { return false; }));
  EXPECT_FALSE(ForEachCandidate("", {}, [](const Candidate&) { return true; }));
}

TEST(ExtractionTest, AnchorsComeInOrderOfTheirPriority) {
  const std::string text =
      "The final answer is 1. I hope so. Final answer, I think, is 2! Answer: 3! The answer, 4! 5";
  EXPECT_THAT(Candidates(text),
              ElementsAre("1", "2", "1", "3", "4", "3", "2", "1", "5", "4", "3", "2", "1"));
}

TEST(ExtractionTest, AnchorsAreInAnyCaseAndInOtherWords) {
  EXPECT_EQ(First("ANSWER: 8. See 9"), "8");
  EXPECT_EQ(First("The answers are 8. See 9"), "8");
  EXPECT_EQ(First("FINAL ANSWER is 8. See 9"), "8");
  EXPECT_EQ(First("The final answer IS 8, see the answer 9"), "9");
}

TEST(ExtractionTest, AnswersReachIsFiftyCharacters) {
  const std::string fifty(50, '-');
  EXPECT_EQ(First(absl::StrCat("answer", fifty, "$8$ and so on $9$")), "8");
  EXPECT_EQ(First(absl::StrCat("answer-", fifty, "$8$ and so on $9$")), "9");
  // A character may have several bytes.
  std::string accents;
  for (int i = 0; i < 50; ++i) accents += "é";
  EXPECT_EQ(First(absl::StrCat("answer", accents, "$8$ and so on $9$")), "8");
}

TEST(ExtractionTest, LatexMayBeLinesBelowItsAnchorAndNumbersMayNot) {
  EXPECT_EQ(First("Answer:\n\n$8$\n\nSee $9$", kLatex), "8");
  EXPECT_EQ(First("Answer: see\n 8\n\nSee 9", kFigures), "9");
}

TEST(ExtractionTest, TheValueBehindTheLastEqualsOfAnAnchorIsTheAnswer) {
  EXPECT_EQ(First("answer: 3 apples, so x = 3 = 2 + 1 pears. 9", kFigures), "2 + 1");
  EXPECT_EQ(First("answer: 3 apples. 9", kFigures), "3");
  EXPECT_EQ(First("answer: 31 = x. See 9", kFigures), "9");
  EXPECT_EQ(First("answer: 31 000 = x, not 7. See 9", kFigures), "7");
}

TEST(ExtractionTest, WithoutAnchorsNothingElseIsFound) {
  const ExtractionOptions options = {.without_anchor = false};
  EXPECT_THAT(Candidates("so $7$ or 8", options), IsEmpty());
  EXPECT_EQ(First("the answer is $7$. And 8", options), "7");
  EXPECT_EQ(First(R"(so \boxed{7} or 8)", options), "7");
}

TEST(ExtractionTest, JoinedEnvironmentsAreOneCandidateAndTheFirstIsAnother) {
  EXPECT_THAT(Candidates("$4$ and $5$", kLatex), ElementsAre("4, 5", "4"));
  EXPECT_THAT(Candidates("$4$, \\(5\\) or $$6$$.", kLatex), ElementsAre("4, 5, 6", "4"));
  EXPECT_THAT(Candidates("$4$ but $5$", kLatex), ElementsAre("5", "4"));
}

TEST(ExtractionTest, SixEnvironmentsAreJoinedAtMost) {
  EXPECT_THAT(Candidates("$1$,$2$,$3$,$4$,$5$,$6$,$7$", kLatex),
              ElementsAre("7", "1, 2, 3, 4, 5, 6", "1"));
}

TEST(ExtractionTest, PercentBehindAnEnvironmentOrANumberIsKept) {
  for (const char* text : {"$31$ %", "$31$\\%", "$31$ percent", "$31$ Percentage", "$31$ pct",
                           R"($\boxed{31}$ percent)", "31%", "31 percent"}) {
    EXPECT_EQ(First(text), "31%") << text;
  }
}

TEST(ExtractionTest, BoxesAreLookedForAtTheirPriority) {
  const std::string text = R"(So \boxed{1}. The final answer is $2$. I hope so, $3$.)";
  EXPECT_EQ(First(text, {.boxed_priority = 50}), "2");
  EXPECT_EQ(First(R"(So \boxed{1}. The answer is $3$)", {.boxed_priority = 50}), "1");
  EXPECT_EQ(First(R"(So \boxed{1}. The answer is $3$)", {.boxed_priority = -1}), "3");
  EXPECT_EQ(First(R"(So $\boxed{1}$. The final answer is 2)", {.boxed_priority = 0}), "1");
}

TEST(ExtractionTest, ABoxInAnEnvironmentIsItsAnswer) {
  EXPECT_EQ(First(R"($x = 3 + 4 = \boxed{7}$, as said)"), "7");
  EXPECT_EQ(First(R"($k is \[ \boxed{[-4, 9]} \] so$)"), "[-4, 9]");
  EXPECT_EQ(First(R"(\fbox{3} is not a box but $\fbox{4}$ is)", kLatex), "4");
}

TEST(ExtractionTest, AllBoxesOfAnEnvironmentAreOneCandidate) {
  EXPECT_EQ(First(R"($\boxed{4}, \boxed{5}, \boxed{5}$)"), "4, 5");
  EXPECT_EQ(First(R"($\boxed{4} but of course not \boxed{5}$)"), "4, 5");
  EXPECT_EQ(First(R"($\boxed{\boxed{4}}$)"), "4");
}

TEST(ExtractionTest, BoxesOutsideAreJoinedOnlyWhereTheyBelongTogether) {
  EXPECT_EQ(First(R"(\boxed{4} and \boxed{5})"), "4, 5");
  EXPECT_EQ(First(R"(\boxed{4} tall cats and also \boxed{5} dogs)"), "4, 5");
  EXPECT_EQ(First(R"(\boxed{4} then it turned out \boxed{5})"), "5");
  EXPECT_EQ(First(R"(\boxed{5} thus, and once more, \boxed{5})"), "5");
}

TEST(ExtractionTest, ABoxEndsWhereItsBraceIsClosed) {
  EXPECT_EQ(First(R"(\boxed{\frac{x}{7}} is \emph{good}.)"), R"(\frac{x}{7})");
  EXPECT_EQ(First("is \\boxed{\n31\n}."), "31");
}

TEST(ExtractionTest, ABoxThatIsNotClosedIsNotParsed) {
  EXPECT_EQ(First(R"(so \boxed{31 + \frac{4}{7} it is)"), R"({31 + \frac{4}{7})");
  EXPECT_EQ(Answer(R"(so \boxed{31 + \frac{4}{7} it is)"), "nothing");
}

TEST(ExtractionTest, DollarsInABoxAreDropped) {
  EXPECT_EQ(First(R"(between \boxed{31 $ and $32 }.)"), "31  and 32");
  EXPECT_EQ(First(R"(is $\boxed{\$7.20}$)"), "7.20");
}

TEST(ExtractionTest, WhiteSpaceIsNoneInABracedComma) {
  EXPECT_EQ(First("$31 { ,}642$"), "31{,}642");
  EXPECT_EQ(First("$31 { ,x}$"), "31 { ,x}");
}

TEST(ExtractionTest, DoubledBackslashesAreSingleButInMatrices) {
  EXPECT_EQ(First(R"(\\boxed{\\frac{x}{7}})"), R"(\frac{x}{7})");
  EXPECT_EQ(First(R"($\begin{pmatrix} 1 \\x \end{pmatrix}$)"),
            R"(\begin{pmatrix} 1 \\x \end{pmatrix})");
}

TEST(ExtractionTest, TheLastSideOfAChainOfEquationsIsASecondCandidate) {
  EXPECT_THAT(Candidates("$x = 3 + 4 = 7$", kLatex), ElementsAre("x = 3 + 4 = 7", "7"));
  EXPECT_THAT(Candidates("$x = 7$", kLatex), ElementsAre("x = 7"));
  EXPECT_THAT(Candidates("$x = 7, y = 8$", kLatex), ElementsAre("x = 7, y = 8"));
  EXPECT_THAT(Candidates("$x <= 7 = y$", kLatex), ElementsAre("x <= 7 = y"));
}

TEST(ExtractionTest, NumbersAreWithoutSeparatorsAndWithAPoint) {
  EXPECT_EQ(First("8,642,000"), "8642000");
  EXPECT_EQ(First("8 642"), "8642");
  EXPECT_EQ(First("8,642.75"), "8642.75");
  EXPECT_EQ(First("864,75"), "864.75");
  EXPECT_EQ(First("1,2345"), "1.2345");
  EXPECT_EQ(First("-.75 m"), "nothing");
  EXPECT_EQ(First(".75 m"), ".75");
  EXPECT_EQ(First("-75 m"), "-75");
}

TEST(ExtractionTest, ANumberStandsBehindWhiteSpaceOrEquals) {
  EXPECT_EQ(First("QXR7B"), "nothing");
  EXPECT_EQ(First("see x=7"), "7");
  EXPECT_EQ(First("see\u00A07"), "7");
  EXPECT_EQ(First("it's 6,420.5m²"), "6420.5");
  EXPECT_EQ(First("31 distinct cases"), "31");
}

TEST(ExtractionTest, CurrencyMayStandBeforeANumber) {
  for (const char* sign : {"$", "€", "£", "¥", "₹", "฿", "₿"}) {
    EXPECT_EQ(First(absl::StrCat("it is ", sign, "6,420.50")), "6420.50") << sign;
  }
  EXPECT_EQ(First("it is \u20A07"), "nothing");
}

TEST(ExtractionTest, StarsAroundANumberAreDropped) {
  EXPECT_EQ(First("**31**"), "31");
  EXPECT_EQ(First("The answer is **31**. It took 5 minutes."), "31");
  EXPECT_EQ(First("**31 + 4**"), "31 + 4");
}

TEST(ExtractionTest, ArithmeticIsOneCandidate) {
  EXPECT_EQ(First("it is 3/4."), "3/4");
  EXPECT_EQ(First("it is (3+4)*5, no less"), "(3+4)*5");
  EXPECT_EQ(First("it is 2**5"), "2^5");
  EXPECT_EQ(First("it is 3 × 4"), "3 × 4");
  EXPECT_EQ(First("(that is, 3/4)"), "3/4");
}

TEST(ExtractionTest, WhatOnlyLooksLikeArithmeticIsANumber) {
  EXPECT_THAT(Candidates("it is 12 (3 for each)"), ElementsAre("12"));
  EXPECT_THAT(Candidates("it is 12 - or so"), ElementsAre("12"));
  EXPECT_THAT(Candidates("it is 3/4x"), ElementsAre("3"));
}

TEST(ExtractionTest, NumbersInLatexThatDoesNotParseAreNone) {
  EXPECT_THAT(Candidates("so $x = 31$"), ElementsAre("x = 31"));
  EXPECT_THAT(Candidates("so $x = 31$ of 32"), ElementsAre("32", "x = 31"));
  EXPECT_EQ(Answer(R"(so $31 + \frac{ 4$)"), "nothing");
  EXPECT_EQ(Answer(R"(6 times: \boxed{ 31 + 4 ^ })"), "6");
  EXPECT_EQ(Answer("so $x = 31$", kFigures), "31");
}

TEST(ExtractionTest, StringsStandAloneOrInStars) {
  EXPECT_EQ(First("The answer is C.", Letters()), "C");
  EXPECT_EQ(First("The answer is **C**", Letters()), "C");
  EXPECT_EQ(First("I would take D, I think", Letters()), "D");
  EXPECT_EQ(First("No one can tell", Letters()), "nothing");
  EXPECT_EQ(First("No Answer, no Care", Letters()), "nothing");
}

TEST(ExtractionTest, TheStringThatBeginsTheTextComesBeforeOthers) {
  EXPECT_THAT(Candidates("C. As B is wrong", Letters()), ElementsAre("C", "B", "C"));
}

TEST(ExtractionTest, StringsAreLookedForLetterByLetter) {
  EXPECT_EQ(First("I would take d, I think", Letters()), "nothing");
  EXPECT_EQ(First("It is yes, no?", {.strings = {"yes", "no"}}), "yes");
}

TEST(ExtractionTest, KindsSayWhatWasFound) {
  std::vector<Candidate::Kind> kinds;
  const ExtractionOptions options = {.strings = {"A"}};
  ForEachCandidate("$x$ or 5 or A", options, [&](const Candidate& candidate) {
    kinds.push_back(candidate.kind);
    return false;
  });
  EXPECT_THAT(kinds, ElementsAre(Candidate::Kind::kString, Candidate::Kind::kExpression,
                                 Candidate::Kind::kLatex));
}

TEST(ExtractionTest, NoMoreThanTheLimitIsVisited) {
  std::string text;
  for (int i = 0; i < 10 * kCandidatesMax; ++i) absl::StrAppend(&text, " ", i);
  const std::vector<std::string> texts = Candidates(text);
  ASSERT_EQ(texts.size(), kCandidatesMax);
  EXPECT_EQ(texts.front(), absl::StrCat(10 * kCandidatesMax - 1));
  EXPECT_EQ(texts.back(), absl::StrCat(9 * kCandidatesMax));
}

// Altogether they take minutes where the search is quadratic.
TEST(ExtractionTest, HostileTextsTakeLinearTime) {
  for (const char* piece : {"$",
                            "$ ",
                            "+$ ",
                            "\\boxed{",
                            "\\boxed",
                            "\\[",
                            "\\(",
                            " [",
                            "\\frac{1}{",
                            "(",
                            "1+ ",
                            " 1",
                            "1,",
                            "answer ",
                            "final answer ",
                            "final answer is ",
                            "= ",
                            "**",
                            "%",
                            "\u3000",
                            "\x80"}) {
    std::string text = "answer: ";
    for (int i = 0; i < 30'000; ++i) text += piece;
    EXPECT_FALSE(ForEachCandidate(text + " x", {}, [](const Candidate&) { return false; }));
  }
}

}  // namespace
}  // namespace whet::math
