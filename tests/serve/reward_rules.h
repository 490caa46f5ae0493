// Rules for servers to judge by.
#ifndef WHET_TESTS_SERVE_REWARD_RULES_H_
#define WHET_TESTS_SERVE_REWARD_RULES_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rewards/answer_rule.h"
#include "rewards/rewarder.h"

namespace whet::serve {

inline std::unique_ptr<Rewarder> RewarderOf(std::unique_ptr<RewardRule> rule) {
  std::vector<WeightedRule> rules;
  rules.push_back({.name = "answer", .weight = 1, .gate = false, .rule = std::move(rule)});
  return Rewarder::Create(std::move(rules), {}).value();
}

inline std::unique_ptr<Rewarder> AnswerRewarder() {
  return RewarderOf(std::make_unique<AnswerRule>(AnswerRuleOptions()));
}

}  // namespace whet::serve

#endif  // WHET_TESTS_SERVE_REWARD_RULES_H_
