#include "serve/access_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kToken[] = "0123456789abcdef";

AccessToken Token() {
  const absl::StatusOr<AccessToken> token = AccessToken::Parse(kToken);
  EXPECT_TRUE(token.ok()) << token.status();
  return *token;
}

std::string Basic(absl::string_view credentials) {
  return absl::StrCat("Basic ", absl::Base64Escape(credentials));
}

TEST(AccessTokenTest, OpensAsBearer) {
  EXPECT_TRUE(Token().Opens("Bearer 0123456789abcdef"));
  EXPECT_TRUE(Token().Opens("bearer 0123456789abcdef "));
}

TEST(AccessTokenTest, OpensAsThePasswordOfAnyUser) {
  EXPECT_TRUE(Token().Opens(Basic("verl:0123456789abcdef")));
  EXPECT_TRUE(Token().Opens(Basic(":0123456789abcdef")));
}

TEST(AccessTokenTest, DoesNotOpenForAnythingElse) {
  for (const std::string& wrong :
       {std::string(), std::string("Bearer"), std::string("Bearer "), std::string(kToken),
        std::string("Bearer 0123456789abcdeF"), std::string("Bearer X123456789abcdef"),
        std::string("Bearer 0123456789abcde"), std::string("Bearer 0123456789abcdef0"),
        std::string("Digest 0123456789abcdef"), std::string("Basic 0123456789abcdef"),
        std::string("Basic !"), Basic(kToken), Basic("0123456789abcdef:"),
        Basic("verl:0123456789abcdeX")}) {
    EXPECT_FALSE(Token().Opens(wrong)) << wrong;
  }
}

TEST(AccessTokenTest, WhiteSpaceOfAFileDoesNotCount) {
  const absl::StatusOr<AccessToken> token = AccessToken::Parse(absl::StrCat(" ", kToken, "\n"));
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_TRUE(token->Opens("Bearer 0123456789abcdef"));
}

TEST(AccessTokenTest, RefusesWhatIsShortOrCannotBeSentWithoutTellingIt) {
  for (const char* text : {"", " \n", "0123456789abcde", "0123456789 abcdef", "0123456789abcde\xe4",
                           "0123456789abcdef\nsecond line"}) {
    const absl::StatusOr<AccessToken> token = AccessToken::Parse(text);
    EXPECT_TRUE(absl::IsInvalidArgument(token.status())) << text;
    EXPECT_THAT(token.status().message(), Not(HasSubstr("0123456789"))) << text;
  }
}

}  // namespace
}  // namespace whet::serve
