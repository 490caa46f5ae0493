// whet-verify: judges for whet, one request at a time, as base/child.h asks. No gRPC, no LibTorch.
//
//   whet-verify --cpu-us=N --memory=BYTES           mathematics: one thread, few system calls
//
//   whet-verify --library=PATH --config=TEXT        by a library of the user's
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "base/child_server.h"
#include "base/status.h"
#include "rewards/custom/library_wire.h"
#include "rewards/verify/library_host.h"
#include "rewards/verify/math_server.h"

namespace whet {
namespace {

absl::Status ServeLibrary(const std::string& path, absl::string_view config) {
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<LibraryHost> host, LibraryHost::Load(path, config));
  return ServeRequests([&host](absl::string_view request) {
    const absl::StatusOr<std::vector<VerifierSample>> samples = DecodeSamples(request);
    return EncodeParts(samples.ok() ? host->Score(*samples) : samples.status());
  });
}

absl::Status Serve(absl::Span<char* const> arguments) {
  absl::string_view path = arguments.empty() ? "" : arguments[0];
  if (!absl::ConsumePrefix(&path, "--library=")) return ServeMath(arguments);
  absl::string_view config = arguments.size() > 1 ? arguments[1] : "";
  absl::ConsumePrefix(&config, "--config=");
  return ServeLibrary(std::string(path), config);
}

}  // namespace
}  // namespace whet

int main(int argc, char** argv) {
  const absl::Status status = whet::Serve(absl::MakeConstSpan(argv, argc).subspan(1));
  if (status.ok()) return 0;
  std::fprintf(stderr, "whet-verify: %s\n", std::string(status.message()).c_str());
  return 1;
}
