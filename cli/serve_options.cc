#include "cli/serve_options.h"

#include <cstdlib>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/status.h"

namespace whet {
namespace {

constexpr char kTokenVariable[] = "WHET_TOKEN";

}  // namespace

absl::StatusOr<std::optional<serve::AccessToken>> ReadToken(const std::string& file) {
  const char* variable = std::getenv(kTokenVariable);
  std::string text = variable == nullptr ? "" : variable;
  unsetenv(kTokenVariable);
  if (file.empty() && variable == nullptr) return std::nullopt;
  if (!file.empty()) {
    WHET_ASSIGN_OR_RETURN(text, ReadFile(file));
  }
  absl::StatusOr<serve::AccessToken> token = serve::AccessToken::Parse(text);
  if (!token.ok()) return Annotate(token.status(), file.empty() ? kTokenVariable : file);
  return *std::move(token);
}

absl::StatusOr<serve::ListenAddress> ListenAddressOf(
    const std::string& listen, const std::optional<serve::AccessToken>& token) {
  WHET_ASSIGN_OR_RETURN(serve::ListenAddress address, serve::ParseListenAddress(listen));
  if (address.loopback || token.has_value()) return address;
  return absl::InvalidArgumentError(
      absl::StrCat("other machines can reach ", listen,
                   ": give --token-file FILE or WHET_TOKEN, or listen on 127.0.0.1"));
}

void AddTokenOption(CLI::App* command, std::string* token_file) {
  command->add_option("--token-file", *token_file,
                      "A file with the token that requests must have; else that in WHET_TOKEN, "
                      "if it is set");
}

serve::HttpRoute HealthRoute() {
  const auto health = [](const serve::HttpRequest&) {
    return serve::HttpResponse{.content_type = "text/plain", .headers = {}, .body = "ok"};
  };
  return {.method = "GET", .path = "/health", .handler = health, .needs_token = false};
}

}  // namespace whet
