// 1 if a completion's answer is JSON, and the same values as the ground truth, else 0.
#ifndef WHET_REWARDS_MATCH_JSON_RULE_H_
#define WHET_REWARDS_MATCH_JSON_RULE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/completion.h"
#include "rewards/match/gold_rule.h"
#include "text/json.h"

namespace whet {

enum class JsonMatch {
  kEqual,   // The same values: numbers by value (1 is 1.0), objects in any order of their keys.
  kSubset,  // The same, but its objects may have more keys than those of the ground truth.
  kKeys,    // An object with all of JsonRuleOptions::keys; the ground truth does not matter.
};

struct JsonRuleOptions {
  JsonMatch match = JsonMatch::kEqual;
  std::vector<std::string> keys = {};  // For kKeys. None: any JSON will do.
};

// The answer is the last fenced block of the answer region if it has one, else AnswerIn
// (rewards/given_answer.h); as strict as Json::Parse: nothing before or behind it.
//   kCorrect, kWrong    the message has both
//   kNoAnswer           no answer region, or nothing in it
//   kUnparseableAnswer  no JSON; or no block, and boxes that contradict each other
//   kUnparseableGold    no value; the ground truth is no JSON
// Thread-safe; a part depends on its input alone.
class JsonRule : public GoldRule<Json> {
 public:
  explicit JsonRule(JsonRuleOptions options) : options_(std::move(options)) {}

 private:
  absl::StatusOr<Json> ReadGold(absl::string_view ground_truth) const override;
  RewardPart Judge(const Json& gold, const Completion& completion) const override;
  std::optional<std::string> KeyOf(const Completion& completion) const override;

  // `gold` is in the form that ReadGold gives it.
  RewardPart Compare(const Json& gold, const Json& answer) const;

  const JsonRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_MATCH_JSON_RULE_H_
