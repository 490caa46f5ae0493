#include "text/utf8.h"

#include "gtest/gtest.h"

namespace whet {
namespace {

constexpr char kBad[] = "\xEF\xBF\xBD";

TEST(Utf8Test, ReadsCharactersOfEveryLength) {
  EXPECT_EQ(FirstUtf8("a").code_point, U'a');
  EXPECT_EQ(FirstUtf8("é").code_point, U'é');
  EXPECT_EQ(FirstUtf8("€").code_point, U'€');
  EXPECT_EQ(FirstUtf8("😀x").code_point, U'😀');
  EXPECT_EQ(FirstUtf8("😀x").bytes, 4U);
}

TEST(Utf8Test, RefusesOverlongFormsSurrogatesAndWhatIsTooLarge) {
  for (const char* text : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\xAF",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "\xFF"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
  EXPECT_TRUE(IsUtf8("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"));  // Their neighbours.
}

// Unicode 15, table 3-11 and its neighbours.
TEST(Utf8Test, ReplacesEachMaximalBadSequenceOnce) {
  const std::string bad = kBad;
  EXPECT_EQ(ReplaceInvalidUtf8("a\xF1\x80\x80\xE1\x80\xC2z"), "a" + bad + bad + bad + "z");
  EXPECT_EQ(ReplaceInvalidUtf8("\xC0\xAF"), bad + bad);
  EXPECT_EQ(ReplaceInvalidUtf8("\xED\xA0\x80"), bad + bad + bad);
  EXPECT_EQ(ReplaceInvalidUtf8("\xE2\x82"), bad);
  EXPECT_EQ(ReplaceInvalidUtf8("fine €"), "fine €");
}

TEST(Utf8Test, APrefixCutsNoCharacter) {
  EXPECT_EQ(Utf8Prefix("a€b", 3), "a");
  EXPECT_EQ(Utf8Prefix("a€b", 4), "a€");
  EXPECT_EQ(Utf8Prefix("a€b", 100), "a€b");
  EXPECT_EQ(Utf8Prefix("€", 0), "");
}

}  // namespace
}  // namespace whet
