// Judged groups for the tests of what is computed from them.
#ifndef WHET_TESTS_ORCHESTRATOR_COLLECTED_GROUPS_H_
#define WHET_TESTS_ORCHESTRATOR_COLLECTED_GROUPS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "orchestrator/rollout_collector.h"

namespace whet {

// A completion of a group, judged by the one rule "answer".
struct Judgement {
  std::optional<Verdict> verdict;  // Absent: the rule judges no answers.
  int64_t tokens = 1;
  Finish finish = Finish::kStop;
  std::string text = "";
};

inline Reward RewardFor(const std::optional<Verdict>& verdict) {
  Reward reward = {.total = std::nullopt, .parts = {{std::nullopt, verdict, "why"}}};
  if (verdict.has_value() && IsExcluded(*verdict)) return reward;
  const double value = verdict == Verdict::kCorrect ? 1.0 : 0.0;
  reward.total = value;
  reward.parts[0].value = value;
  return reward;
}

// Of a prompt of `prompt_tokens` tokens.
inline CollectedGroup GroupOf(const std::vector<Judgement>& judgements, size_t prompt_tokens = 2) {
  CollectedGroup group;
  group.rewarded.group = {
      .prompt = std::make_shared<const Prompt>(Prompt{.id = 1,
                                                      .question = "2+2?",
                                                      .text = "2+2?",
                                                      .tokens = std::vector<int32_t>(prompt_tokens),
                                                      .ground_truth = "4",
                                                      .data_source = "",
                                                      .extra = "{}"}),
      .draw = 0,
      .rollouts = {}};
  for (const Judgement& judgement : judgements) {
    group.rewarded.group.rollouts.push_back(
        {.id = {RandomPurpose::kEvaluation, 1, 0,
                static_cast<int64_t>(group.rewarded.group.rollouts.size())},
         .tokens = std::vector<int32_t>(static_cast<size_t>(judgement.tokens)),
         .logprobs = std::vector<float>(static_cast<size_t>(judgement.tokens)),
         .spans = {{0, judgement.tokens, SpanKind::kSampled, 0}},
         .finish = judgement.finish});
    group.rewarded.rewards.push_back(RewardFor(judgement.verdict));
    group.texts.push_back(judgement.text);
  }
  return group;
}

inline const Judgement kRight = {Verdict::kCorrect};
inline const Judgement kWrong = {Verdict::kWrong};
inline const Judgement kFault = {Verdict::kFault};

}  // namespace whet

#endif  // WHET_TESTS_ORCHESTRATOR_COLLECTED_GROUPS_H_
