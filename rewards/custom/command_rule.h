// Rewards by a program of the user's own, in whatever language: docs/custom_verifiers.md.
#ifndef WHET_REWARDS_CUSTOM_COMMAND_RULE_H_
#define WHET_REWARDS_CUSTOM_COMMAND_RULE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/child_pool.h"
#include "rewards/reward_rule.h"

namespace whet {

struct CommandRuleOptions {
  std::string name = "command";                // In messages.
  std::vector<std::string> argv;               // argv[0] is searched in PATH if it holds no slash.
  std::vector<std::string> environment;        // "KEY=VALUE", over what we have ourselves.
  std::string working_directory;               // Empty: ours.
  int processes = 1;                           // That share the samples.
  int in_flight_max = 64;                      // Samples that a process holds at a time.
  absl::Duration timeout = absl::Seconds(60);  // From one answer to the next.
  absl::Duration start_timeout = absl::Seconds(60);
  bool send_tokens = false;  // "completion_ids" too.
};

// The program is started once and kept. It writes {"whet_verifier": 1} as its first line; then it
// reads lines, each a sample (rewards/custom/sample_json.h) with an "id", and writes for each a
// line with that id, in any order. What it writes to stderr is its log, whose end is told when it
// dies.
//
// A program that dies, answers nothing for `timeout` or writes what is no line of the protocol is
// killed with all that it started, and started again, at last every five seconds. What it held is
// sent again, each sample alone, until it is known of which it died (base/child.h): that one is
// kFault, and no other. One that dies or is killed five times without an answer is given up.
// Thread-safe.
class CommandRule : public RewardRule {
 public:
  // Waits until the processes have greeted: FailedPrecondition, with their last words, if they do
  // not.
  static absl::StatusOr<std::unique_ptr<CommandRule>> Create(const CommandRuleOptions& options);

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  explicit CommandRule(const CommandRuleOptions& options);

  const absl::Duration timeout_;
  const bool send_tokens_;
  ChildPool pool_;
};

}  // namespace whet

#endif  // WHET_REWARDS_CUSTOM_COMMAND_RULE_H_
