// proto/reward.proto, answered by the rules of a run. gRPC shows in the .cc alone.
#ifndef WHET_SERVE_GRPC_REWARD_SERVER_H_
#define WHET_SERVE_GRPC_REWARD_SERVER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "serve/access_token.h"
#include "serve/listen_address.h"
#include "serve/reward_scorer.h"

namespace whet::serve {

struct GrpcRewardServerOptions {
  ListenAddress address = {};
  std::optional<AccessToken> token = {};  // That calls must have.
  // How long a call that sets no deadline waits for its turn.
  absl::Duration patience = absl::Seconds(120);
};

// Serves RewardService, gRPC's health protocol and reflection; messages of 64 MiB at most.
class GrpcRewardServer {
 public:
  // `scorer` is not owned and outlives this. InvalidArgument where there is no token although other
  // machines could reach it. Unavailable if it cannot listen.
  static absl::StatusOr<std::unique_ptr<GrpcRewardServer>> Start(RewardScorer* scorer,
                                                                 GrpcRewardServerOptions options);

  virtual ~GrpcRewardServer() = default;  // As Stop().

  // With the port that it got.
  virtual const ListenAddress& address() const = 0;

  // Refuses what comes, and waits until what is being answered is answered, for `patience` at most.
  // Not from two threads.
  virtual void Stop(absl::Duration patience) = 0;
};

}  // namespace whet::serve

#endif  // WHET_SERVE_GRPC_REWARD_SERVER_H_
