#include "serve/access_token.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace whet::serve {
namespace {

constexpr size_t kCharactersMin = 16;
constexpr absl::string_view kBearer = "Bearer ";
constexpr absl::string_view kBasic = "Basic ";

}  // namespace

absl::StatusOr<AccessToken> AccessToken::Parse(absl::string_view text) {
  const absl::string_view token = absl::StripAsciiWhitespace(text);
  if (token.size() < kCharactersMin) {
    return absl::InvalidArgumentError(absl::StrCat("a token has at least ", kCharactersMin,
                                                   " characters; openssl rand -hex 16 makes one"));
  }
  for (const char character : token) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(character))) {
      return absl::InvalidArgumentError("a token consists of printable ASCII without spaces");
    }
  }
  return AccessToken(std::string(token));
}

bool AccessToken::Opens(absl::string_view authorization) const {
  if (absl::StartsWithIgnoreCase(authorization, kBearer)) {
    return Is(absl::StripAsciiWhitespace(authorization.substr(kBearer.size())));
  }
  std::string credentials;
  if (!absl::StartsWithIgnoreCase(authorization, kBasic) ||
      !absl::Base64Unescape(authorization.substr(kBasic.size()), &credentials)) {
    return false;
  }
  const size_t colon = credentials.find(':');
  return colon != std::string::npos && Is(absl::string_view(credentials).substr(colon + 1));
}

bool AccessToken::Is(absl::string_view candidate) const {
  if (candidate.size() != token_.size()) return false;
  // All characters are looked at, so that the time does not tell how many of them are right.
  unsigned char difference = 0;
  for (size_t i = 0; i < token_.size(); ++i) {
    difference |= static_cast<unsigned char>(candidate[i] ^ token_[i]);
  }
  return difference == 0;
}

}  // namespace whet::serve
