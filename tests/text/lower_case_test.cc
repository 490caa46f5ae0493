#include "text/lower_case.h"

#include <string>

#include "gtest/gtest.h"

namespace whet {
namespace {

TEST(LowerCaseTest, LowersLettersOfEveryScript) {
  EXPECT_EQ(LowerCase("Ab1 ÄÉ ДЖ ΑΒ"), "ab1 äé дж αβ");
  EXPECT_EQ(LowerCase("数字ß"), "数字ß");
  EXPECT_EQ(LowerCase(""), "");
}

TEST(LowerCaseTest, MapsAsPythonDoes) {
  EXPECT_EQ(LowerCase("ΟΔΟΣ"), "οδος");      // A final sigma.
  EXPECT_EQ(LowerCase("İI"), "i\xCC\x87i");  // No language's own: i and a dot above.
}

TEST(LowerCaseTest, KeepsWhatIsNoUtf8) {
  EXPECT_EQ(LowerCase("A\xFF"
                      "B"),
            "a\xFF"
            "b");
}

}  // namespace
}  // namespace whet
