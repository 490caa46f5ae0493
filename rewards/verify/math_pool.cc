#include "rewards/verify/math_pool.h"

#include <cstddef>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "base/child_process.h"
#include "base/cpu_features.h"
#include "base/status.h"
#include "rewards/verify/math_wire.h"

namespace whet {
namespace {

// How much slower than processor time a machine's clock may run before a request that waits for a
// processor counts as lost.
constexpr int kStarvation = 40;

ChildOptions ChildOptionsOf(const MathPoolOptions& options) {
  ChildOptions child;
  child.name = "whet-verify";
  child.command.argv = {
      options.program.empty() ? ProgramBesideUs("whet-verify") : options.program,
      absl::StrCat("--cpu-us=", absl::ToInt64Microseconds(options.cpu_max)),
      absl::StrCat("--memory=", options.memory_bytes),
  };
  // Enough that none waits for the next.
  child.in_flight_max = 16;
  child.start_attempts_max = 2;
  return child;
}

MathReply Unanswered(const absl::Status& status) {
  return {.judgement = {.verdict = Verdict::kFault, .why = std::string(status.message())}};
}

MathReply ReplyOf(const absl::StatusOr<std::string>& answer) {
  if (!answer.ok()) return Unanswered(answer.status());
  absl::StatusOr<MathReply> reply = DecodeMathReply(*answer);
  return reply.ok() ? *std::move(reply) : Unanswered(reply.status());
}

}  // namespace

MathPool::MathPool(const MathPoolOptions& options)
    : wall_max_(options.cpu_max * kStarvation),
      pool_(ChildOptionsOf(options), options.workers > 0 ? options.workers : UsableCpuCount()) {}

absl::StatusOr<std::unique_ptr<MathPool>> MathPool::Create(const MathPoolOptions& options) {
  auto pool = std::unique_ptr<MathPool>(new MathPool(options));
  WHET_RETURN_IF_ERROR(pool->pool_.WaitUntilReady());
  return pool;
}

void MathPool::Submit(const MathRequest& request, std::function<void(MathReply)> done) {
  pool_.Submit(EncodeMathRequest(request), wall_max_,
               [done = std::move(done)](const absl::StatusOr<std::string>& answer) {
                 done(ReplyOf(answer));
               });
}

std::vector<MathReply> MathPool::Ask(absl::Span<const MathRequest> requests) {
  std::vector<MathReply> replies(requests.size());
  absl::BlockingCounter open(static_cast<int>(requests.size()));
  for (size_t i = 0; i < requests.size(); ++i) {
    Submit(requests[i], [&replies, &open, i](MathReply reply) {
      replies[i] = std::move(reply);
      open.DecrementCount();
    });
  }
  open.Wait();
  return replies;
}

}  // namespace whet
