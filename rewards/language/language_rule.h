// How much of a thought, or of an answer, is in the language of its prompt.
#ifndef WHET_REWARDS_LANGUAGE_LANGUAGE_RULE_H_
#define WHET_REWARDS_LANGUAGE_LANGUAGE_RULE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/completion.h"
#include "rewards/language/language_consistency.h"
#include "rewards/reward_rule.h"

namespace whet {

// What of a completion is judged. For both, a run has two rules.
enum class LanguagePlace {
  kThought,  // Completion::thought.
  kAnswer,   // Completion::rest: all that the user is shown.
};

struct LanguageRuleOptions {
  LanguagePlace place = LanguagePlace::kThought;

  // "en", "zh", "zh-Hant", "pt-BR". Empty: that of the prompt's question (of the user's messages if
  // it is a chat), or English if that has no words.
  std::string target = {};
  // The column of the data that names the target of its row; rows without it have the one above.
  std::string target_column = {};

  // Unset: the value is the ratio itself, as of DeepSeek-R1. Set: 1 if the ratio is at least this,
  // else 0, as of Magistral (arXiv:2506.10910), which has the weight 0.1; try 0.9.
  std::optional<double> threshold = std::nullopt;

  // Fluent text in the right language that answers wrongly should earn nothing. Two ways to that,
  // of which a run needs one:
  // The name of a rule that judges the answer: only where its value is above 0 there is a value.
  std::string gate = {};
  // The value less 1: what is in the right language loses nothing, whether right or wrong.
  bool penalty = false;
};

// Gives the value that the options tell of, and LanguageCount::Message() with the target before
// it: "zh 0.93: 41 of 44 words; foreign: so, then". No value, and never a verdict, where there is
// no thought (or answer), where it has fewer than kLanguageWordsMin words, and where the gate is
// not above 0; the message says which. Values do not depend on the length. Thread-safe; a part
// depends on its input alone.
class LanguageRule : public RewardRule {
 public:
  // Loads the dictionaries. InvalidArgument if the target is no language, if the threshold is not
  // in (0, 1], or if there is both a gate and the penalty.
  static absl::StatusOr<std::unique_ptr<LanguageRule>> Create(LanguageRuleOptions options);

  std::vector<std::string> after() const override;
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  explicit LanguageRule(LanguageRuleOptions options);

  // What is known of a prompt, and what is asked of its completions.
  struct Asked {
    PromptLanguage prompt;
    std::string target;
  };
  Asked AskedOf(const Prompt& prompt) const;
  RewardPart Judge(const ScoreInput& input, const Asked& asked) const;

  const LanguageRuleOptions options_;
};

}  // namespace whet

#endif  // WHET_REWARDS_LANGUAGE_LANGUAGE_RULE_H_
