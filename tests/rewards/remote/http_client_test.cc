#include "rewards/remote/http_client.h"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rewards/remote/answers.h"
#include "tests/rewards/remote/raw_server.h"

namespace whet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Services rest so shortly that no test waits.
HttpClientOptions Options(std::vector<std::string> urls) {
  HttpClientOptions options;
  options.urls = std::move(urls);
  options.rest_min = absl::Microseconds(100);
  options.rest_max = absl::Milliseconds(1);
  return options;
}

// Answers each request with what it was sent.
void Echo(RawConnection& connection) {
  RawRequest request;
  while (connection.Read(&request)) connection.Answer("200 OK", request.body);
}

TEST(HttpClientTest, PostsJsonAndGivesTheBody) {
  std::string head;
  RawServer server([&head](RawConnection& connection) {
    RawRequest request;
    connection.Read(&request);
    head = request.head;
    connection.Answer("200 OK", absl::StrCat("got ", request.body));
  });
  const auto client = MakeClient(Options({server.Url()}));
  const HttpAnswer answer = Ask(*client, R"({"a":1})");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, R"(got {"a":1})");
  server.Stop();
  EXPECT_THAT(head, StartsWith("POST /ask HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Authorization")));
}

TEST(HttpClientTest, ConnectionsAreUsedAgain) {
  RawServer server(Echo);
  const auto client = MakeClient(Options({server.Url()}));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(*Ask(*client, absl::StrCat(i)), absl::StrCat(i));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClientTest, NoMoreRequestsAtATimeThanAllowed) {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  RawServer server([&](RawConnection& connection) {
    RawRequest request;
    while (connection.Read(&request)) {
      const int count = ++now;
      int seen = most.load();
      while (count > seen && !most.compare_exchange_weak(seen, count)) {
      }
      --now;
      connection.Answer("200 OK", request.body);
    }
  });
  HttpClientOptions options = Options({server.Url()});
  options.in_flight_max = 3;
  const auto client = MakeClient(options);
  Answers answers(100);
  for (size_t i = 0; i < 100; ++i) client->Post(absl::StrCat(i), answers.Take(i));
  const std::vector<HttpAnswer> all = answers.AwaitAll();
  for (size_t i = 0; i < 100; ++i) EXPECT_EQ(*all[i], absl::StrCat(i));
  EXPECT_LE(most, 3);
  EXPECT_LE(server.connections(), 3);
}

TEST(HttpClientTest, ADeadPortIsUnavailableWithItsUrl) {
  RawServer server(Echo);
  const std::string url = server.Url();
  server.Stop();
  HttpClientOptions options = Options({url});
  options.tries_max = 3;
  const auto client = MakeClient(options);
  const HttpAnswer answer = Ask(*client);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(answer.status().message()), StartsWith(absl::StrCat(url, ": ")));
}

// What waits behind a service that is down has its clock running, or it would wait for ever.
TEST(HttpClientTest, ADeadPortHoldsUpNobodyForLongerThanTheTimeout) {
  RawServer server(Echo);
  const std::string url = server.Url();
  server.Stop();
  HttpClientOptions options = Options({url});
  options.rest_min = absl::Hours(1);
  options.rest_max = absl::Hours(1);
  options.timeout = absl::Milliseconds(20);
  const auto client = MakeClient(options);
  Answers answers(10);
  for (size_t i = 0; i < 10; ++i) client->Post("{}", answers.Take(i));
  for (const HttpAnswer& answer : answers.AwaitAll()) {
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(answer.status().message()), StartsWith(absl::StrCat(url, ": ")));
  }
}

TEST(HttpClientTest, ASilentServiceCostsTheTimeout) {
  RawServer server([](RawConnection& connection) { connection.AwaitEnd(); });
  HttpClientOptions options = Options({server.Url()});
  options.timeout = absl::Milliseconds(20);
  const auto client = MakeClient(options);
  const HttpAnswer answer = Ask(*client);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(std::string(answer.status().message()),
            absl::StrCat(server.Url(), ": no answer within 20ms"));
}

// Answers the first requests so, and all others well.
RawServer::Serve FirstAnswers(std::vector<std::string> first) {
  return [first = std::move(first),
          count = std::make_shared<std::atomic<size_t>>(0)](RawConnection& connection) {
    RawRequest request;
    while (connection.Read(&request)) {
      const size_t i = (*count)++;
      if (i < first.size()) {
        connection.Answer(first[i], "busy");
      } else {
        connection.Answer("200 OK", absl::StrCat(i));
      }
    }
  };
}

TEST(HttpClientTest, WhatMayPassIsTriedAgain) {
  RawServer server(
      FirstAnswers({"503 Down", "500 Broken", "429 Slow", "408 Late", "502 Gate", "504 Gate"}));
  const auto client = MakeClient(Options({server.Url()}));
  const HttpAnswer answer = Ask(*client);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, "6");
}

TEST(HttpClientTest, TriesAreBounded) {
  RawServer server(FirstAnswers({"503 Down", "503 Down", "503 Down"}));
  HttpClientOptions options = Options({server.Url()});
  options.tries_max = 2;
  const auto client = MakeClient(options);
  const HttpAnswer answer = Ask(*client);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(std::string(answer.status().message()),
            absl::StrCat(server.Url(), ": it answered 503: busy"));
}

TEST(HttpClientTest, ARestThatTheServiceAsksForCountsAgainstTheTimeout) {
  std::atomic<int> count = 0;
  RawServer server([&count](RawConnection& connection) {
    RawRequest request;
    while (connection.Read(&request)) {
      ++count;
      connection.Answer("429 Slow", "", "Retry-After: 3600\r\n");
    }
  });
  HttpClientOptions options = Options({server.Url()});
  options.timeout = absl::Milliseconds(50);
  const auto client = MakeClient(options);
  EXPECT_EQ(Ask(*client).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(count, 1);
}

TEST(HttpClientTest, WhatIsWrongIsNotTriedAgain) {
  RawServer server(FirstAnswers({"400 Bad", "404 Gone", "302 Elsewhere"}));
  const auto client = MakeClient(Options({server.Url()}));
  for (const int status : {400, 404, 302}) {
    const HttpAnswer answer = Ask(*client);
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(answer.status().message()),
              absl::StrCat(server.Url(), ": it answered ", status, ": busy"));
  }
}

TEST(HttpClientTest, GarbageAndBrokenConnectionsAreUnavailable) {
  for (const std::string bytes :
       {"no HTTP at all\r\n\r\n", "", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"}) {
    RawServer server([&bytes](RawConnection& connection) {
      RawRequest request;
      if (connection.Read(&request)) connection.Send(bytes);
    });
    HttpClientOptions options = Options({server.Url()});
    options.tries_max = 2;
    const auto client = MakeClient(options);
    EXPECT_EQ(Ask(*client).status().code(), absl::StatusCode::kUnavailable) << bytes;
  }
}

TEST(HttpClientTest, AnEndlessAnswerIsCutOff) {
  std::atomic<int> count = 0;
  RawServer server([&count](RawConnection& connection) {
    RawRequest request;
    if (!connection.Read(&request)) return;
    ++count;
    connection.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (connection.Send("4\r\nmore\r\n")) {
    }
  });
  HttpClientOptions options = Options({server.Url()});
  options.answer_bytes_max = 100'000;
  const auto client = MakeClient(options);
  const HttpAnswer answer = Ask(*client);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("longer than 100000 bytes"));
  EXPECT_EQ(count, 1);
}

TEST(HttpClientTest, TwoServicesShareTheWork) {
  RawServer one(Echo);
  RawServer two(Echo);
  const auto client = MakeClient(Options({one.Url(), two.Url()}));
  EXPECT_TRUE(Ask(*client).ok());
  EXPECT_TRUE(Ask(*client).ok());
  EXPECT_EQ(one.connections(), 1);
  EXPECT_EQ(two.connections(), 1);
}

TEST(HttpClientTest, WhenAServiceDiesTheOtherTakesOver) {
  RawServer one(Echo);
  RawServer two(Echo);
  HttpClientOptions options = Options({one.Url(), two.Url()});
  // It is not asked again.
  options.rest_min = absl::Hours(1);
  options.rest_max = absl::Hours(1);
  const auto client = MakeClient(options);
  EXPECT_TRUE(Ask(*client).ok());
  one.Stop();
  Answers answers(20);
  for (size_t i = 0; i < 20; ++i) client->Post(absl::StrCat(i), answers.Take(i));
  const std::vector<HttpAnswer> all = answers.AwaitAll();
  for (size_t i = 0; i < 20; ++i) EXPECT_EQ(*all[i], absl::StrCat(i));
}

TEST(HttpClientTest, WhatIsUnansweredIsCancelledInTheEnd) {
  RawServer server([](RawConnection& connection) { connection.AwaitEnd(); });
  HttpClientOptions options = Options({server.Url()});
  options.in_flight_max = 1;
  Answers answers(2);
  {
    const auto client = MakeClient(options);
    client->Post("{}", answers.Take(0));
    client->Post("{}", answers.Take(1));
  }
  for (const HttpAnswer& answer : answers.AwaitAll()) {
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kCancelled);
  }
}

TEST(HttpClientTest, AnAnswerMayAskTheNextQuestion) {
  RawServer server(Echo);
  const auto client = MakeClient(Options({server.Url()}));
  Answers answers(1);
  client->Post("1", [&](const HttpAnswer& answer) {
    client->Post(absl::StrCat(*answer, "2"), answers.Take(0));
  });
  EXPECT_EQ(*answers.AwaitAll()[0], "12");
}

constexpr char kKeyName[] = "WHET_TEST_KEY";

TEST(HttpClientTest, TheKeyIsSentAndShowsInNoMessage) {
  setenv(kKeyName, "sesame", 1);
  RawServer server([](RawConnection& connection) {
    RawRequest request;
    while (connection.Read(&request)) connection.Answer("401 No", request.head);
  });
  HttpClientOptions options = Options({server.Url()});
  options.api_key_env = kKeyName;
  const auto client = MakeClient(options);
  const HttpAnswer answer = Ask(*client);
  EXPECT_THAT(std::string(answer.status().message()),
              HasSubstr("Authorization: Bearer [the key]\r\n"));
  EXPECT_THAT(std::string(answer.status().message()), Not(HasSubstr("sesame")));
  unsetenv(kKeyName);
}

TEST(HttpClientTest, AKeyThatIsNotThereIsToldAtOnce) {
  HttpClientOptions options = Options({"http://127.0.0.1:1/"});
  options.api_key_env = kKeyName;
  unsetenv(kKeyName);
  EXPECT_EQ(HttpClient::Create(options).status().code(), absl::StatusCode::kFailedPrecondition);
  for (const char* key : {"", "two words", "line\r\nX-Other: 1"}) {
    setenv(kKeyName, key, 1);
    const absl::Status status = HttpClient::Create(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("Other")));
  }
  unsetenv(kKeyName);
}

TEST(HttpClientTest, UrlsOfOtherSchemesAndWithPasswordsAreRefused) {
  EXPECT_EQ(UrlFault("http://127.0.0.1:5000/get_reward"), "");
  EXPECT_EQ(UrlFault("https://[::1]/v1?x=1"), "");
  for (const char* url : {"", "localhost:5000/x", "ftp://host/x", "file:///etc/passwd", "http://",
                          "gopher://host", "http://ho st/"}) {
    EXPECT_EQ(UrlFault(url), "is no URL of http or https") << url;
  }
  EXPECT_THAT(UrlFault("http://me:secret@host/"), HasSubstr("password"));
  EXPECT_EQ(HttpClient::Create(Options({"ftp://host/x"})).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace whet
