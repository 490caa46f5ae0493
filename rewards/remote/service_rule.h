// Rewards by gRPC services of other people: proto/reward.proto, docs/custom_verifiers.md.
#ifndef WHET_REWARDS_REMOTE_SERVICE_RULE_H_
#define WHET_REWARDS_REMOTE_SERVICE_RULE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rewards/custom/batches.h"
#include "rewards/reward_rule.h"

namespace whet {

struct ServiceRuleOptions {
  std::string name = "service";        // In messages.
  std::vector<std::string> endpoints;  // Of servers that answer alike: "host:port", "unix:PATH".
  bool tls = false;                    // With the certificates that this machine trusts.
  std::string token;                   // "authorization: Bearer TOKEN"; empty: none.
  int batch = 64;                      // Samples of a call.
  bool send_tokens = false;
  absl::Duration timeout = absl::Seconds(60);        // Of a call.
  absl::Duration patience = absl::Seconds(300);      // With a batch, over all calls.
  absl::Duration start_timeout = absl::Seconds(60);  // Until one is ready, when this is made.
};

// Batches go to the server with the fewest calls at the time. A call that fails by no fault of its
// samples (the server is gone, too busy, or silent for `timeout`) is made again, by another server
// as long as there is one; one that failed rests, longer each time. While none is there, a batch
// waits for `patience`. What has failed three times at servers that were there is tried again
// sample by sample, so that one that no server survives costs only itself. Thread-safe.
class ServiceRule : public RewardRule {
 public:
  // Waits until one of the servers says that it is ready (gRPC's health protocol; one that does not
  // know it counts as ready when it is connected). FailedPrecondition, with what each said, if none
  // is. Those that are not are named in the log.
  static absl::StatusOr<std::unique_ptr<ServiceRule>> Create(ServiceRuleOptions options);

  ~ServiceRule() override;

  // Unimplemented, Unauthenticated, PermissionDenied of a server are returned: it will never
  // answer.
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  class Servers;

  explicit ServiceRule(ServiceRuleOptions options);

  // Judges each batch, or gives the last reason why not: Unavailable if nobody was there.
  std::vector<BatchParts> Judge(const std::vector<InputBatch>& batches);

  const ServiceRuleOptions options_;
  const std::unique_ptr<Servers> servers_;
};

}  // namespace whet

#endif  // WHET_REWARDS_REMOTE_SERVICE_RULE_H_
