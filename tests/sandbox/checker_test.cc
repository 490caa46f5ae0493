#include "sandbox/checker.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet::sandbox {
namespace {

using absl::string_view;
using ::testing::HasSubstr;

constexpr size_t kMegabyte = size_t{1} << 20;
constexpr Tolerance kMillionth = {.absolute = 1e-6, .relative = 1e-6};

bool IsEqual(CheckerKind kind, string_view expected, string_view actual) {
  const CheckResult result = Check({.kind = kind, .tolerance = kMillionth}, expected, actual);
  // Why not is told if and only if it is not.
  EXPECT_EQ(result.equal, result.why.empty()) << result.why;
  return result.equal;
}

bool IsClose(string_view expected, string_view actual) {
  return IsEqual(CheckerKind::kFloat, expected, actual);
}

std::string WhyNot(CheckerKind kind, string_view expected, string_view actual) {
  return Check({.kind = kind, .tolerance = kMillionth}, expected, actual).why;
}

TEST(CheckerTest, ExactToleratesNothing) {
  EXPECT_TRUE(IsEqual(CheckerKind::kExact, "3\n", "3\n"));
  EXPECT_TRUE(IsEqual(CheckerKind::kExact, "", ""));
  EXPECT_FALSE(IsEqual(CheckerKind::kExact, "3\n", "3"));
  EXPECT_FALSE(IsEqual(CheckerKind::kExact, "3\n", "3\r\n"));
  EXPECT_FALSE(IsEqual(CheckerKind::kExact, "3", "3\n"));
}

TEST(CheckerTest, ExactNamesTheFirstByteThatDiffers) {
  EXPECT_EQ(WhyNot(CheckerKind::kExact, "abc", "abd"), R"(byte 3: expected "abc", got "abd")");
  EXPECT_EQ(WhyNot(CheckerKind::kExact, "abc", "ab"), R"(byte 3: expected "abc", got "ab")");
}

TEST(CheckerTest, LinesTolerateWhiteSpaceAtTheirEndsAndAtTheEnd) {
  const string_view expected = "1\n2\n3\n";
  for (const string_view actual :
       {"1\n2\n3", "1\n2\n3\n\n\n", "1 \n2\t\n3  ", "1\r\n2\r\n3\r\n", "1\n2\n3\n \n\t\n"}) {
    EXPECT_TRUE(IsEqual(CheckerKind::kLines, expected, actual)) << actual;
  }
  EXPECT_TRUE(IsEqual(CheckerKind::kLines, "", "\n"));
}

TEST(CheckerTest, LinesWantTheSameLines) {
  const string_view expected = "1\n2\n3\n";
  for (const string_view actual : {"1\n", "1\n2\n", "1\n2\n3\n4\n", "1 2 3\n", "\n1\n2\n3\n",
                                   "1\n\n2\n3\n", " 1\n2\n3\n", "3\n2\n1\n", ""}) {
    EXPECT_FALSE(IsEqual(CheckerKind::kLines, expected, actual)) << actual;
  }
}

TEST(CheckerTest, LinesDoNotFoldCaseNorReadNumbers) {
  EXPECT_FALSE(IsEqual(CheckerKind::kLines, "YES", "yes"));
  EXPECT_FALSE(IsEqual(CheckerKind::kLines, "3", "3.0"));
  EXPECT_FALSE(IsEqual(CheckerKind::kLines, "3", "03"));
  EXPECT_FALSE(IsEqual(CheckerKind::kLines, "a  b", "a b"));
}

TEST(CheckerTest, LinesNameTheLineThatDiffers) {
  EXPECT_EQ(WhyNot(CheckerKind::kLines, "1\n2\n5\n", "1\n2\n6\n"),
            R"(line 3: expected "5", got "6")");
  EXPECT_EQ(WhyNot(CheckerKind::kLines, "1\n2\n", "1\n"), R"(line 2: expected "2", got the end)");
  EXPECT_EQ(WhyNot(CheckerKind::kLines, "1\n", "1\n2\n"), R"(line 2: expected the end, got "2")");
}

TEST(CheckerTest, TokensTakeAllRunsOfWhiteSpaceAsEqual) {
  EXPECT_TRUE(IsEqual(CheckerKind::kTokens, "1\n2\n3\n", " 1 2\t\n\n3"));
  EXPECT_FALSE(IsEqual(CheckerKind::kTokens, "1 2 3", "1 23"));
  EXPECT_FALSE(IsEqual(CheckerKind::kTokens, "1 2 3", "1 3 2"));
  EXPECT_FALSE(IsEqual(CheckerKind::kTokens, "1 2 3", "1 2"));
  EXPECT_FALSE(IsEqual(CheckerKind::kTokens, "1 2", "1 2 2"));
  EXPECT_EQ(WhyNot(CheckerKind::kTokens, "a b", "a c"), R"(token 2: expected "b", got "c")");
}

TEST(CheckerTest, FloatsAgreeWithinTheAbsoluteOrTheRelativeTolerance) {
  EXPECT_TRUE(IsClose("1.41421356", "1.4142135"));  // |a-b| = 6e-8 <= 1e-6
  EXPECT_TRUE(IsClose("0", "1e-6"));                // 1e-6 <= 1e-6
  EXPECT_FALSE(IsClose("0", "1.1e-6"));
  EXPECT_TRUE(IsClose("1e9", "1000000999"));  // 999 <= 1e-6 * 1e9 = 1000
  EXPECT_FALSE(IsClose("1e9", "1000001001"));
  EXPECT_FALSE(IsClose("1", "-1"));
}

TEST(CheckerTest, FloatsMayBeWrittenInAnyWayThatIsDecimal) {
  for (const string_view actual : {"0.5", ".5", "+0.5", "5e-1", "0.05E+1", "00.50"}) {
    EXPECT_TRUE(IsClose("0.5", actual)) << actual;
  }
  EXPECT_TRUE(IsClose("3", "3."));
  for (const string_view actual : {"0x1p-1", "0,5", "1/2", "0.5f", "5e", "+-0.5", "--0.5", ".",
                                   "e1", "0.5.", "1_0", "\xD9\xA5"}) {
    EXPECT_FALSE(IsClose("0.5", actual)) << actual;
  }
}

TEST(CheckerTest, FloatsThatAreNotFiniteAreWrongWhateverIsExpected) {
  for (const string_view word :
       {"nan", "NaN", "-nan", "nan(0x1)", "inf", "-inf", "+Infinity", "INF", "1e999", "-1e999"}) {
    EXPECT_FALSE(IsClose("1.5", word)) << word;
    EXPECT_FALSE(IsClose(word, word)) << word;
  }
}

TEST(CheckerTest, FloatsStandInTheLinesOfTheExpectedOnes) {
  EXPECT_TRUE(IsClose("1 2\n3\n", "1.0  2.0 \r\n3.0"));
  EXPECT_FALSE(IsClose("1 2\n3\n", "1\n2 3\n"));
  EXPECT_FALSE(IsClose("1 2\n", "1 2 2\n"));
  EXPECT_FALSE(IsClose("1 2\n", "1\n"));
  EXPECT_EQ(WhyNot(CheckerKind::kFloat, "1\n2 3\n", "1\n2 4\n"),
            R"(line 2: token 2: expected "3", got "4")");
}

TEST(CheckerTest, FloatsAmongWordsWantTheSameWords) {
  EXPECT_TRUE(IsClose("Case 1: 0.5", "Case 1: 0.5000001"));
  EXPECT_FALSE(IsClose("Case 1: 0.5", "case 1: 0.5"));
  EXPECT_FALSE(IsClose("x", "1"));
  EXPECT_FALSE(IsClose("1", "x"));
}

TEST(CheckerTest, DifferentIntegersAreOneApartHoweverLong) {
  // 2^60 and 2^60 + 1 are the same double.
  const Tolerance absolute = {.absolute = 0.5, .relative = 0};
  EXPECT_FALSE(NumbersAgree("1152921504606846976", "1152921504606846977", absolute));
  EXPECT_TRUE(NumbersAgree("1152921504606846976", "+01152921504606846976", absolute));
  EXPECT_TRUE(NumbersAgree("0", "-0", {}));
  const std::string long_number(1000, '7');
  EXPECT_TRUE(NumbersAgree(long_number, long_number, {}));
  EXPECT_FALSE(NumbersAgree(long_number, absl::StrCat("-", long_number), kMillionth));
}

TEST(CheckerTest, NumbersSurviveAnyExponent) {
  EXPECT_TRUE(NumbersAgree("0", "1e-99999999999999999999", kMillionth));
  EXPECT_FALSE(NumbersAgree("0", "1e99999999999999999999", kMillionth));
  EXPECT_TRUE(NumbersAgree("5e-324", "5e-324", {}));
}

TEST(CheckerTest, UnorderedLinesCountEachLine) {
  EXPECT_TRUE(IsEqual(CheckerKind::kUnorderedLines, "a\nb\na\n", "a\r\na\nb \n\n"));
  EXPECT_FALSE(IsEqual(CheckerKind::kUnorderedLines, "a\nb\na\n", "a\nb\nb\n"));
  EXPECT_FALSE(IsEqual(CheckerKind::kUnorderedLines, "a\nb\n", "a\nb\nb\n"));
  EXPECT_FALSE(IsEqual(CheckerKind::kUnorderedLines, "a\nb\n", "a b\n"));
}

TEST(CheckerTest, UnorderedLinesNameALineWithoutACounterpart) {
  EXPECT_EQ(WhyNot(CheckerKind::kUnorderedLines, "b\nc\n", "c\na\n"),
            R"(line 2: "a" is not expected, or not so often)");
  EXPECT_EQ(WhyNot(CheckerKind::kUnorderedLines, "c\na\n", "b\nc\n"),
            R"(the expected line 2 is missing: "a")");
  EXPECT_EQ(WhyNot(CheckerKind::kUnorderedLines, "a\n", "a\nb\n"), "expected 1 lines, got 2");
}

TEST(CheckerTest, ReasonsAreShortAsciiWithTheDifferenceInThem) {
  const std::string same(10000, 'x');
  const std::string why =
      WhyNot(CheckerKind::kLines, absl::StrCat(same, "OLD", same), absl::StrCat(same, "NEW", same));
  EXPECT_THAT(why, HasSubstr("OLD"));
  EXPECT_THAT(why, HasSubstr("NEW"));
  const std::string hostile =
      WhyNot(CheckerKind::kLines, "\x1B[2J\"\\\t\xFF", std::string("\0\xC3\x28\x7F", 4) + same);
  EXPECT_EQ(hostile.substr(0, 48), R"(line 1: expected "\x1b[2J\"\\\t\xff", got "\x00\)");
  for (const std::string& reason : {why, hostile}) {
    EXPECT_LT(reason.size(), 200);
    for (const char c : reason) EXPECT_TRUE(absl::ascii_isprint(static_cast<unsigned char>(c)));
  }
}

TEST(CheckerTest, ExcerptsShowTheByteThatIsAskedFor) {
  const std::string unprintable(100, '\x01');
  EXPECT_THAT(Excerpt(absl::StrCat(unprintable, "!", unprintable), 100), HasSubstr("!"));
  EXPECT_EQ(Excerpt("abc", 1000), R"("abc")");
  EXPECT_EQ(Excerpt(""), R"("")");
}

// As much as a program may print at most. What is quadratic does not come to an end here.
TEST(CheckerTest, LargeOutputsAreCompared) {
  std::string lines;
  while (lines.size() < 8 * kMegabyte) absl::StrAppend(&lines, lines.size() % 1000, " 1\n");
  for (const std::string& actual :
       {std::string(64 * kMegabyte, '\n'), std::string(64 * kMegabyte, '1'),
        std::string(64 * kMegabyte, ' ') + "1", lines}) {
    for (const CheckerKind kind : {CheckerKind::kExact, CheckerKind::kLines, CheckerKind::kTokens,
                                   CheckerKind::kFloat, CheckerKind::kUnorderedLines}) {
      EXPECT_EQ(IsEqual(kind, lines, actual), actual == lines);
    }
  }
}

}  // namespace
}  // namespace whet::sandbox
