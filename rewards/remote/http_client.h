// Questions to services over HTTP: JSON posted, JSON back.
#ifndef WHET_REWARDS_REMOTE_HTTP_CLIENT_H_
#define WHET_REWARDS_REMOTE_HTTP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace whet {

struct HttpClientOptions {
  std::vector<std::string> urls;  // Of services that answer alike; at least one.
  std::string api_key_env = {};   // The environment variable that holds a key; empty: no key.
  int in_flight_max = 64;         // Requests at a time, to all of them together.
  absl::Duration timeout = absl::Seconds(60);  // Of a request, all its tries together.
  absl::Duration connect_timeout = absl::Seconds(10);
  int tries_max = 8;
  size_t answer_bytes_max = size_t{16} << 20;
  // How long a service rests that has failed once, and at most.
  absl::Duration rest_min = absl::Milliseconds(250);
  absl::Duration rest_max = absl::Seconds(10);
};

// Posts to the service that has the least to do. Connections are kept and used again.
//
// A try that fails by no fault of the request is made again, with the next service that is up, up
// to tries_max times: no connection, a connection that breaks, an answer that is no HTTP, 408, 429
// and 5xx. The service that failed rests: for rest_min, then twice as long each time up to
// rest_max, half of it by chance; or for as long as its Retry-After says. Then one request tries
// it, and others follow once it has answered one.
//
// The clock of a request runs from its first try, or from when there was none to make because all
// services rested. So a long queue costs nobody his time, and a service that is gone holds nobody
// up for longer than `timeout`. One that takes a request and says nothing is given all of that:
// nobody can tell it from one that thinks.
//
// http and https only; certificates are checked. Redirects are not followed. The proxies of
// http_proxy, https_proxy, all_proxy and no_proxy are used as libcurl does, but never for this
// machine. The key is sent as "Authorization: Bearer …" and shows in no message.
//
// Thread-safe; one thread of its own does all the work.
class HttpClient {
 public:
  // Called once: with the body of an answer 2xx, or with a status that has the URL and the cause:
  //   InvalidArgument     any other answer, with the beginning of its body, or one that is longer
  //                       than answer_bytes_max: the same request would fail again
  //   Unavailable         the last try failed
  //   DeadlineExceeded    there was no answer in time
  //   Cancelled           the client was destroyed
  // Runs on the client's thread, so it must be quick; it may call Post.
  using Done = std::function<void(absl::StatusOr<std::string> answer)>;

  // InvalidArgument for what is no URL of http or https, or has a password in it;
  // FailedPrecondition if the variable is not set or holds what cannot be a key. Connects to nobody
  // yet.
  static absl::StatusOr<std::unique_ptr<HttpClient>> Create(HttpClientOptions options);

  // What has no answer is cancelled.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Queues a request and returns. `json` is its body.
  void Post(std::string json, Done done);

 private:
  class Loop;

  explicit HttpClient(std::unique_ptr<Loop> loop);

  const std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

// The key that the environment variable holds; nothing if `variable` is empty. FailedPrecondition
// if there is no such variable, or it holds what cannot be a key. No message has it.
absl::StatusOr<std::string> ReadApiKey(const std::string& variable);

// Nothing if `url` can be given to an HttpClient, else what is wrong with it: "is no URL of http or
// https".
std::string UrlFault(absl::string_view url);

// Where a service that is reached at `base` answers `path` ("/classify"): that is appended, unless
// the base ends with it already.
std::string UrlOf(absl::string_view base, absl::string_view path);

}  // namespace whet

#endif  // WHET_REWARDS_REMOTE_HTTP_CLIENT_H_
