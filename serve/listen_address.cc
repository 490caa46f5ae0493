#include "serve/listen_address.h"

#include <arpa/inet.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace whet::serve {
namespace {

constexpr int kPortMax = 65535;
constexpr uint32_t kLoopbackNet = 127;  // All of 127.0.0.0/8.

}  // namespace

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
  ListenAddress address;
  address.host = parts.first == "localhost" ? "127.0.0.1" : parts.first;
  in_addr number = {};
  if (inet_pton(AF_INET, address.host.c_str(), &number) != 1 ||
      !absl::SimpleAtoi(parts.second, &address.port) || address.port < 0 ||
      address.port > kPortMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is no address; write it as 127.0.0.1:8080"));
  }
  address.loopback = ntohl(number.s_addr) >> 24 == kLoopbackNet;
  return address;
}

std::string ListenAddressText(const ListenAddress& address) {
  return absl::StrCat(address.host, ":", address.port);
}

}  // namespace whet::serve
