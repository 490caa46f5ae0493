// A client that sends what a test writes, byte for byte.
#ifndef WHET_TESTS_SERVE_HTTP_CLIENT_H_
#define WHET_TESTS_SERVE_HTTP_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "base/unique_fd.h"

namespace whet::serve {

struct ClientResponse {
  int status = 0;    // 0: the connection was closed instead.
  std::string head;  // The status line and the headers.
  std::string body;
};

// One connection to a server on this machine.
class HttpClient {
 public:
  explicit HttpClient(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    WHET_CHECK(connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
               0);
  }

  // False once the server does not take it any more.
  bool Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  // The next response, by its Content-Length.
  ClientResponse Read() {
    constexpr char kEnd[] = "\r\n\r\n";
    while (received_.find(kEnd) == std::string::npos) {
      if (!Receive()) return {};
    }
    ClientResponse response;
    response.head = received_.substr(0, received_.find(kEnd) + 2);
    const size_t body = response.head.size() + 2;
    while (received_.size() < body + ContentLength(response.head)) {
      if (!Receive()) return {};
    }
    response.body = received_.substr(body, ContentLength(response.head));
    received_.erase(0, body + response.body.size());
    WHET_CHECK(absl::SimpleAtoi(absl::string_view(response.head).substr(9, 3), &response.status));
    return response;
  }

  // Sends a whole request and reads the answer. `headers` end with "\r\n" each.
  ClientResponse Ask(absl::string_view method, absl::string_view path, absl::string_view body,
                     absl::string_view headers = "") {
    Send(absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: here\r\n", headers,
                      "Content-Length: ", body.size(), "\r\n\r\n", body));
    return Read();
  }

  // Nothing more will be sent.
  void Finish() { shutdown(fd_.get(), SHUT_WR); }

  // Whether the server closes the connection without another byte; waits until one of the two.
  bool IsClosed() { return received_.empty() && !Receive(); }

 private:
  bool Receive() {
    char buffer[4096];
    const ssize_t count = recv(fd_.get(), buffer, sizeof(buffer), 0);
    if (count > 0) received_.append(buffer, static_cast<size_t>(count));
    return count > 0;
  }

  static size_t ContentLength(absl::string_view head) {
    for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
      size_t length = 0;
      if (absl::StartsWithIgnoreCase(line, "Content-Length:") &&
          absl::SimpleAtoi(line.substr(line.find(':') + 1), &length)) {
        return length;
      }
    }
    return 0;
  }

  UniqueFd fd_;
  std::string received_;
};

}  // namespace whet::serve

#endif  // WHET_TESTS_SERVE_HTTP_CLIENT_H_
