// Where a server listens.
#ifndef WHET_SERVE_LISTEN_ADDRESS_H_
#define WHET_SERVE_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whet::serve {

// An IPv4 address and a port. (Debian's civetweb knows no IPv6.)
struct ListenAddress {
  std::string host = "127.0.0.1";  // In numbers. 0.0.0.0: all addresses of the machine.
  int port = 0;                    // 0: one that is free.
  bool loopback = true;            // Only this machine can reach it.
};

// "127.0.0.1:8080", "localhost:8080". InvalidArgument, saying how to write it, for others: names
// of hosts are not looked up.
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

// "127.0.0.1:8080"
std::string ListenAddressText(const ListenAddress& address);

}  // namespace whet::serve

#endif  // WHET_SERVE_LISTEN_ADDRESS_H_
