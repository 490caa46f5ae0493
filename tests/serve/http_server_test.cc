#include "serve/http_server.h"

#include <array>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/serve/http_client.h"
#include "text/json.h"

namespace whet::serve {
namespace {

using ::testing::HasSubstr;

constexpr char kToken[] = "0123456789abcdef";
constexpr int64_t kBodyBytesMax = 1000;
// More than any test takes: nobody is cut off.
constexpr absl::Duration kNeverStalls = absl::Hours(1);

HttpResponse Text(std::string body) {
  return {.content_type = "text/plain", .headers = {}, .body = std::move(body)};
}

std::vector<HttpRoute> EchoRoutes() {
  const auto echo = [](const HttpRequest& request) {
    return Text(absl::StrCat(request.method, " ", request.path, " ", request.body));
  };
  const auto open = [](const HttpRequest&) { return Text("open"); };
  return {{.method = "POST", .path = "/echo", .handler = echo},
          {.method = "PUT", .path = "/echo", .handler = echo},
          {.method = "GET", .path = "/open", .handler = open, .needs_token = false}};
}

HttpServerOptions Options(int threads = 4, absl::Duration stall_timeout = kNeverStalls) {
  return {.address = {},
          .threads = threads,
          .body_bytes_max = kBodyBytesMax,
          .stall_timeout = stall_timeout,
          .token = {}};
}

std::unique_ptr<HttpServer> Started(HttpServerOptions options, std::vector<HttpRoute> routes) {
  absl::StatusOr<std::unique_ptr<HttpServer>> server =
      HttpServer::Start(std::move(options), std::move(routes));
  WHET_CHECK(server.ok());
  return *std::move(server);
}

std::string MessageOf(const ClientResponse& response) {
  EXPECT_THAT(response.head, HasSubstr("Content-Type: application/json\r\n"));
  const absl::StatusOr<Json> json = Json::Parse(response.body);
  EXPECT_TRUE(json.ok()) << json.status() << " " << response.body;
  return json.ok() ? json->GetStringOr("message", "").value_or("") : "";
}

// A place where handlers wait until a test lets them go.
class Gate {
 public:
  void Wait() {
    MutexLock lock(&mu_);
    ++waiting_;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(&mu_);
  }
  void AwaitWaiting(int count) {
    MutexLock lock(&mu_);
    while (waiting_ < count) changed_.Wait(&mu_);
  }
  void Open() {
    MutexLock lock(&mu_);
    open_ = true;
    changed_.NotifyAll();
  }

 private:
  Mutex mu_;
  CondVar changed_;
  int waiting_ = 0;
  bool open_ = false;
};

// One server for all tests that need nothing special: to stop one takes up to two seconds.
class HttpServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { shared_server = Started(Options(), EchoRoutes()).release(); }
  static void TearDownTestSuite() { delete shared_server; }
  static int port() { return shared_server->address().port; }

 private:
  static HttpServer* shared_server;
};
HttpServer* HttpServerTest::shared_server = nullptr;

TEST_F(HttpServerTest, AnswersByRoutes) {
  const ClientResponse response = HttpClient(port()).Ask("POST", "/echo", "a body");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "POST /echo a body");
  EXPECT_THAT(response.head, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response.head, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_EQ(HttpClient(port()).Ask("PUT", "/echo?x=/open", "").body, "PUT /echo ");
}

TEST_F(HttpServerTest, ConnectionsStayOpen) {
  HttpClient client(port());
  EXPECT_EQ(client.Ask("POST", "/echo", "1").body, "POST /echo 1");
  EXPECT_EQ(client.Ask("POST", "/nothing", "2").status, 404);
  EXPECT_EQ(client.Ask("POST", "/echo", "3").body, "POST /echo 3");
  EXPECT_EQ(client.Ask("POST", "/echo", "4", "Connection: close\r\n").body, "POST /echo 4");
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpServerTest, WhatIsNotThereIs404) {
  const ClientResponse response = HttpClient(port()).Ask("POST", "/echo/x", "");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(MessageOf(response), "there is nothing at /echo/x");
}

TEST_F(HttpServerTest, OtherMethodsAre405AndHearWhichThereAre) {
  for (const char* method : {"GET", "DELETE", "OPTIONS"}) {
    const ClientResponse response = HttpClient(port()).Ask(method, "/echo", "");
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_THAT(response.head, HasSubstr("Allow: POST, PUT\r\n"));
    EXPECT_EQ(MessageOf(response), "/echo takes POST, PUT");
  }
}

TEST_F(HttpServerTest, AnswersToHeadHaveNoBody) {
  HttpClient client(port());
  const ClientResponse response = client.Ask("HEAD", "/echo", "");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(client.Ask("POST", "/echo", "1").body, "POST /echo 1");
}

TEST_F(HttpServerTest, LargerBodiesThanTheLimitAre413) {
  const std::string most(kBodyBytesMax, 'x');
  EXPECT_EQ(HttpClient(port()).Ask("POST", "/echo", most).status, 200);
  HttpClient client(port());
  const ClientResponse response = client.Ask("POST", "/echo", most + "x");
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(MessageOf(response), "a body of 1001 bytes; at most 1000");
  EXPECT_THAT(response.head, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpServerTest, BodiesOfUnknownSizeAre411) {
  HttpClient client(port());
  client.Send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  const ClientResponse response = client.Read();
  EXPECT_EQ(response.status, 411);
  EXPECT_THAT(MessageOf(response), HasSubstr("Content-Length"));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpServerTest, BodiesThatDoNotComeAre408) {
  HttpClient client(port());
  client.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123");
  client.Finish();
  EXPECT_EQ(client.Read().status, 408);
}

TEST_F(HttpServerTest, ClientsThatAskFirstAreToldToGoOn) {
  HttpClient client(port());
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ";
  client.Send(head + "3\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("123");
  EXPECT_EQ(client.Read().body, "POST /echo 123");
  // What is too large is refused before it is sent.
  client.Send(head + "1001\r\n\r\n");
  EXPECT_EQ(client.Read().status, 413);
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpServerTest, WhatIsNoHttpIs400) {
  HttpClient client(port());
  client.Send("nonsense\r\n\r\n");
  const ClientResponse response = client.Read();
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(MessageOf(response), "Bad request");
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpServerTest, ASecondServerCannotHaveThePort) {
  HttpServerOptions options = Options();
  options.address.port = port();
  const absl::Status status = HttpServer::Start(std::move(options), EchoRoutes()).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("Address already in use"));
}

TEST(HttpServerTokenTest, AllButOpenRoutesNeedIt) {
  HttpServerOptions options = Options();
  options.token = *AccessToken::Parse(kToken);
  const std::unique_ptr<HttpServer> server = Started(std::move(options), EchoRoutes());
  const int port = server->address().port;
  for (const char* headers : {"", "Authorization: Bearer 0123456789abcdeX\r\n"}) {
    for (const char* path : {"/echo", "/nothing"}) {
      HttpClient client(port);
      const ClientResponse response = client.Ask("POST", path, "body", headers);
      EXPECT_EQ(response.status, 401) << path;
      EXPECT_THAT(response.head, HasSubstr("WWW-Authenticate: Bearer\r\n"));
      EXPECT_THAT(MessageOf(response), HasSubstr("Authorization: Bearer TOKEN"));
      EXPECT_TRUE(client.IsClosed());
    }
  }
  const std::string right = absl::StrCat("Authorization: Bearer ", kToken, "\r\n");
  EXPECT_EQ(HttpClient(port).Ask("POST", "/echo", "body", right).body, "POST /echo body");
  EXPECT_EQ(HttpClient(port).Ask("GET", "/open", "").body, "open");
  EXPECT_EQ(HttpClient(port).Ask("POST", "/open", "").status, 401);
}

TEST(HttpServerTokenTest, OthersMayReachAServerOnlyIfItHasOne) {
  HttpServerOptions options = Options();
  options.address = *ParseListenAddress("0.0.0.0:0");
  const absl::Status refused = HttpServer::Start(options, EchoRoutes()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("give the server a token"));

  options.token = *AccessToken::Parse(kToken);
  const std::unique_ptr<HttpServer> server = Started(std::move(options), EchoRoutes());
  EXPECT_EQ(HttpClient(server->address().port).Ask("GET", "/open", "").body, "open");
}

TEST(HttpServerThreadsTest, AClientThatDawdlesDelaysNobody) {
  const std::unique_ptr<HttpServer> server = Started(Options(/*threads=*/3), EchoRoutes());
  HttpClient in_its_head(server->address().port);
  in_its_head.Send("POST /echo HT");
  HttpClient in_its_body(server->address().port);
  in_its_body.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123");
  EXPECT_EQ(HttpClient(server->address().port).Ask("POST", "/echo", "1").body, "POST /echo 1");
  // They are served as well, once they go on.
  in_its_head.Send("TP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n2");
  EXPECT_EQ(in_its_head.Read().body, "POST /echo 2");
  in_its_body.Send("4567890");
  EXPECT_EQ(in_its_body.Read().body, "POST /echo 1234567890");
}

TEST(HttpServerThreadsTest, ClientsThatStallAreCutOff) {
  const std::unique_ptr<HttpServer> server =
      Started(Options(/*threads=*/2, /*stall_timeout=*/absl::Seconds(1)), EchoRoutes());
  HttpClient silent(server->address().port);
  HttpClient in_its_body(server->address().port);
  in_its_body.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123");
  // Both threads are held; this one waits until one of them is cut off.
  EXPECT_EQ(HttpClient(server->address().port).Ask("POST", "/echo", "1").body, "POST /echo 1");
  EXPECT_TRUE(silent.IsClosed());
  EXPECT_EQ(in_its_body.Read().status, 408);
}

TEST(HttpServerThreadsTest, RequestsAreHandledSideBySide) {
  constexpr int kRequests = 4;
  Gate gate;
  const auto wait = [&gate](const HttpRequest& request) {
    gate.Wait();
    return Text(request.body);
  };
  const std::unique_ptr<HttpServer> server =
      Started(Options(kRequests), {{.method = "POST", .path = "/wait", .handler = wait}});
  std::vector<std::future<std::string>> bodies;
  bodies.reserve(kRequests);
  for (int i = 0; i < kRequests; ++i) {
    bodies.push_back(std::async(std::launch::async, [&server, i] {
      return HttpClient(server->address().port).Ask("POST", "/wait", std::to_string(i)).body;
    }));
  }
  gate.AwaitWaiting(kRequests);  // All at a time.
  gate.Open();
  for (int i = 0; i < kRequests; ++i) EXPECT_EQ(bodies[i].get(), std::to_string(i));
}

TEST(HttpServerThreadsTest, HandlersHaveRoomOnTheirStacks) {
  const auto deep = [](const HttpRequest& request) {
    std::array<volatile char, 1 << 20> room;
    room.fill(request.method[0]);
    return Text(std::string(1, room[room.size() / 2]));
  };
  const std::unique_ptr<HttpServer> server =
      Started(Options(), {{.method = "GET", .path = "/", .handler = deep}});
  EXPECT_EQ(HttpClient(server->address().port).Ask("GET", "/", "").body, "G");
}

TEST(HttpServerStopTest, AnswersThoseWhoAreBeingServedAndNobodyElse) {
  Gate gate;
  const auto wait = [&gate](const HttpRequest&) {
    gate.Wait();
    return Text("answered");
  };
  std::vector<HttpRoute> routes = EchoRoutes();
  routes.push_back({.method = "GET", .path = "/wait", .handler = wait});
  const std::unique_ptr<HttpServer> server = Started(Options(), std::move(routes));
  const int port = server->address().port;
  HttpClient client(port);
  client.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.AwaitWaiting(1);
  std::thread stopping([&server] { server->Stop(); });
  // As soon as it is being stopped.
  while (HttpClient(port).Ask("GET", "/open", "").status != 503) {
  }
  gate.Open();
  EXPECT_EQ(client.Read().body, "answered");
  stopping.join();
  EXPECT_TRUE(client.IsClosed());
}

}  // namespace
}  // namespace whet::serve
