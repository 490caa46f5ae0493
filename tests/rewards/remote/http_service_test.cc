// The client against our own server.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rewards/remote/http_client.h"
#include "serve/http_server.h"
#include "tests/rewards/remote/answers.h"

namespace whet {
namespace {

TEST(HttpServiceTest, OurServerAndOurClientUnderstandEachOther) {
  serve::HttpServerOptions options;
  options.body_bytes_max = int64_t{4} << 20;
  absl::StatusOr<std::unique_ptr<serve::HttpServer>> server = serve::HttpServer::Start(
      options, {{.method = "POST",
                 .path = "/ask",
                 .handler = [](const serve::HttpRequest& request) -> serve::HttpResponse {
                   return {.body = absl::StrCat(request.body, "!")};
                 }}});
  ASSERT_TRUE(server.ok()) << server.status();
  const int port = (*server)->address().port;
  const auto client =
      MakeClient({.urls = {absl::StrCat("http://127.0.0.1:", port, "/ask")}, .in_flight_max = 8});
  // Bodies that do not fit into one packet, several at a time.
  const std::string large(1'000'000, 'x');
  Answers answers(16);
  for (size_t i = 0; i < 16; ++i) client->Post(large, answers.Take(i));
  for (const HttpAnswer& answer : answers.AwaitAll()) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->size(), large.size() + 1);
  }
}

}  // namespace
}  // namespace whet
