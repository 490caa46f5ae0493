#include "serve/http_server.h"

#include <civetweb.h>

#include <algorithm>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/status.h"
#include "text/json.h"

namespace whet::serve {
namespace {

// Connections that are accepted before there is a thread for them.
constexpr char kWaitingConnections[] = "128";
// Of a refused request: so much is taken before the connection is closed, since a client that is
// still sending when it is closed may not see the answer.
constexpr int64_t kUntrustedBytesMax = int64_t{1} << 20;
// Time is looked at after each piece, and whoever sends byte by byte makes a piece last.
constexpr size_t kUntrustedPiece = 64;
constexpr size_t kPiece = size_t{64} << 10;

HttpServer* ServerOf(const mg_connection* connection) {
  return static_cast<HttpServer*>(mg_get_user_data(mg_get_context(connection)));
}

absl::string_view Header(const mg_connection* connection, const char* name) {
  const char* value = mg_get_header(connection, name);
  return value == nullptr ? "" : value;
}

int64_t BodyBytes(const mg_connection* connection) {
  return std::max<int64_t>(0, mg_get_request_info(connection)->content_length);
}

bool AwaitsContinue(const mg_connection* connection) {
  return absl::EqualsIgnoreCase(Header(connection, "Expect"), "100-continue");
}

bool WriteAll(mg_connection* connection, absl::string_view text) {
  return mg_write(connection, text.data(), text.size()) == static_cast<int64_t>(text.size());
}

enum class Then { kKeepOpen, kClose };

void Write(mg_connection* connection, const HttpResponse& response, Then then) {
  std::string text = absl::StrCat("HTTP/1.1 ", response.status, " ",
                                  mg_get_response_code_text(connection, response.status),
                                  "\r\nContent-Type: ", response.content_type,
                                  "\r\nContent-Length: ", response.body.size(), "\r\n");
  for (const auto& [name, value] : response.headers) {
    absl::StrAppend(&text, name, ": ", value, "\r\n");
  }
  if (then == Then::kClose) absl::StrAppend(&text, "Connection: close\r\n");
  absl::StrAppend(&text, "\r\n", response.body);
  if (!WriteAll(connection, text) || then == Then::kClose) {
    mg_disable_connection_keep_alive(connection);
  }
}

}  // namespace

HttpResponse ErrorResponse(int status, absl::string_view message) {
  return {.status = status, .body = Json::Object({{"message", message}}).Dump()};
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options,
                                                              std::vector<HttpRoute> routes) {
  if (!options.address.loopback && !options.token.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("other machines can reach ", ListenAddressText(options.address),
                     ": give the server a token, or let it listen on 127.0.0.1"));
  }
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(options), std::move(routes)));
  WHET_RETURN_IF_ERROR(server->Listen());
  return server;
}

HttpServer::HttpServer(HttpServerOptions options, std::vector<HttpRoute> routes)
    : options_(std::move(options)), routes_(std::move(routes)) {}

HttpServer::~HttpServer() { Stop(); }

absl::Status HttpServer::Listen() {
  mg_callbacks callbacks = {};
  callbacks.begin_request = [](mg_connection* connection) {
    ServerOf(connection)->Serve(connection);
    return 200;  // For civetweb's log, which is not kept; not 0: it has been answered.
  };
  callbacks.http_error = [](mg_connection* connection, int status, const char* message) {
    Write(connection, ErrorResponse(status, message), Then::kClose);
    return 0;
  };
  callbacks.log_message = [](const mg_connection* connection, const char* message) {
    if (connection != nullptr) ServerOf(connection)->NoteProblem(message);
    return 1;  // It writes it nowhere.
  };
  const std::vector<std::string> settings = Settings();
  std::vector<const char*> words;
  words.reserve(settings.size() + 1);
  for (const std::string& word : settings) words.push_back(word.c_str());
  words.push_back(nullptr);
  context_ = mg_start(&callbacks, this, words.data());
  if (context_ == nullptr) {
    MutexLock lock(&mu_);
    return absl::UnavailableError(absl::StrCat(problem_, "; choose another address or port"));
  }
  mg_server_port port = {};
  WHET_CHECK(mg_get_server_ports(context_, 1, &port) == 1);
  options_.address.port = port.port;
  return absl::OkStatus();
}

std::vector<std::string> HttpServer::Settings() const {
  const std::string stall_ms = absl::StrCat(absl::ToInt64Milliseconds(options_.stall_timeout));
  return {"listening_ports",
          ListenAddressText(options_.address),
          "num_threads",
          absl::StrCat(options_.threads),
          "connection_queue",
          kWaitingConnections,
          "request_timeout_ms",
          stall_ms,
          "enable_keep_alive",
          "yes",
          "keep_alive_timeout_ms",
          stall_ms,
          "tcp_nodelay",
          "1",
          "enable_auth_domain_check",
          "no"};
}

void HttpServer::Stop() {
  if (context_ == nullptr) return;
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    while (answering_ > 0) answered_.Wait(&mu_);
  }
  mg_stop(context_);
  context_ = nullptr;
}

void HttpServer::Serve(mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  HttpRequest request = {.method = info->request_method, .path = info->local_uri, .body = ""};
  const HttpRoute* const route = FindRoute(request.method, request.path);
  if (!IsAllowed(connection, route)) {
    HttpResponse response = ErrorResponse(401, "this needs the header Authorization: Bearer TOKEN");
    response.headers = {{"WWW-Authenticate", "Bearer"}};
    return Refuse(connection, response, /*trusted=*/false);
  }
  if (const std::optional<HttpResponse> refusal = ReadBody(connection, &request.body)) {
    return Refuse(connection, *refusal, /*trusted=*/true);
  }
  if (!Enter()) {
    return Write(connection, ErrorResponse(503, "the server is being stopped"), Then::kClose);
  }
  HttpResponse response;
  // civetweb's threads have stacks of 100 KB, too small for whatever a handler may do.
  std::thread([&] { response = Answer(route, request); }).join();
  if (request.method == "HEAD") response.body.clear();  // By HTTP its answers have none.
  Write(connection, response, Then::kKeepOpen);
  Leave();
}

const HttpRoute* HttpServer::FindRoute(absl::string_view method, absl::string_view path) const {
  for (const HttpRoute& route : routes_) {
    if (route.method == method && route.path == path) return &route;
  }
  return nullptr;
}

bool HttpServer::IsAllowed(mg_connection* connection, const HttpRoute* route) const {
  if (!options_.token.has_value() || (route != nullptr && !route->needs_token)) return true;
  return options_.token->Opens(Header(connection, "Authorization"));
}

std::optional<HttpResponse> HttpServer::ReadBody(mg_connection* connection,
                                                 std::string* body) const {
  if (mg_get_header(connection, "Transfer-Encoding") != nullptr) {
    return ErrorResponse(411, "send the body whole, with Content-Length");
  }
  const int64_t size = BodyBytes(connection);
  if (size > options_.body_bytes_max) {
    return ErrorResponse(
        413, absl::StrCat("a body of ", size, " bytes; at most ", options_.body_bytes_max));
  }
  if (AwaitsContinue(connection)) WriteAll(connection, "HTTP/1.1 100 Continue\r\n\r\n");
  // It grows as it comes: what a client only announces costs nothing.
  std::string piece(kPiece, '\0');
  while (static_cast<int64_t>(body->size()) < size) {
    const int64_t left = size - static_cast<int64_t>(body->size());
    const int count = mg_read(connection, piece.data(), std::min<int64_t>(left, kPiece));
    if (count <= 0) return ErrorResponse(408, "the body did not come");
    body->append(piece, 0, static_cast<size_t>(count));
  }
  return std::nullopt;
}

HttpResponse HttpServer::Answer(const HttpRoute* route, const HttpRequest& request) const {
  if (route != nullptr) return route->handler(request);
  std::vector<std::string> methods;
  for (const HttpRoute& other : routes_) {
    if (other.path == request.path) methods.push_back(other.method);
  }
  if (methods.empty()) {
    return ErrorResponse(404, absl::StrCat("there is nothing at ", request.path));
  }
  const std::string allowed = absl::StrJoin(methods, ", ");
  HttpResponse response = ErrorResponse(405, absl::StrCat(request.path, " takes ", allowed));
  response.headers = {{"Allow", allowed}};
  return response;
}

void HttpServer::Refuse(mg_connection* connection, const HttpResponse& response,
                        bool trusted) const {
  Write(connection, response, Then::kClose);
  // It sends nothing until it is told to, or sends nothing more.
  if (AwaitsContinue(connection) || response.status == 408) return;
  SystemClock clock;
  const absl::Duration deadline = clock.Monotonic() + options_.stall_timeout;
  const int64_t bytes_max = trusted ? options_.body_bytes_max : kUntrustedBytesMax;
  std::string piece(trusted ? kPiece : kUntrustedPiece, '\0');
  int64_t taken = 0;
  while (taken < std::min(BodyBytes(connection), bytes_max) && clock.Monotonic() < deadline) {
    const int count = mg_read(connection, piece.data(), piece.size());
    if (count <= 0) return;
    taken += count;
  }
}

bool HttpServer::Enter() {
  MutexLock lock(&mu_);
  if (!stopping_) ++answering_;
  return !stopping_;
}

void HttpServer::Leave() {
  MutexLock lock(&mu_);
  --answering_;
  answered_.NotifyAll();
}

void HttpServer::NoteProblem(absl::string_view problem) {
  MutexLock lock(&mu_);
  if (problem_.empty()) problem_ = std::string(problem);
}

}  // namespace whet::serve
