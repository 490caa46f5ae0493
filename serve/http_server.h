// A small HTTP/1.1 server, for endpoints whose requests and answers fit into memory.
#ifndef WHET_SERVE_HTTP_SERVER_H_
#define WHET_SERVE_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "serve/access_token.h"
#include "serve/listen_address.h"

struct mg_connection;  // NOLINT(readability-identifier-naming): civetweb's.
struct mg_context;     // NOLINT(readability-identifier-naming)

namespace whet::serve {

struct HttpRequest {
  std::string method;  // "POST"
  std::string path;    // "/run_code": decoded, without the query.
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};  // Further ones.
  std::string body;
};

// {"message": …}
HttpResponse ErrorResponse(int status, absl::string_view message);

struct HttpRoute {
  std::string method;
  std::string path;
  // Called on a thread of its own for each request, several at a time. It may block; Stop() waits
  // for it.
  std::function<HttpResponse(const HttpRequest&)> handler;
  bool needs_token = true;  // Where the server has one.
};

struct HttpServerOptions {
  ListenAddress address = {};
  int threads = 16;  // So many connections are served at a time; further ones wait.
  int64_t body_bytes_max = int64_t{1} << 20;
  // A client that sends or reads nothing for so long is cut off. The head of a request has so long
  // in all, and so long a connection may stay between two requests.
  absl::Duration stall_timeout = absl::Seconds(15);
  std::optional<AccessToken> token = {};
};

// Answers requests by its routes, with JSON errors: 401 without the token, 404, 405, 411 for a
// body without Content-Length, 413 for one that is too large, 408 for one that does not come, 503
// once it is being stopped. Connections stay open for further requests. Thread-safe.
//
// Each connection holds a thread while it lasts, so a client that dawdles delays nobody as long as
// there are others. One that has the token is trusted not to send a body byte by byte for hours.
class HttpServer {
 public:
  // InvalidArgument where there is no token although other machines could reach it. Unavailable,
  // with the reason, if it cannot listen.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(HttpServerOptions options,
                                                           std::vector<HttpRoute> routes);

  ~HttpServer();  // As Stop().
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // With the port that it got.
  const ListenAddress& address() const { return options_.address; }

  // Refuses what comes, waits until what is being answered is answered, and closes all
  // connections: up to two seconds later. Not from a handler; not from two threads.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  HttpServer(HttpServerOptions options, std::vector<HttpRoute> routes);

  absl::Status Listen();
  // civetweb's settings: names and values in turns.
  std::vector<std::string> Settings() const;

  // A request from its head to its answer; runs on civetweb's threads.
  void Serve(mg_connection* connection);
  const HttpRoute* FindRoute(absl::string_view method, absl::string_view path) const;
  bool IsAllowed(mg_connection* connection, const HttpRoute* route) const;
  // Reads it whole, or gives the answer to a client that does not send it properly.
  std::optional<HttpResponse> ReadBody(mg_connection* connection, std::string* body) const;
  // What the route gives.
  HttpResponse Answer(const HttpRoute* route, const HttpRequest& request) const;
  // Answers, takes a little of what the client still sends, and closes the connection.
  void Refuse(mg_connection* connection, const HttpResponse& response, bool trusted) const;

  // Whether the request may still be answered; then Leave() when it has been.
  bool Enter() ABSL_LOCKS_EXCLUDED(mu_);
  void Leave() ABSL_LOCKS_EXCLUDED(mu_);
  void NoteProblem(absl::string_view problem) ABSL_LOCKS_EXCLUDED(mu_);

  HttpServerOptions options_;
  const std::vector<HttpRoute> routes_;
  mg_context* context_ = nullptr;

  Mutex mu_;
  CondVar answered_;
  int answering_ ABSL_GUARDED_BY(mu_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::string problem_ ABSL_GUARDED_BY(mu_);  // The first thing that civetweb complained of.
};

}  // namespace whet::serve

#endif  // WHET_SERVE_HTTP_SERVER_H_
