// What the rules of this folder share: each reads a ground truth, and compares answers with it.
#ifndef WHET_REWARDS_MATCH_GOLD_RULE_H_
#define WHET_REWARDS_MATCH_GOLD_RULE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/completion.h"
#include "rewards/reward_rule.h"
#include "rollout/reward.h"

namespace whet {

// A rule of one part for each completion and its prompt's ground truth alone: 1 or 0 with a
// verdict, or no value and kUnparseableGold. Thread-safe if ReadGold, Judge and KeyOf are.
template <typename Gold>
class GoldRule : public RewardRule {
 public:
  // Reads a ground truth once for all that follow each other with it: once for a group.
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) final {
    std::vector<RewardPart> parts;
    parts.reserve(inputs.size());
    absl::StatusOr<Gold> gold;
    const std::string* read = nullptr;  // What `gold` was read from.
    for (const ScoreInput& input : inputs) {
      const std::string& ground_truth = input.prompt.ground_truth;
      if (read == nullptr || *read != ground_truth) gold = ReadGold(ground_truth);
      read = &ground_truth;
      parts.push_back(gold.ok() ? Judge(*gold, input.completion)
                                : PartOf(Verdict::kUnparseableGold, FaultOf(gold.status())));
    }
    return parts;
  }

  absl::StatusOr<std::vector<std::string>> GoldFaults(
      absl::Span<const absl::string_view> ground_truths) const final {
    std::vector<std::string> faults;
    faults.reserve(ground_truths.size());
    for (const absl::string_view ground_truth : ground_truths) {
      const absl::StatusOr<Gold> gold = ReadGold(ground_truth);
      faults.push_back(gold.ok() ? "" : FaultOf(gold.status()));
    }
    return faults;
  }

  std::optional<std::string> AnswerKey(const ScoreInput& input) final {
    return KeyOf(input.completion);
  }

 private:
  // InvalidArgument with why answers cannot be compared with it.
  virtual absl::StatusOr<Gold> ReadGold(absl::string_view ground_truth) const = 0;
  virtual RewardPart Judge(const Gold& gold, const Completion& completion) const = 0;
  virtual std::optional<std::string> KeyOf(const Completion& completion) const = 0;

  static std::string FaultOf(const absl::Status& status) { return std::string(status.message()); }
};

}  // namespace whet

#endif  // WHET_REWARDS_MATCH_GOLD_RULE_H_
