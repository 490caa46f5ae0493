#include "rewards/remote/service_rule.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/blocking_counter.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "proto/health.grpc.pb.h"
#include "proto/reward.grpc.pb.h"
#include "rewards/remote/endpoints.h"
#include "rewards/remote/reward_wire.h"
#include "rewards/rewarder.h"

namespace whet {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using rewards::v1::RewardService;

constexpr int kMessageBytesMax = 64 << 20;
constexpr int kTriesMax = 3;  // At servers that are there.
constexpr absl::Duration kHealthTimeout = absl::Seconds(1);
constexpr absl::Duration kHealthPause = absl::Milliseconds(100);
constexpr absl::Duration kConnectTimeout = absl::Seconds(1);
constexpr absl::Duration kRestMin = absl::Milliseconds(100);
constexpr absl::Duration kRestMax = absl::Seconds(5);

absl::Status StatusOf(const grpc::Status& status, const std::string& address) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat(address, ": ", status.error_message()));
}

// Whether another server, or another time, may do. A call that a server breaks off is Cancelled.
bool MayPass(const absl::Status& status) {
  return IsPassing(status.code()) || absl::IsCancelled(status);
}

// Whether a message was above kMessageBytesMax: gRPC has no code of its own for it.
bool IsTooLarge(const absl::Status& status) {
  return absl::StrContains(status.message(), "message larger than max");
}

bool IsForGood(absl::StatusCode code) {
  return code == absl::StatusCode::kUnimplemented || code == absl::StatusCode::kUnauthenticated ||
         code == absl::StatusCode::kPermissionDenied;
}

struct Server {
  std::string address;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<RewardService::Stub> stub;
};

// A batch on its way.
struct Call {
  InputBatch batch;
  BatchParts parts = absl::UnavailableError("no server is up");
  bool open = true;
  int tries = 0;  // That failed at a server that was there.
  // Of the try at hand.
  size_t server = 0;
  bool connected = false;
  absl::Duration started = absl::ZeroDuration();
  std::unique_ptr<grpc::ClientContext> context;
  rewards::v1::ScoreRequest request;
  rewards::v1::ScoreResponse response;
  grpc::Status status;
};

Server ServerOf(const std::string& address, bool tls) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  // Our own rests are longer.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // Channels to one address would share a connection, and then its back-off.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  Server server = {.address = address, .channel = nullptr, .stub = nullptr};
  server.channel = grpc::CreateCustomChannel(
      address, tls ? grpc::SslCredentials({}) : grpc::InsecureChannelCredentials(), arguments);
  server.stub = RewardService::NewStub(server.channel);
  return server;
}

}  // namespace

class ServiceRule::Servers {
 public:
  explicit Servers(const ServiceRuleOptions& options)
      : options_(options),
        endpoints_(
            {.count = options.endpoints.size(), .rest_min = kRestMin, .rest_max = kRestMax}) {
    for (const std::string& address : options.endpoints) {
      servers_.push_back(ServerOf(address, options.tls));
    }
  }

  absl::Status WaitUntilReady() {
    const absl::Duration deadline = clock_.Monotonic() + options_.start_timeout;
    std::vector<absl::Status> states(servers_.size());
    bool hopeful = true;
    while (hopeful) {
      hopeful = false;
      for (size_t i = 0; i < servers_.size(); ++i) {
        const absl::Duration left = deadline - clock_.Monotonic();
        states[i] =
            CheckHealth(servers_[i], std::clamp(left, absl::Milliseconds(1), kHealthTimeout));
        hopeful = hopeful || (MayPass(states[i]) && left > absl::ZeroDuration());
      }
      if (absl::c_any_of(states, [](const absl::Status& state) { return state.ok(); })) break;
      if (hopeful) clock_.Sleep(kHealthPause);
    }
    std::vector<std::string> faults;
    for (const absl::Status& state : states) {
      if (!state.ok()) faults.emplace_back(state.message());
    }
    const std::string text = absl::StrJoin(faults, "; ");
    if (faults.size() == servers_.size()) {
      return absl::FailedPreconditionError(absl::StrCat("no server is ready: ", text));
    }
    if (!faults.empty()) LogWarning(absl::StrCat(options_.name, ": goes on without ", text));
    return absl::OkStatus();
  }

  absl::Duration Now() { return clock_.Monotonic(); }

  // Makes some of `calls`, which are open: each once, at a server that is up, and waits for it.
  // False if no server is up before `deadline`.
  bool MakeSome(const std::vector<Call*>& calls, absl::Duration deadline) {
    const std::vector<Call*> begun = Begin(calls, deadline);
    if (begun.empty()) return false;
    absl::BlockingCounter running(static_cast<int>(begun.size()));
    for (Call* call : begun) Start(call, &running);
    running.Wait();
    for (Call* call : begun) End(call);
    return true;
  }

 private:
  absl::Status CheckHealth(const Server& server, absl::Duration timeout) {
    const auto health = Health::NewStub(server.channel);
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    Authorize(&context);
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(timeout));
    HealthCheckResponse response;
    const grpc::Status status = health->Check(&context, HealthCheckRequest(), &response);
    if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) return absl::OkStatus();
    if (!status.ok()) return StatusOf(status, server.address);
    if (response.status() == HealthCheckResponse::SERVING) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat(server.address, ": it is not serving"));
  }

  void Authorize(grpc::ClientContext* context) const {
    if (options_.token.empty()) return;
    context->AddMetadata("authorization", absl::StrCat("Bearer ", options_.token));
  }

  // Gives as many calls a server as can have one now, or as soon as one can.
  std::vector<Call*> Begin(const std::vector<Call*>& calls, absl::Duration deadline)
      ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    std::vector<Call*> begun;
    while (true) {
      const absl::Duration now = clock_.Monotonic();
      for (Call* call : calls) {
        // However often servers come and go.
        if (now >= deadline && call->started != absl::ZeroDuration()) break;
        const std::optional<size_t> server = endpoints_.Start(now);
        if (!server.has_value()) break;
        call->server = *server;
        call->started = now;
        begun.push_back(call);
      }
      if (!begun.empty() || now >= deadline) return begun;
      changed_.WaitFor(&mu_, std::min(endpoints_.NextUp(now), deadline) - now);
    }
  }

  void Start(Call* call, absl::BlockingCounter* running) {
    const Server& server = servers_[call->server];
    // After a break a channel is idle until it is used: whether the server is there is to be known
    // before a failure is held against the samples.
    call->connected = server.channel->GetState(true) == GRPC_CHANNEL_READY ||
                      server.channel->WaitForConnected(std::chrono::system_clock::now() +
                                                       absl::ToChronoMicroseconds(kConnectTimeout));
    call->context = std::make_unique<grpc::ClientContext>();
    call->context->set_deadline(std::chrono::system_clock::now() +
                                absl::ToChronoMicroseconds(options_.timeout));
    Authorize(call->context.get());
    call->request = RequestOf(call->batch, options_.send_tokens);
    call->response.Clear();
    server.stub->async()->Score(call->context.get(), &call->request, &call->response,
                                [call, running](const grpc::Status& status) {
                                  call->status = status;
                                  running->DecrementCount();
                                });
  }

  void End(Call* call) ABSL_LOCKS_EXCLUDED(mu_) {
    const absl::Status status = call->status.ok()
                                    ? absl::OkStatus()
                                    : StatusOf(call->status, servers_[call->server].address);
    const bool failed = MayPass(status);
    {
      MutexLock lock(&mu_);
      if (failed) {
        endpoints_.Fail(call->server, clock_.Monotonic(), {.started = call->started});
      } else {
        endpoints_.Succeed(call->server);
      }
    }
    changed_.NotifyAll();
    // One that has too much to do says nothing of the samples, but for one answer that is too
    // large.
    const bool busy = absl::IsResourceExhausted(status) && !IsTooLarge(status);
    call->tries += failed && call->connected && !busy ? 1 : 0;
    call->open = failed && call->tries < kTriesMax;
    if (status.ok()) {
      call->parts = PartsOf(call->response, call->batch.size());
    } else if (failed && !call->open) {
      call->parts = absl::AbortedError(status.message());
    } else {
      call->parts = failed ? absl::UnavailableError(status.message()) : status;
    }
  }

  const ServiceRuleOptions& options_;
  SystemClock clock_;
  std::vector<Server> servers_;
  Mutex mu_;
  CondVar changed_;  // A call has ended.
  Endpoints endpoints_ ABSL_GUARDED_BY(mu_);
};

ServiceRule::ServiceRule(ServiceRuleOptions options)
    : options_(std::move(options)), servers_(std::make_unique<Servers>(options_)) {}

ServiceRule::~ServiceRule() = default;

absl::StatusOr<std::unique_ptr<ServiceRule>> ServiceRule::Create(ServiceRuleOptions options) {
  auto rule = std::unique_ptr<ServiceRule>(new ServiceRule(std::move(options)));
  WHET_RETURN_IF_ERROR(rule->servers_->WaitUntilReady());
  return rule;
}

std::vector<BatchParts> ServiceRule::Judge(const std::vector<InputBatch>& batches) {
  const absl::Duration deadline = servers_->Now() + options_.patience;
  std::vector<Call> calls(batches.size());
  std::vector<Call*> open;
  for (size_t i = 0; i < batches.size(); ++i) {
    calls[i].batch = batches[i];
    open.push_back(&calls[i]);
  }
  while (!open.empty() && servers_->MakeSome(open, deadline)) {
    std::erase_if(open, [](const Call* call) { return !call->open; });
  }
  std::vector<BatchParts> parts;
  parts.reserve(calls.size());
  for (Call& call : calls) parts.push_back(std::move(call.parts));
  return parts;
}

absl::StatusOr<std::vector<RewardPart>> ServiceRule::Score(absl::Span<const ScoreInput> inputs) {
  absl::Status for_good;
  std::vector<RewardPart> parts = ScoreInBatches(inputs, static_cast<size_t>(options_.batch),
                                                 [&](const std::vector<InputBatch>& batches) {
                                                   std::vector<BatchParts> judged = Judge(batches);
                                                   for (const BatchParts& one : judged) {
                                                     if (IsForGood(one.status().code()))
                                                       for_good = one.status();
                                                   }
                                                   return judged;
                                                 });
  WHET_RETURN_IF_ERROR(for_good);
  return parts;
}

}  // namespace whet
