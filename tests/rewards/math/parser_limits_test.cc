// What the parser refuses, and that nothing makes it slow or deep.
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rewards/math/parser.h"
#include "tests/rewards/math/trees.h"

namespace whet::math {
namespace {

using absl::string_view;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Repeated(string_view text, size_t count) {
  std::string repeated;
  for (size_t i = 0; i < count; ++i) absl::StrAppend(&repeated, text);
  return repeated;
}

absl::StatusCode CodeOf(string_view text, const ParseOptions& options = {}) {
  return ParseMath(text, options).status().code();
}

TEST(ParserLimitsTest, ATextThatIsTooLongIsNotRead) {
  EXPECT_EQ(CodeOf("1234", {.bytes_max = 4}), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf("12345", {.bytes_max = 4}), absl::StatusCode::kResourceExhausted);
}

TEST(ParserLimitsTest, BracketsInEachOtherAreBounded) {
  const auto nested = [](size_t count) {
    return Repeated("(", count) + "x" + Repeated(")", count);
  };
  EXPECT_EQ(CodeOf(nested(150)), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(nested(250)), absl::StatusCode::kResourceExhausted);
}

TEST(ParserLimitsTest, ATreeIsBoundedWhereNoBracketsAre) {
  EXPECT_EQ(CodeOf("1" + Repeated("/x", 150)), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf("1" + Repeated("/x", 250)), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf("x" + Repeated("!", 250)), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf(Repeated("2^", 250) + "2"), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf(Repeated("-", 250) + "2"), absl::StatusCode::kResourceExhausted);
}

TEST(ParserLimitsTest, NodesAreBounded) {
  EXPECT_EQ(CodeOf("1,1,1", {.nodes_max = 8}), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf("1,1,1,1,1,1,1,1,1", {.nodes_max = 8}), absl::StatusCode::kResourceExhausted);
}

TEST(ParserLimitsTest, DigitsOfANumeralAreBounded) {
  EXPECT_EQ(CodeOf("1234", {.digits_max = 4}), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf("12345", {.digits_max = 4}), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf("12,345", {.digits_max = 4}), absl::StatusCode::kResourceExhausted);
}

TEST(ParserLimitsTest, ErrorsTellWhereAndWhat) {
  EXPECT_EQ(TreeOf("2+*3"), "error: byte 3: an operand is missing");
  EXPECT_THAT(TreeOf("(1,2"), HasSubstr("byte 5: a closing bracket is expected"));
}

TEST(ParserLimitsTest, PlacesAreThoseOfTheTextAsItWasGiven) {
  // "×" has two bytes, and would be seven as a command.
  EXPECT_THAT(TreeOf("2×3)"), StartsWith("error: byte 5:"));
}

TEST(ParserLimitsTest, BytesThatAreNoTextAreNoMathematics) {
  EXPECT_EQ(CodeOf("1\xff"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("\xc3"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(string_view("1\0", 2)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("1\x01"), absl::StatusCode::kInvalidArgument);
}

TEST(ParserLimitsTest, RefusesWhatLacksAnOperand) {
  for (const char* text : {"",
                           " ",
                           "$$",
                           "7+",
                           "*7",
                           "7/",
                           "x^",
                           "x_",
                           "x=",
                           "<3",
                           "7,,8",
                           ":",
                           R"(\frac{7}{})",
                           R"(\frac{7})",
                           R"(\sqrt)",
                           R"(\sqrt[3]{})",
                           R"(\binom{7})",
                           R"(\sin)",
                           R"(\cos^3)",
                           R"(\log_3)",
                           R"(\sum_{k=1}^9)",
                           R"(\int_0^9)",
                           R"(\lim_{x\to 7})",
                           R"(\frac{d}{dt})",
                           R"(\boxed{})",
                           R"(\$)",
                           "%",
                           "!7"}) {
    EXPECT_EQ(CodeOf(text), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ParserLimitsTest, RefusesBracketsThatDoNotFit) {
  for (const char* text : {"(7", "7)", "(7]", "[7", R"(\{7)", R"(7\})", "|7", "|7||",
                           R"(\lfloor 7 \rceil)", R"(\left(7\right])", "{7", "7}}",
                           R"(\frac{(7}{8)})", R"(\begin{matrix}7)", "(1,2,3]", "()"}) {
    EXPECT_EQ(CodeOf(text), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ParserLimitsTest, RefusesWhatIsNoMathematics) {
  for (const char* text : {"7 8", "y%", "%7", "a & b", "a @ b", "#", "1.2.3",
                           R"(\operatorname{floor}(7, 8))", R"(\sqrt{7, 8})"}) {
    EXPECT_EQ(CodeOf(text), absl::StatusCode::kInvalidArgument) << text;
  }
}

// Each would take the parser far beyond a test's time, or its stack, if its work or its depth grew
// faster than the text.
TEST(ParserLimitsTest, WhateverIsRepeatedEndsSoon) {
  constexpr size_t kBytes = 100'000;
  const ParseOptions options = {.bytes_max = 2 * kBytes};
  for (const char* part : {"(",
                           ")",
                           "{",
                           "[",
                           "|",
                           "|x",
                           R"(\|)",
                           R"(\{)",
                           R"(\frac)",
                           R"(\frac{1}{)",
                           R"(\sqrt)",
                           "^",
                           "x^",
                           "x_{",
                           "1_{",
                           "-",
                           "!",
                           "'",
                           "x'",
                           R"(\sin)",
                           R"(\log_)",
                           R"(\int)",
                           R"(\text{a)",
                           R"(\text{1)",
                           R"(\begin{matrix})",
                           "a&",
                           "1,",
                           "a1",
                           "1a",
                           "A1F",
                           "1e5",
                           "a b ",
                           "hello ",
                           "ab-cd ",
                           "don't ",
                           "5 cm ",
                           "a and ",
                           "a or ",
                           "a where ",
                           "a=",
                           "1:",
                           R"([0,1]\cup)",
                           "f(",
                           "\xc2\xbd",
                           "\xe6\x97\xa5",
                           "$1",
                           R"(\left()",
                           R"(\\)",
                           ",123",
                           "1 234 ",
                           "||x|",
                           "{a|",
                           R"(\frac{d}{dx})",
                           "5^\\circ 3'",
                           R"(\char")"}) {
    const std::string text = Repeated(part, kBytes / string_view(part).size());
    const absl::StatusOr<Expression> tree = ParseMath(text, options);
    if (tree.ok()) {
      EXPECT_LE(tree->size(), options.nodes_max + 1) << part;
      EXPECT_LE(tree->depth(tree->root()), options.depth_max) << part;
    }
  }
}

}  // namespace
}  // namespace whet::math
