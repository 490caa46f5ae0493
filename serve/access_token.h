// The secret by which a client shows that it may use a server.
#ifndef WHET_SERVE_ACCESS_TOKEN_H_
#define WHET_SERVE_ACCESS_TOKEN_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whet::serve {

// Never printed, and no part of a message.
class AccessToken {
 public:
  // As it stands in a file or in the environment; white space around it does not count.
  // InvalidArgument for what is shorter than 16 characters or has some that no header can carry.
  static absl::StatusOr<AccessToken> Parse(absl::string_view text);

  // Whether `authorization`, the value of that header, has the token: as "Bearer TOKEN", or as
  // "Basic …" with TOKEN for the password and any user, which is what clients make of
  // http://USER:TOKEN@host/. A wrong token of the right length takes as long as the right one.
  bool Opens(absl::string_view authorization) const;

 private:
  explicit AccessToken(std::string token) : token_(std::move(token)) {}

  bool Is(absl::string_view candidate) const;

  std::string token_;
};

}  // namespace whet::serve

#endif  // WHET_SERVE_ACCESS_TOKEN_H_
