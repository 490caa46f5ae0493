#include "rewards/remote/http_client.h"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "rewards/remote/endpoints.h"
#include "text/utf8.h"

namespace whet {
namespace {

// Of an answer that is an error, in messages.
constexpr size_t kBodyBytesShown = 300;

template <typename Value>
void Set(CURL* easy, CURLoption option, Value value) {
  WHET_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct HeadersDeleter {
  void operator()(curl_slist* headers) const { curl_slist_free_all(headers); }
};
using UrlHandle = std::unique_ptr<CURLU, UrlDeleter>;
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;
using MultiHandle = std::unique_ptr<CURLM, MultiDeleter>;
using Headers = std::unique_ptr<curl_slist, HeadersDeleter>;

// libcurl while this exists; it counts how many there are.
class Library {
 public:
  Library() { WHET_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); }
  ~Library() { curl_global_cleanup(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

// A part of a URL; empty if it has none.
std::string PartOfUrl(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

UrlHandle ParseUrl(absl::string_view text) {
  UrlHandle url(curl_url());
  WHET_CHECK(url != nullptr);
  const CURLUcode code =
      curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME);
  return code == CURLUE_OK ? std::move(url) : nullptr;
}

bool IsThisMachine(const std::string& url) {
  const UrlHandle parsed = ParseUrl(url);
  const std::string host = PartOfUrl(parsed.get(), CURLUPART_HOST);
  return host == "localhost" || host == "[::1]" || absl::StartsWith(host, "127.");
}

Headers MakeHeaders(const std::string& key) {
  std::vector<std::string> lines = {"Content-Type: application/json", "Accept: application/json",
                                    "Expect:"};  // Large bodies without asking first.
  if (!key.empty()) lines.push_back(absl::StrCat("Authorization: Bearer ", key));
  curl_slist* headers = nullptr;
  for (const std::string& line : lines) {
    headers = curl_slist_append(headers, line.c_str());
    WHET_CHECK(headers != nullptr);
  }
  return Headers(headers);
}

bool MayTryAgain(long http_status) {
  return http_status == 408 || http_status == 429 || http_status >= 500;
}

}  // namespace

absl::StatusOr<std::string> ReadApiKey(const std::string& variable) {
  if (variable.empty()) return std::string();
  const char* const value = std::getenv(variable.c_str());
  const absl::string_view key = value == nullptr ? "" : value;
  if (key.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the environment variable ", variable, " is not set; it must hold the service's key"));
  }
  if (!std::all_of(key.begin(), key.end(), absl::ascii_isgraph)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the environment variable ", variable,
                     " holds what is no key: it has a space, a line end "
                     "or a letter beyond ASCII"));
  }
  return std::string(key);
}

std::string UrlFault(absl::string_view url) {
  const UrlHandle parsed = ParseUrl(url);
  const std::string scheme = parsed == nullptr ? "" : PartOfUrl(parsed.get(), CURLUPART_SCHEME);
  if ((scheme != "http" && scheme != "https") || PartOfUrl(parsed.get(), CURLUPART_HOST).empty()) {
    return "is no URL of http or https";
  }
  if (!PartOfUrl(parsed.get(), CURLUPART_USER).empty() ||
      !PartOfUrl(parsed.get(), CURLUPART_PASSWORD).empty()) {
    return "has a password in it; name an environment variable that holds the key instead";
  }
  return "";
}

std::string UrlOf(absl::string_view base, absl::string_view path) {
  while (absl::ConsumeSuffix(&base, "/")) {
  }
  return absl::EndsWith(base, path) ? std::string(base) : absl::StrCat(base, path);
}

// What the client's thread runs. A request is posted → queued → in flight → answered, or queued
// again.
class HttpClient::Loop {
 public:
  Loop(HttpClientOptions options, std::string key);

  void Run();

  void Post(std::string json, Done done) ABSL_LOCKS_EXCLUDED(mu_);
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Request {
    std::string json;
    Done done;
    absl::Duration due = absl::InfiniteDuration();  // By clock_.
    int tries = 0;
    absl::Status failure = {};  // Of the last try, or of another's that kept it from one.
  };

  struct Transfer {
    Request request;
    size_t endpoint;
    absl::Duration started;
    EasyHandle easy;
    std::string answer = {};
    size_t answer_bytes_max;
    bool too_long = false;
    std::array<char, CURL_ERROR_SIZE> error = {};
  };

  // False once stopped.
  bool TakePosted() ABSL_LOCKS_EXCLUDED(mu_);
  void StartQueued();
  void StartTransfer(Request request, size_t endpoint);
  void TakeFinished();
  void Finish(Transfer* transfer, CURLcode code);
  void ExpireQueued();
  void Wait();
  void CancelAll();

  // What the answer of a transfer that went well is worth.
  absl::StatusOr<std::string> AnswerOf(Transfer* transfer, long http_status) const;
  // Why it did not go well.
  absl::Status FailureOf(const Transfer& transfer, CURLcode code);
  // "URL: WHAT", without the key.
  std::string Describe(size_t endpoint, absl::string_view what) const;

  static size_t TakeBytes(char* bytes, size_t size, size_t count, void* transfer);

  const HttpClientOptions options_;
  const std::string key_;
  const Library library_;
  const MultiHandle multi_;
  const Headers headers_;
  Endpoints endpoints_;
  SystemClock clock_;
  absl::InsecureBitGen chance_;
  std::string last_failure_;
  std::deque<Request> queue_;
  absl::flat_hash_map<CURL*, std::unique_ptr<Transfer>> in_flight_;

  Mutex mu_;
  std::vector<Request> posted_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
};

HttpClient::Loop::Loop(HttpClientOptions options, std::string key)
    : options_(std::move(options)),
      key_(std::move(key)),
      multi_(curl_multi_init()),
      headers_(MakeHeaders(key_)),
      endpoints_({.count = options_.urls.size(),
                  .rest_min = options_.rest_min,
                  .rest_max = options_.rest_max}) {
  WHET_CHECK(multi_ != nullptr);
  WHET_CHECK(options_.in_flight_max > 0);
  WHET_CHECK(options_.tries_max > 0);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, long{options_.in_flight_max});
}

void HttpClient::Loop::Post(std::string json, Done done) {
  {
    MutexLock lock(&mu_);
    posted_.push_back({.json = std::move(json), .done = std::move(done)});
  }
  curl_multi_wakeup(multi_.get());
}

void HttpClient::Loop::Stop() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_.get());
}

void HttpClient::Loop::Run() {
  // OpenSSL writes to broken connections without MSG_NOSIGNAL.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (TakePosted()) {
    int running = 0;
    WHET_CHECK(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
    TakeFinished();
    ExpireQueued();
    StartQueued();
    Wait();
  }
  CancelAll();
}

bool HttpClient::Loop::TakePosted() {
  std::vector<Request> posted;
  bool stopping = false;
  {
    MutexLock lock(&mu_);
    posted.swap(posted_);
    stopping = stopping_;
  }
  for (Request& request : posted) queue_.push_back(std::move(request));
  return !stopping;
}

void HttpClient::Loop::StartQueued() {
  while (!queue_.empty() && in_flight_.size() < static_cast<size_t>(options_.in_flight_max)) {
    const std::optional<size_t> endpoint = endpoints_.Start(clock_.Monotonic());
    if (!endpoint) {
      const absl::Duration due = clock_.Monotonic() + options_.timeout;
      for (Request& request : queue_) {
        if (request.due < absl::InfiniteDuration()) continue;
        request.due = due;
        request.failure = absl::UnavailableError(last_failure_);
      }
      return;
    }
    Request request = std::move(queue_.front());
    queue_.pop_front();
    StartTransfer(std::move(request), *endpoint);
  }
}

void HttpClient::Loop::StartTransfer(Request request, size_t endpoint) {
  const absl::Duration now = clock_.Monotonic();
  request.due = std::min(request.due, now + options_.timeout);
  ++request.tries;
  auto transfer =
      std::make_unique<Transfer>(Transfer{.request = std::move(request),
                                          .endpoint = endpoint,
                                          .started = now,
                                          .easy = EasyHandle(curl_easy_init()),
                                          .answer_bytes_max = options_.answer_bytes_max});
  CURL* const easy = transfer->easy.get();
  WHET_CHECK(easy != nullptr);
  const std::string& url = options_.urls[endpoint];
  const absl::Duration left = transfer->request.due - now;
  Set(easy, CURLOPT_URL, url.c_str());
  Set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  Set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  if (IsThisMachine(url)) Set(easy, CURLOPT_PROXY, "");
  Set(easy, CURLOPT_HTTPHEADER, headers_.get());
  Set(easy, CURLOPT_POSTFIELDS, transfer->request.json.data());
  Set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer->request.json.size()));
  Set(easy, CURLOPT_NOSIGNAL, 1L);
  Set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  Set(easy, CURLOPT_CONNECTTIMEOUT_MS, absl::ToInt64Milliseconds(options_.connect_timeout) + 1);
  Set(easy, CURLOPT_TIMEOUT_MS, std::max(absl::ToInt64Milliseconds(left), int64_t{0}) + 1);
  Set(easy, CURLOPT_ERRORBUFFER, transfer->error.data());
  Set(easy, CURLOPT_WRITEFUNCTION, &TakeBytes);
  Set(easy, CURLOPT_WRITEDATA, transfer.get());
  WHET_CHECK(curl_multi_add_handle(multi_.get(), easy) == CURLM_OK);
  in_flight_.emplace(easy, std::move(transfer));
}

size_t HttpClient::Loop::TakeBytes(char* bytes, size_t size, size_t count, void* transfer) {
  auto* const self = static_cast<Transfer*>(transfer);
  if (size * count > self->answer_bytes_max - self->answer.size()) {
    self->too_long = true;
    return 0;  // libcurl then ends the transfer.
  }
  self->answer.append(bytes, size * count);
  return size * count;
}

void HttpClient::Loop::TakeFinished() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    auto node = in_flight_.extract(message->easy_handle);
    WHET_CHECK(!node.empty());
    curl_multi_remove_handle(multi_.get(), node.key());
    Finish(node.mapped().get(), code);
  }
}

void HttpClient::Loop::Finish(Transfer* transfer, CURLcode code) {
  Request& request = transfer->request;
  long http_status = 0;
  curl_easy_getinfo(transfer->easy.get(), CURLINFO_RESPONSE_CODE, &http_status);
  const bool may_try_again = code == CURLE_OK && MayTryAgain(http_status);
  if ((code == CURLE_OK || transfer->too_long) && !may_try_again) {
    endpoints_.Succeed(transfer->endpoint);
    request.done(AnswerOf(transfer, http_status));
    return;
  }
  curl_off_t retry_after = 0;
  curl_easy_getinfo(transfer->easy.get(), CURLINFO_RETRY_AFTER, &retry_after);
  endpoints_.Fail(transfer->endpoint, clock_.Monotonic(),
                  {.started = transfer->started,
                   .retry_after = std::min(absl::Seconds(retry_after), options_.timeout),
                   .chance = absl::Uniform(chance_, 0.0, 1.0)});
  request.failure =
      may_try_again ? AnswerOf(transfer, http_status).status() : FailureOf(*transfer, code);
  last_failure_ = std::string(request.failure.message());
  if (request.tries < options_.tries_max && !absl::IsDeadlineExceeded(request.failure)) {
    queue_.push_front(std::move(request));  // It has waited the longest.
  } else {
    request.done(std::move(request.failure));
  }
}

absl::StatusOr<std::string> HttpClient::Loop::AnswerOf(Transfer* transfer, long http_status) const {
  if (transfer->too_long) {
    return absl::InvalidArgumentError(
        Describe(transfer->endpoint,
                 absl::StrCat("its answer is longer than ", options_.answer_bytes_max, " bytes")));
  }
  if (http_status >= 200 && http_status < 300) return std::move(transfer->answer);
  const absl::string_view body = absl::StripAsciiWhitespace(transfer->answer);
  const std::string what = Describe(
      transfer->endpoint, absl::StrCat("it answered ", http_status, body.empty() ? "" : ": ",
                                       Utf8Prefix(body, kBodyBytesShown)));
  return MayTryAgain(http_status) ? absl::UnavailableError(what) : absl::InvalidArgumentError(what);
}

absl::Status HttpClient::Loop::FailureOf(const Transfer& transfer, CURLcode code) {
  curl_off_t connected_us = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_PRETRANSFER_TIME_T, &connected_us);
  if (code == CURLE_OPERATION_TIMEDOUT &&
      (connected_us > 0 || clock_.Monotonic() >= transfer.request.due)) {
    return absl::DeadlineExceededError(
        Describe(transfer.endpoint,
                 absl::StrCat("no answer within ", absl::FormatDuration(options_.timeout))));
  }
  const char* const error = transfer.error.data();
  return absl::UnavailableError(
      Describe(transfer.endpoint, *error == 0 ? curl_easy_strerror(code) : error));
}

std::string HttpClient::Loop::Describe(size_t endpoint, absl::string_view what) const {
  const std::string text = absl::StrCat(options_.urls[endpoint], ": ", what);
  return key_.empty() ? text : absl::StrReplaceAll(text, {{key_, "[the key]"}});
}

void HttpClient::Loop::ExpireQueued() {
  const absl::Duration now = clock_.Monotonic();
  const auto in_time = [now](const Request& request) { return request.due > now; };
  if (std::all_of(queue_.begin(), queue_.end(), in_time)) return;
  std::deque<Request> queued;
  for (Request& request : queue_) {
    if (in_time(request)) {
      queued.push_back(std::move(request));
    } else {
      request.done(std::move(request.failure));
    }
  }
  queue_ = std::move(queued);
}

void HttpClient::Loop::Wait() {
  const absl::Duration now = clock_.Monotonic();
  absl::Duration until = now + absl::Hours(1);
  if (!queue_.empty()) until = std::min(until, endpoints_.NextUp(now));
  for (const Request& request : queue_) until = std::min(until, request.due);
  const int64_t left = std::max(absl::ToInt64Milliseconds(until - now), int64_t{0});
  // A millisecond is cut off by the conversion.
  WHET_CHECK(curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(left) + 1, nullptr) ==
             CURLM_OK);
}

void HttpClient::Loop::CancelAll() {
  const auto cancel = [](const Request& request) {
    request.done(absl::CancelledError("the client is being shut down"));
  };
  for (auto& [easy, transfer] : in_flight_) {
    curl_multi_remove_handle(multi_.get(), easy);
    cancel(transfer->request);
  }
  in_flight_.clear();
  for (const Request& request : queue_) cancel(request);
  queue_.clear();
}

HttpClient::HttpClient(std::unique_ptr<Loop> loop)
    : loop_(std::move(loop)), thread_([this] { loop_->Run(); }) {}

absl::StatusOr<std::unique_ptr<HttpClient>> HttpClient::Create(HttpClientOptions options) {
  for (const std::string& url : options.urls) {
    if (std::string fault = UrlFault(url); !fault.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(url, " ", fault));
    }
  }
  WHET_ASSIGN_OR_RETURN(std::string key, ReadApiKey(options.api_key_env));
  return std::unique_ptr<HttpClient>(
      new HttpClient(std::make_unique<Loop>(std::move(options), std::move(key))));
}

HttpClient::~HttpClient() {
  loop_->Stop();
  thread_.join();
}

void HttpClient::Post(std::string json, Done done) {
  loop_->Post(std::move(json), std::move(done));
}

}  // namespace whet
