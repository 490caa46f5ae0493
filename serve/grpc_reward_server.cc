#include "serve/grpc_reward_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/bounded_queue.h"
#include "proto/reward.grpc.pb.h"
#include "rewards/remote/reward_wire.h"
#include "text/utf8.h"

namespace whet::serve {
namespace {

using rewards::v1::Result;
using rewards::v1::Sample;
using rewards::v1::ScoreRequest;
using rewards::v1::ScoreResponse;

constexpr int kMessageBytesMax = 64 << 20;
constexpr size_t kStreamBatchMax = 64;
constexpr size_t kStreamWaitingMax = 1024;
constexpr size_t kGroupMax = 65536;

RewardSample SampleOf(const Sample& sample) {
  return {.sample = {.prompt = sample.prompt(),
                     .completion = sample.completion(),
                     .ground_truth = sample.ground_truth(),
                     .data_source = sample.data_source(),
                     .extra = sample.extra(),
                     .completion_tokens = sample.tokens(),
                     .finished = !sample.cut_off()},
          .group = sample.group(),
          .token_ids = {sample.token_ids().begin(), sample.token_ids().end()}};
}

// The first reason that there is.
std::string MessageOf(const Reward& reward, const std::vector<std::string>& rules) {
  for (size_t r = 0; r < rules.size(); ++r) {
    if (!reward.parts[r].message.empty()) {
      return ReplaceInvalidUtf8(absl::StrCat(rules[r], ": ", reward.parts[r].message));
    }
  }
  return "";
}

// What a reward as a whole is: excluded if a part is, else as the first judge says.
std::optional<Verdict> VerdictOf(const Reward& reward) {
  std::optional<Verdict> first;
  for (const RewardPart& part : reward.parts) {
    if (!part.verdict.has_value()) continue;
    if (IsExcluded(*part.verdict)) {
      if (!reward.total.has_value()) return part.verdict;
    } else if (!first.has_value()) {
      first = part.verdict;
    }
  }
  return first;
}

void FillResult(const Reward& reward, const std::vector<std::string>& rules, Result* result) {
  if (reward.total.has_value()) result->set_reward(*reward.total);
  result->set_verdict(VerdictToWire(VerdictOf(reward)));
  result->set_message(MessageOf(reward, rules));
  for (size_t r = 0; r < rules.size(); ++r) {
    const RewardPart& from = reward.parts[r];
    rewards::v1::Part* part = result->add_parts();
    part->set_rule(rules[r]);
    if (from.value.has_value()) part->set_value(*from.value);
    part->set_verdict(VerdictToWire(from.verdict));
    part->set_message(ReplaceInvalidUtf8(from.message));  // It may quote the completion.
  }
}

grpc::Status StatusOf(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

class Service final : public rewards::v1::RewardService::Service {
 public:
  Service(RewardScorer* scorer, const GrpcRewardServerOptions& options)
      : scorer_(*scorer), options_(options) {}

  grpc::Status Score(grpc::ServerContext* context, const ScoreRequest* request,
                     ScoreResponse* response) override {
    if (!IsAllowed(*context)) return Refusal();
    std::vector<Sample> samples(request->samples().begin(), request->samples().end());
    absl::StatusOr<std::vector<Result>> results = Judge(samples, PatienceOf(*context));
    if (!results.ok()) return StatusOf(results.status());
    for (Result& result : *results) *response->add_results() = std::move(result);
    return grpc::Status::OK;
  }

  grpc::Status ScoreStream(grpc::ServerContext* context,
                           grpc::ServerReaderWriter<Result, Sample>* stream) override {
    if (!IsAllowed(*context)) return Refusal();
    BoundedQueue<Sample> queue(kStreamWaitingMax);
    std::thread reader([&] {
      Sample sample;
      while (stream->Read(&sample) && queue.Push(std::move(sample))) sample = {};
      queue.Close();
    });
    const absl::Status status = JudgeStream(&queue, PatienceOf(*context), stream);
    // Where it could not be judged, the client is not read any further.
    if (!status.ok()) context->TryCancel();
    queue.Close();
    reader.join();
    return StatusOf(status);
  }

 private:
  bool IsAllowed(const grpc::ServerContext& context) const {
    if (!options_.token.has_value()) return true;
    const auto found = context.client_metadata().find("authorization");
    if (found == context.client_metadata().end()) return false;
    return options_.token->Opens(absl::string_view(found->second.data(), found->second.size()));
  }

  static grpc::Status Refusal() {
    return {grpc::StatusCode::UNAUTHENTICATED, "the token is missing or wrong"};
  }

  absl::Duration PatienceOf(const grpc::ServerContext& context) const {
    const auto left = context.deadline() - std::chrono::system_clock::now();
    return std::min(options_.patience, absl::FromChrono(left));
  }

  absl::StatusOr<std::vector<Result>> Judge(const std::vector<Sample>& samples,
                                            absl::Duration patience) {
    std::vector<RewardSample> read;
    read.reserve(samples.size());
    for (const Sample& sample : samples) read.push_back(SampleOf(sample));
    absl::StatusOr<std::vector<Reward>> rewards = scorer_.Score(read, patience);
    if (!rewards.ok()) return rewards.status();
    std::vector<Result> results(samples.size());
    for (size_t i = 0; i < samples.size(); ++i) {
      results[i].set_id(samples[i].id());
      FillResult((*rewards)[i], scorer_.rule_names(), &results[i]);
    }
    return results;
  }

  // Judges what is there, as soon as it is; a group, when all of it is.
  absl::Status JudgeStream(BoundedQueue<Sample>* queue, absl::Duration patience,
                           grpc::ServerReaderWriter<Result, Sample>* stream) {
    std::vector<Sample> samples;
    bool ended = false;
    while (!ended || !samples.empty()) {
      if (!ended) ended = !Receive(queue, &samples);
      if (samples.size() > kGroupMax) return absl::InvalidArgumentError("too large a group");
      // The last group may go on.
      size_t count = samples.size();
      while (!ended && count > 0 && !samples[count - 1].group().empty() &&
             samples[count - 1].group() == samples.back().group()) {
        --count;
      }
      const std::vector<Sample> whole(samples.begin(), samples.begin() + count);
      samples.erase(samples.begin(), samples.begin() + count);
      if (whole.empty()) continue;
      const absl::StatusOr<std::vector<Result>> results = Judge(whole, patience);
      if (!results.ok()) return results.status();
      for (const Result& result : *results) {
        if (!stream->Write(result)) return absl::CancelledError("the client is gone");
      }
    }
    return absl::OkStatus();
  }

  // Waits for a sample, and takes some that are there too; false if there are no more.
  static bool Receive(BoundedQueue<Sample>* queue, std::vector<Sample>* samples) {
    std::optional<Sample> sample = queue->Pop();
    if (!sample.has_value()) return false;
    for (size_t i = 1; sample.has_value(); ++i) {
      samples->push_back(*std::move(sample));
      sample = i < kStreamBatchMax ? queue->TryPop() : std::nullopt;
    }
    return true;
  }

  RewardScorer& scorer_;
  const GrpcRewardServerOptions& options_;
};

class Server final : public GrpcRewardServer {
 public:
  Server(RewardScorer* scorer, GrpcRewardServerOptions options)
      : options_(std::move(options)), service_(scorer, options_) {}
  ~Server() override { Stop(absl::ZeroDuration()); }

  absl::Status Listen() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(kMessageBytesMax);
    builder.SetMaxSendMessageSize(kMessageBytesMax);
    // Otherwise another server could listen on the same port, and get half of the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(ListenAddressText(options_.address), grpc::InsecureServerCredentials(),
                             &options_.address.port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    if (server_ != nullptr && options_.address.port != 0) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ", ListenAddressText(options_.address), ": is another server there?"));
  }

  const ListenAddress& address() const override { return options_.address; }

  void Stop(absl::Duration patience) override {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(patience));
    server_->Wait();
    server_ = nullptr;
  }

 private:
  GrpcRewardServerOptions options_;
  Service service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcRewardServer>> GrpcRewardServer::Start(
    RewardScorer* scorer, GrpcRewardServerOptions options) {
  if (!options.address.loopback && !options.token.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "other machines can reach ", ListenAddressText(options.address), ": a token is needed"));
  }
  auto server = std::make_unique<Server>(scorer, std::move(options));
  absl::Status listening = server->Listen();
  if (!listening.ok()) return listening;
  return server;
}

}  // namespace whet::serve
