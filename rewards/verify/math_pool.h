// The mathematics verifier in processes of its own: whatever an answer does to the algebra below,
// it costs one verdict.
#ifndef WHET_REWARDS_VERIFY_MATH_POOL_H_
#define WHET_REWARDS_VERIFY_MATH_POOL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/child_pool.h"
#include "rewards/math/math_verifier.h"

namespace whet {

struct MathRequest {
  enum class Kind {
    kJudge,  // JudgeMath.
    kKey,    // MathKey of the answer; there is no gold.
  };
  Kind kind = Kind::kJudge;
  std::string gold;
  std::string answer;
  math::MathOptions options = {};
};

struct MathReply {
  // Of kKey: kCorrect where there is a key.
  math::MathJudgement judgement;
  std::optional<std::string> key = {};
  absl::Duration elapsed = absl::ZeroDuration();  // While the process worked on it.
};

struct MathPoolOptions {
  int workers = 0;  // Processes; 0: as many as there are processors.
  // Of one request, in processor time; beyond it the verdict is TIMEOUT. The limits of MathOptions
  // end a request at a fraction of this; it is for what they do not foresee.
  absl::Duration cpu_max = absl::Milliseconds(500);
  // Of one process; beyond it the verdict is UNSUPPORTED.
  int64_t memory_bytes = int64_t{256} << 20;
  std::string program = {};  // whet-verify; empty: the one beside this program.
};

// Thread-safe; requests of many threads are pipelined. Each is answered by a verdict:
//   TIMEOUT      it took more processor time than cpu_max
//   UNSUPPORTED  besides what JudgeMath calls so: it took more memory than there may be
//   FAULT        the process died of it otherwise, or was starved by others on this machine
class MathPool {
 public:
  // Waits until the processes are ready: FailedPrecondition, with their last words, if they do not
  // start.
  static absl::StatusOr<std::unique_ptr<MathPool>> Create(const MathPoolOptions& options);

  // `done` runs once, on another thread; it must not block.
  void Submit(const MathRequest& request, std::function<void(MathReply)> done);

  // The replies in the order of the requests; blocks until all are there.
  std::vector<MathReply> Ask(absl::Span<const MathRequest> requests);

 private:
  explicit MathPool(const MathPoolOptions& options);

  const absl::Duration wall_max_;
  ChildPool pool_;
};

}  // namespace whet

#endif  // WHET_REWARDS_VERIFY_MATH_POOL_H_
