#include "text/json.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(absl::string_view text) {
  const absl::StatusOr<Json> json = Json::Parse(text);
  EXPECT_TRUE(absl::IsInvalidArgument(json.status())) << text;
  return std::string(json.status().message());
}

std::string Nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonParseTest, ReadsEveryKind) {
  const Json json =
      Json::Parse(R"({"a": null, "b": true, "c": -7, "d": 2.5e3, "e": "x\u00e9\n", "f": [1, []]})")
          .value();
  EXPECT_EQ(json, Json::Object({{"a", Json()},
                                {"b", true},
                                {"c", -7},
                                {"d", 2500.0},
                                {"e", "x\xC3\xA9\n"},
                                {"f", Json::Array({1, Json::Array()})}}));
}

TEST(JsonParseTest, TellsIntegersFromDoubles) {
  EXPECT_EQ(Json::Parse("1").value().kind(), Json::Kind::kInt);
  EXPECT_EQ(Json::Parse("1.0").value().kind(), Json::Kind::kDouble);
  EXPECT_NE(Json::Parse("1").value(), Json::Parse("1.0").value());
}

TEST(JsonParseTest, KeepsTheLimitsOfInt64) {
  EXPECT_EQ(Json::Parse("9223372036854775807").value().Int().value(),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Json::Parse("-9223372036854775808").value().Int().value(),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Json::Parse("9223372036854775808").value().Double().value(), 0x1p63);
  for (const char* wide : {"9223372036854775808", "-9223372036854775809", "18446744073709551616",
                           "[123456789012345678901234567890]"}) {
    EXPECT_EQ(Json::Parse(wide).value().Dump(), wide);
  }
}

TEST(JsonParseTest, KeepsTheOrderOfKeys) {
  EXPECT_EQ(Json::Parse(R"({"z": 1, "a": 2, "m": 3})").value().Dump(), R"({"z":1,"a":2,"m":3})");
}

TEST(JsonParseTest, NamesLineAndColumnOfAnError) {
  EXPECT_THAT(ErrorOf("{\n  \"a\": 1,\n  \"b\" 2\n}"), HasSubstr("line 3, column 7: "));
  EXPECT_THAT(ErrorOf("[1, 2"), HasSubstr("line 1, column 6: unexpected end of input"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("line 1, column 1: "));
}

TEST(JsonParseTest, NamesNoExceptionsOfTheParser) {
  for (const char* text : {"{", "[1 2]", "1e999", "\"\\x\"", "nul", "\"\xff\""}) {
    EXPECT_EQ(ErrorOf(text).find("json.exception"), std::string::npos) << text;
  }
}

TEST(JsonParseTest, RefusesWhatIsNotJson) {
  for (const char* text :
       {"",      " ",     "nul",     "NaN",    "Infinity",    "-",     "01",
        "1.",    ".5",    "+1",      "0x1",    "'a'",         "[1,]",  "{\"a\":1,}",
        "{a:1}", "[1] 2", "// x\n1", "\"\t\"", "\"\\ud800\"", "1e999", "-1e999"}) {
    EXPECT_FALSE(Json::Parse(text).ok()) << text;
  }
}

TEST(JsonParseTest, RefusesInvalidUtf8) {
  for (const char* text :
       {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\""}) {
    EXPECT_FALSE(Json::Parse(text).ok());
  }
}

TEST(JsonParseTest, RefusesAKeyThatOccursTwice) {
  EXPECT_THAT(ErrorOf(R"({"w": 1, "v": 2, "w": 3})"), HasSubstr("\"w\" occurs twice"));
  std::string large = "{";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&large, "\"key", i, "\":", i, ",");
  EXPECT_THAT(ErrorOf(large + "\"key17\":0}"), HasSubstr("\"key17\" occurs twice"));
}

TEST(JsonParseTest, LimitsTheDepth) {
  EXPECT_TRUE(Json::Parse(Nested(Json::kDepthMax)).ok());
  EXPECT_THAT(ErrorOf(Nested(Json::kDepthMax + 1)), HasSubstr("nested deeper than 200"));
  EXPECT_FALSE(Json::Parse(std::string(10'000'000, '[')).ok());
}

TEST(JsonDumpTest, RoundTripsWhatItParsed) {
  for (const char* text :
       {"null", "true", "false", "0", "-1", "0.1", "1.0", "1e+300", "5e-324", "\"\"",
        R"("a\"\\\n\r\t\u0001é€😀/")", "[]", "{}", R"([1,[2,{"a":[]}]])", R"({"":{"b":null}})"}) {
    EXPECT_EQ(Json::Parse(text).value().Dump(), text);
  }
}

TEST(JsonDumpTest, DoublesStayDoubles) {
  EXPECT_EQ(Json(3.0).Dump(), "3.0");
  EXPECT_EQ(Json(1e22).Dump(), "1e+22");
  EXPECT_EQ(Json(-0.0).Dump(), "-0.0");
}

TEST(JsonDumpTest, WhatJsonCannotSayBecomesNull) {
  EXPECT_EQ(Json(std::nan("")).Dump(), "null");
  EXPECT_EQ(Json(-std::numeric_limits<double>::infinity()).Dump(), "null");
}

TEST(JsonDumpTest, InvalidUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(Json("a\xff\xe2\x82z").Dump(), "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
}

TEST(JsonAccessTest, GivesMembersAsTheirTypes) {
  const Json json =
      Json::Parse(R"({"n": 3, "x": 0.5, "s": "t", "b": false, "a": [1], "o": {}})").value();
  EXPECT_EQ(json.GetInt("n").value(), 3);
  EXPECT_EQ(json.GetDouble("x").value(), 0.5);
  EXPECT_EQ(json.GetDouble("n").value(), 3.0);
  EXPECT_EQ(json.GetString("s").value(), "t");
  EXPECT_EQ(json.GetBool("b").value(), false);
  EXPECT_EQ(json.GetElements("a").value().size(), 1U);
  EXPECT_TRUE(json.GetMembers("o").value().empty());
}

TEST(JsonAccessTest, AWholeDoubleIsAnInteger) {
  EXPECT_EQ(Json(1e3).Int().value(), 1000);
  EXPECT_FALSE(Json(0.5).Int().ok());
  EXPECT_FALSE(Json(1e300).Int().ok());
  EXPECT_FALSE(Json(std::nan("")).Int().ok());
}

TEST(JsonAccessTest, NamesTheKeyAndWhatItFound) {
  const Json json = Json::Parse(R"({"rope_theta": "abc", "list": [1, 2]})").value();
  EXPECT_EQ(json.GetDouble("rope_theta").status(),
            absl::InvalidArgumentError(R"("rope_theta": expected a number, found string "abc")"));
  EXPECT_EQ(json.GetString("list").status(),
            absl::InvalidArgumentError(R"("list": expected a string, found array)"));
  EXPECT_EQ(json.GetInt("hidden").status(), absl::NotFoundError(R"("hidden" is missing)"));
  EXPECT_EQ(Json(1).GetInt("x").status(),
            absl::InvalidArgumentError(R"(expected an object with "x", found integer 1)"));
}

TEST(JsonAccessTest, ShortensLongValuesInMessages) {
  const Json json = Json::Object({{"k", std::string(1'000'000, 'x')}});
  EXPECT_LT(json.GetInt("k").status().message().size(), 120U);
}

TEST(JsonAccessTest, FallsBackWhereAMemberIsMissingOrNull) {
  const Json json = Json::Parse(R"({"none": null, "text": "t"})").value();
  EXPECT_EQ(json.GetIntOr("none", 4).value(), 4);
  EXPECT_EQ(json.GetDoubleOr("missing", 0.5).value(), 0.5);
  EXPECT_EQ(json.GetBoolOr("missing", true).value(), true);
  EXPECT_EQ(json.GetStringOr("text", "fallback").value(), "t");
}

TEST(JsonAccessTest, DoesNotFallBackFromAWrongKind) {
  const Json json = Json::Parse(R"({"text": "t"})").value();
  EXPECT_TRUE(absl::IsInvalidArgument(json.GetIntOr("text", 4).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Json::Array().GetIntOr("text", 4).status()));
}

TEST(JsonAccessTest, FindsEveryKeyOfALargeObject) {
  Json json = Json::Object();
  for (int i = 0; i < 1000; ++i) json.Set(absl::StrCat("key", i), i);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(json.GetInt(absl::StrCat("key", i)).value(), i);
  EXPECT_EQ(json.Find("key1000"), nullptr);
}

TEST(JsonBuildTest, SetReplacesInPlace) {
  Json json = Json::Object({{"a", 1}, {"b", 2}});
  json.Set("a", "new");
  json.Set("c", Json::Array());
  EXPECT_EQ(json.Dump(), R"({"a":"new","b":2,"c":[]})");
}

TEST(JsonBuildTest, CopiesAreIndependent) {
  Json original = Json::Object({{"a", Json::Array({1})}});
  Json copy = original;
  copy.Set("a", 2);
  EXPECT_EQ(original.Dump(), R"({"a":[1]})");
  original = *original.Find("a");  // From inside itself.
  EXPECT_EQ(original.Dump(), "[1]");
}

}  // namespace
}  // namespace whet
