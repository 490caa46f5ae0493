#include "rewards/code/canonical.h"

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using absl::string_view;
using sandbox::CheckResult;
using sandbox::Tolerance;
using ::testing::HasSubstr;
using Kind = CodeValue::Kind;

constexpr size_t kMegabyte = size_t{1} << 20;
constexpr Tolerance kMillionth = {.absolute = 1e-6, .relative = 1e-6};

CheckResult Compare(string_view expected, string_view claim,
                    std::optional<Tolerance> tolerance = std::nullopt) {
  const absl::StatusOr<CheckResult> result =
      CompareValues(expected, claim, {.tolerance = tolerance});
  EXPECT_TRUE(result.ok()) << result.status();
  if (!result.ok()) return {};
  EXPECT_EQ(result->equal, result->why.empty()) << result->why;
  return *result;
}

bool IsEqual(string_view expected, string_view claim,
             std::optional<Tolerance> tolerance = std::nullopt) {
  return Compare(expected, claim, tolerance).equal;
}

std::string WhyNot(string_view expected, string_view claim) { return Compare(expected, claim).why; }

std::string Nested(size_t depth) {
  return absl::StrCat(std::string(depth, '['), std::string(depth, ']'));
}

// The text of what `text` is read as, or why it is not read.
std::string Canonical(string_view text) {
  const absl::StatusOr<CodeValue> value = ParseCodeValue(text, {});
  return value.ok() ? TextOf(*value) : std::string(value.status().message());
}

TEST(CompareValuesTest, ValuesOfDifferentTypesDiffer) {
  const string_view values[] = {"null",   "true",  "false",     "1",  "0",   "1.0", "0.0",
                                R"("1")", R"("")", R"("true")", "[]", "[1]", "{}",  R"({"1":1})"};
  for (const string_view a : values) {
    for (const string_view b : values) {
      EXPECT_EQ(IsEqual(a, b), a == b) << a << " and " << b;
    }
  }
}

TEST(CompareValuesTest, IntegersAreEqualIfAllTheirDigitsAre) {
  // 2^64 + 1 and 2^64 + 2, which are one double.
  EXPECT_TRUE(IsEqual("18446744073709551617", "18446744073709551617"));
  EXPECT_FALSE(IsEqual("18446744073709551617", "18446744073709551618"));
  EXPECT_FALSE(IsEqual("5", "-5"));
  EXPECT_TRUE(IsEqual("0", "-0"));
  const std::string digits(kMegabyte / 2, '7');
  EXPECT_TRUE(IsEqual(digits, digits));
  EXPECT_FALSE(IsEqual(digits, absl::StrCat(digits, "7")));
}

TEST(CompareValuesTest, FloatsAreEqualIfTheyAreTheSameDouble) {
  EXPECT_TRUE(IsEqual("10000000000000000.0", "1e+16"));
  EXPECT_TRUE(IsEqual("0.10000000000000001", "0.1"));  // 17 digits and the fewest.
  EXPECT_TRUE(IsEqual("0.0", "-0.0"));
  EXPECT_FALSE(IsEqual("0.3", "0.30000000000000004"));
}

TEST(CompareValuesTest, AnExpectedFloatWantsAFloat) {
  EXPECT_EQ(WhyNot("1.0", "1"), "expected 1.0, got 1");
  EXPECT_EQ(WhyNot("1", "1.0"), "expected 1, got 1.0");
}

TEST(CompareValuesTest, NotANumberAndInfinitiesAreEqualToNothing) {
  for (const string_view word : {"NaN", "Infinity", "-Infinity", "1e999"}) {
    EXPECT_FALSE(IsEqual("1.5", word)) << word;
    EXPECT_FALSE(IsEqual(word, word)) << word;
    EXPECT_FALSE(IsEqual(word, word, kMillionth)) << word;
    EXPECT_FALSE(IsEqual("1.5", word, kMillionth)) << word;
  }
}

TEST(CompareValuesTest, AToleranceMakesIntAndFloatNumbersAlike) {
  EXPECT_TRUE(IsEqual("1.0", "1", kMillionth));
  EXPECT_TRUE(IsEqual("[1.4142135623730951]", "[1.41421356]", kMillionth));
  EXPECT_FALSE(IsEqual("1.0", "1.1", kMillionth));
  EXPECT_TRUE(IsEqual("1.0", "1", Tolerance{}));
}

TEST(CompareValuesTest, AToleranceIsForNumbersAlone) {
  EXPECT_FALSE(IsEqual("1.0", "true", kMillionth));
  EXPECT_FALSE(IsEqual("1.0", R"("1.0")", kMillionth));
  EXPECT_FALSE(IsEqual("0.0", "null", kMillionth));
  EXPECT_FALSE(IsEqual("[1.0]", "1.0", kMillionth));
}

TEST(CompareValuesTest, StringsAreEqualByCharacterHoweverWritten) {
  EXPECT_TRUE(IsEqual("\"\xC3\xA9\"", R"("\u00e9")"));
  EXPECT_TRUE(IsEqual("\"\xF0\x9F\x98\x80\"", R"("\ud83d\ude00")"));
  EXPECT_TRUE(IsEqual(R"("a/\n")", R"("\u0061\/\u000A")"));
  EXPECT_FALSE(IsEqual(R"("e")", "\"\xC3\xA9\""));
  EXPECT_FALSE(IsEqual(R"("a")", R"("a\u0000")"));
}

TEST(CompareValuesTest, ListsAreEqualElementByElement) {
  EXPECT_TRUE(IsEqual("[1,[2,3]]", " [ 1 , [2,\n3 ] ] "));
  EXPECT_FALSE(IsEqual("[1,2]", "[2,1]"));
  EXPECT_FALSE(IsEqual("[1,2]", "[1]"));
  EXPECT_FALSE(IsEqual("[1,2]", "[1,2,3]"));
}

TEST(CompareValuesTest, DictsAreEqualInAnyOrderOfTheirKeys) {
  EXPECT_TRUE(IsEqual(R"({"a":1,"b":[2]})", R"({"b":[2],"a":1})"));
  EXPECT_FALSE(IsEqual(R"({"a":1,"b":2})", R"({"b":1,"a":2})"));
  EXPECT_FALSE(IsEqual(R"({"a":1})", R"({"a":1,"b":2})"));
  EXPECT_FALSE(IsEqual(R"({"a":1,"b":2})", R"({"a":1})"));
}

TEST(CompareValuesTest, AKeyThatOccursTwiceIsNoValue) {
  EXPECT_EQ(WhyNot(R"({"1":2})", R"({"1":2,"1":2})"),
            R"(no valid value: byte 14: the key "1" occurs twice)");
}

TEST(CompareValuesTest, SaysWhereTheFirstDifferenceIs) {
  EXPECT_EQ(WhyNot(R"([1,{"k":[5]}])", R"([1,{"k":[6]}])"), R"([1]["k"][0]: expected 5, got 6)");
  EXPECT_EQ(WhyNot("[1,2,3]", "[1,2]"), "expected 3 elements, got 2: [1,2]");
  EXPECT_EQ(WhyNot(R"([{"a":1}])", R"([{"b":1}])"), R"([0]: no key "a")");
  EXPECT_EQ(WhyNot(R"([{}])", R"([{"b":1}])"), R"([0]: the key "b" is not expected)");
  const std::string same(1000, 'x');
  EXPECT_THAT(WhyNot(absl::StrCat("\"", same, "OLD\""), absl::StrCat("\"", same, "NEW\"")),
              HasSubstr("NEW"));
}

TEST(CompareValuesTest, ReasonsAreShortAndAscii) {
  const std::string key(100, 'k');
  std::string expected = "\"\xF0\x9F\x98\x80\"";
  std::string claim = "\"\xF0\x9F\x98\x81\"";
  for (int i = 0; i < 60; ++i) {
    expected = absl::StrCat("{\"", key, "\":", expected, "}");
    claim = absl::StrCat("{\"", key, "\":", claim, "}");
  }
  for (const std::string& why :
       {WhyNot(expected, claim), WhyNot("5", claim), WhyNot("5", "[\"\x7F\xC2\x85\"]")}) {
    EXPECT_LT(why.size(), 300);
    for (const char c : why) EXPECT_TRUE(absl::ascii_isprint(static_cast<unsigned char>(c))) << why;
  }
}

TEST(CompareValuesTest, AClaimThatIsNoValueIsDifferent) {
  for (const string_view claim : {"",          " ",           "1 2",         "[1",
                                  "[1,]",      "{\"a\"}",     "{1:2}",       "{\"a\":1,}",
                                  "01",        "-",           "1.",          ".5",
                                  "+1",        "1e",          "0x10",        "nan",
                                  "None",      "True",        "'1'",         "\"",
                                  "\"\\x41\"", "\"\\ud83d\"", "\"\\ude00\"", "\"\\u12g4\"",
                                  "\"\n\"",    "\"\xFF\"",    "[1]]",        "\xEF\xBB\xBF 1"}) {
    EXPECT_THAT(WhyNot("1", claim), HasSubstr("no valid value: ")) << claim;
  }
}

TEST(CompareValuesTest, AClaimIsBoundedInBytesAndDepth) {
  EXPECT_TRUE(IsEqual(Nested(64), Nested(64)));
  EXPECT_THAT(WhyNot("[]", Nested(65)), HasSubstr("nested deeper than 64"));
  EXPECT_THAT(WhyNot("[]", Nested(kMegabyte / 4)), HasSubstr("nested deeper than 64"));
  EXPECT_THAT(WhyNot("1", std::string(kMegabyte + 1, ' ')), HasSubstr("at most 1048576"));
  const absl::StatusOr<CheckResult> small = CompareValues("12", "12", {.claim_bytes_max = 1});
  ASSERT_TRUE(small.ok());
  EXPECT_FALSE(small->equal);
}

TEST(CompareValuesTest, AClaimOfFarMoreValuesThanExpectedIsNotReadToItsEnd) {
  std::string claim = "[";
  for (int i = 0; i < 20000; ++i) claim += "0,";
  EXPECT_THAT(WhyNot("[0]", absl::StrCat(claim, "this is never reached")),
              HasSubstr("more than 10002 values"));
}

TEST(CompareValuesTest, ManyKeysAreCompared) {
  std::string up = "{";
  std::string down = "{";
  for (int i = 0; i < 50000; ++i) {
    absl::StrAppend(&up, i > 0 ? "," : "", "\"", i, "\":0");
    absl::StrAppend(&down, i > 0 ? "," : "", "\"", 49999 - i, "\":0");
  }
  EXPECT_TRUE(IsEqual(absl::StrCat(up, "}"), absl::StrCat(down, "}")));
}

TEST(CompareValuesTest, AnExpectedValueThatIsNoneIsAnErrorAndNoVerdict) {
  const absl::StatusOr<CheckResult> result = CompareValues("[1", "[1]", {});
  EXPECT_EQ(result.status(),
            absl::InvalidArgumentError("the expected value: byte 3: expected , or ]"));
}

TEST(ParseCodeValueTest, KeepsNumbersAsTheyAreWritten) {
  EXPECT_EQ(Canonical("123456789012345678901234567890"), "123456789012345678901234567890");
  EXPECT_EQ(Canonical("0.1000000000000000055511151231257827"),
            "0.1000000000000000055511151231257827");
  EXPECT_EQ(Canonical("[-0, 1E5]"), "[0,1E5]");
}

TEST(ParseCodeValueTest, WritesOneTextForOneValue) {
  EXPECT_EQ(Canonical(" { \"b\" : [ null , true ] , \"\\u0061\" : \"\\u00e9\\/\\u0007\" } "),
            "{\"b\":[null,true],\"a\":\"\xC3\xA9/\\u0007\"}");
  EXPECT_EQ(Canonical("\"\\\"\\\\\\n\""), "\"\\\"\\\\\\n\"");
}

TEST(ParseCodeValueTest, NamesTheByteThatIsWrong) {
  EXPECT_EQ(Canonical("[1, x]"), "byte 5: no value begins like this");
  EXPECT_EQ(Canonical("[1] 2"), "byte 5: nothing more may come after the value");
  EXPECT_EQ(Canonical("[007]"), "byte 5: a number begins with 0");
}

TEST(ParseCodeValueTest, FindsTheValueOfAKey) {
  const absl::StatusOr<CodeValue> value = ParseCodeValue(R"({"a":1,"b":"a","c":[]})", {});
  ASSERT_TRUE(value.ok()) << value.status();
  ASSERT_NE(value->Find("c"), nullptr);
  EXPECT_EQ(value->Find("c")->kind, Kind::kList);
  EXPECT_EQ(value->Find("d"), nullptr);
  EXPECT_EQ(value->Find("b")->Find("a"), nullptr);
}

}  // namespace
}  // namespace whet
