// Rewards by a shared library of the user's own: rewards/custom/whet_verifier.h.
#ifndef WHET_REWARDS_CUSTOM_LIBRARY_RULE_H_
#define WHET_REWARDS_CUSTOM_LIBRARY_RULE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/child_pool.h"
#include "rewards/custom/batches.h"
#include "rewards/reward_rule.h"

namespace whet {

struct LibraryRuleOptions {
  std::string name = "library";                      // In messages.
  std::string path;                                  // Of the library; as dlopen has it.
  std::string config;                                // For whet_verifier_create.
  int processes = 1;                                 // That load it, and share the samples.
  int batch = 64;                                    // Samples of a call.
  absl::Duration timeout = absl::Seconds(60);        // Of a call.
  absl::Duration start_timeout = absl::Seconds(60);  // Of loading and whet_verifier_create.
  std::string program = {};  // whet-verify; empty: the one beside this program.
};

// Each process holds the library and calls it with one batch after another. What kills it, takes
// too long or fails is tried again sample by sample, so that only those to blame are kFault.
// Thread-safe.
class LibraryRule : public RewardRule {
 public:
  // FailedPrecondition, with the reason, if it cannot be loaded, if it speaks another version, or
  // if it does not want the config.
  static absl::StatusOr<std::unique_ptr<LibraryRule>> Create(const LibraryRuleOptions& options);

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  explicit LibraryRule(const LibraryRuleOptions& options);

  std::vector<BatchParts> ScoreBatches(const std::vector<InputBatch>& batches);

  const LibraryRuleOptions options_;
  ChildPool pool_;
};

}  // namespace whet

#endif  // WHET_REWARDS_CUSTOM_LIBRARY_RULE_H_
