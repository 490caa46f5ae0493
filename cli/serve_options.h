// Where servers listen, and the token that clients must have.
#ifndef WHET_CLI_SERVE_OPTIONS_H_
#define WHET_CLI_SERVE_OPTIONS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "serve/access_token.h"
#include "serve/http_server.h"
#include "serve/listen_address.h"

namespace CLI {  // NOLINT(readability-identifier-naming): theirs.
class App;
}  // namespace CLI

namespace whet {

// The token in `file` or else in the environment variable WHET_TOKEN, which no child inherits then;
// nothing if there is neither.
absl::StatusOr<std::optional<serve::AccessToken>> ReadToken(const std::string& file);

// Where to listen. InvalidArgument, saying what to give, if other machines can reach it and there
// is no token.
absl::StatusOr<serve::ListenAddress> ListenAddressOf(
    const std::string& listen, const std::optional<serve::AccessToken>& token);

void AddTokenOption(CLI::App* command, std::string* token_file);

// GET /health: "ok", for whoever asks.
serve::HttpRoute HealthRoute();

}  // namespace whet

#endif  // WHET_CLI_SERVE_OPTIONS_H_
