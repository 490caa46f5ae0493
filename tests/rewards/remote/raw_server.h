// A server on this machine that does to each connection what a test says, byte for byte.
#ifndef WHET_TESTS_REWARDS_REMOTE_RAW_SERVER_H_
#define WHET_TESTS_REWARDS_REMOTE_RAW_SERVER_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <list>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "base/mutex.h"
#include "base/unique_fd.h"

namespace whet {

struct RawRequest {
  std::string head;  // The request line and the headers, with their line ends.
  std::string body;
};

class RawConnection {
 public:
  explicit RawConnection(int fd) : fd_(fd) {}

  // The next request; false once the client has hung up.
  bool Read(RawRequest* request) {
    constexpr char kEnd[] = "\r\n\r\n";
    while (received_.find(kEnd) == std::string::npos) {
      if (!Receive()) return false;
    }
    request->head = received_.substr(0, received_.find(kEnd) + 2);
    received_.erase(0, request->head.size() + 2);
    size_t length = 0;
    for (const absl::string_view line : absl::StrSplit(request->head, "\r\n")) {
      if (absl::StartsWithIgnoreCase(line, "Content-Length:")) {
        WHET_CHECK(absl::SimpleAtoi(line.substr(line.find(':') + 1), &length));
      }
    }
    while (received_.size() < length) {
      if (!Receive()) return false;
    }
    request->body = received_.substr(0, length);
    received_.erase(0, length);
    return true;
  }

  // False once the client does not take it any more.
  bool Send(absl::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  // A whole answer: "200 OK", with headers that end with "\r\n" each.
  bool Answer(absl::string_view status, absl::string_view body,
              absl::string_view headers = "") const {
    return Send(absl::StrCat("HTTP/1.1 ", status, "\r\n", headers, "Content-Length: ", body.size(),
                             "\r\n\r\n", body));
  }

  // Until the client hangs up; says nothing.
  void AwaitEnd() {
    while (Receive()) received_.clear();
  }

 private:
  bool Receive() {
    char buffer[65536];
    const ssize_t count = recv(fd_, buffer, sizeof(buffer), 0);
    if (count > 0) received_.append(buffer, static_cast<size_t>(count));
    return count > 0;
  }

  const int fd_;
  std::string received_;
};

// Each connection has a thread, on which `serve` runs; when it returns, the connection is closed.
class RawServer {
 public:
  using Serve = std::function<void(RawConnection&)>;

  explicit RawServer(Serve serve)
      : serve_(std::move(serve)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    WHET_CHECK(bind(listener_.get(), any, size) == 0 && listen(listener_.get(), 128) == 0);
    WHET_CHECK(getsockname(listener_.get(), any, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Accept(); });
  }

  ~RawServer() { Stop(); }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return port_; }
  std::string Url() const { return absl::StrCat("http://127.0.0.1:", port_, "/ask"); }

  // How many connections there were.
  size_t connections() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    return connections_.size();
  }

  // Closes everything; who connects then is refused.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_) {
    if (!thread_.joinable()) return;
    shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    listener_.Reset();
    {
      MutexLock lock(&mu_);
      for (const Served& served : connections_) shutdown(served.fd.get(), SHUT_RDWR);
    }
    for (Served& served : connections_) served.thread.join();
  }

 private:
  struct Served {
    UniqueFd fd;
    std::thread thread;
  };

  void Accept() ABSL_LOCKS_EXCLUDED(mu_) {
    while (true) {
      UniqueFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd.valid()) return;
      MutexLock lock(&mu_);
      Served& served = connections_.emplace_back();
      served.fd = std::move(fd);
      served.thread = std::thread([this, raw = served.fd.get()] {
        RawConnection connection(raw);
        serve_(connection);
        shutdown(raw, SHUT_RDWR);
      });
    }
  }

  const Serve serve_;
  UniqueFd listener_;
  int port_ = 0;
  std::thread thread_;
  Mutex mu_;
  std::list<Served> connections_;  // Under mu_ until thread_ has ended.
};

}  // namespace whet

#endif  // WHET_TESTS_REWARDS_REMOTE_RAW_SERVER_H_
