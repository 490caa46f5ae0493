#include "rollout/wire_check.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status.h"
#include "proto/health.grpc.pb.h"
#include "proto/health.pb.h"

namespace whet {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Answers SERVING.
class HealthService final : public Health::Service {
 public:
  grpc::Status Check(grpc::ServerContext*, const HealthCheckRequest*,
                     HealthCheckResponse* response) override {
    response->set_status(HealthCheckResponse::SERVING);
    return grpc::Status::OK;
  }
};

absl::Status Ask(Health::Stub* stub, absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(timeout));
  HealthCheckResponse response;
  const grpc::Status status = stub->Check(&context, HealthCheckRequest(), &response);
  if (!status.ok()) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                        absl::StrCat("gRPC over loopback: ", status.error_message()));
  }
  if (response.status() != HealthCheckResponse::SERVING) {
    return absl::InternalError("gRPC over loopback: another server answered");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WireCheck> CheckWire(absl::Duration timeout) {
  HealthService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError("gRPC cannot listen on a loopback port");
  }
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY,
                   0);  // A proxy does not reach this machine's loopback.
  const std::unique_ptr<Health::Stub> stub = Health::NewStub(grpc::CreateCustomChannel(
      absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(), arguments));

  WHET_RETURN_IF_ERROR(Ask(stub.get(), timeout));  // Connects.
  SystemClock clock;
  const absl::Duration begin = clock.Monotonic();
  WHET_RETURN_IF_ERROR(Ask(stub.get(), timeout));
  return WireCheck{.grpc_version = grpc::Version(), .round_trip = clock.Monotonic() - begin};
}

}  // namespace whet
