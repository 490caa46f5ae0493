// Answers judged by a language model: the way of DeepSeek-R1 (arXiv:2501.12948) for questions that
// no rule can decide.
#ifndef WHET_REWARDS_REMOTE_JUDGE_RULE_H_
#define WHET_REWARDS_REMOTE_JUDGE_RULE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/remote/http_client.h"
#include "rewards/remote/judge_cache.h"
#include "rewards/remote/judgement.h"
#include "rewards/reward_rule.h"
#include "text/json.h"

namespace whet {

struct JudgeRuleOptions {
  // Its urls are bases as OpenAI's clients have them, to which "/chat/completions" is added:
  // "http://127.0.0.1:8000/v1".
  HttpClientOptions client = {};
  std::string model = {};            // Its name there.
  std::string prompt_template = {};  // As in JudgePrompt(); empty: ours.
  int tokens_max = 1024;             // Of the judge's reply, its thought included.
  // A JSON object whose members are put over ours in each request; those that are null are left
  // out. Empty: none.
  std::string extra_body = {};
  size_t answer_bytes_max = 65536;
  std::string cache_file = {};  // Empty: none.
};

// The answer (AnswerIn of rewards/given_answer.h) is compared with the ground truth, at temperature
// 0. kCorrect or kWrong, with the judge's reason. Without an answer nothing is asked: kNoAnswer;
// one that is longer than answer_bytes_max is kUnparseableAnswer. A service that fails, and a reply
// that is no verdict (rewards/remote/judgement.h), are kFault.
//
// The same question, reference and answer are asked once, also at the same time: judgements are
// remembered by model and prompt, wherever the model is served. Thread-safe.
class JudgeRule : public RewardRule {
 public:
  // InvalidArgument if extra_body is no JSON object; statuses of HttpClient::Create and
  // JudgeCache::Open. The service need not be there yet.
  static absl::StatusOr<std::unique_ptr<JudgeRule>> Create(JudgeRuleOptions options);

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

  // Those that are blank.
  absl::StatusOr<std::vector<std::string>> GoldFaults(
      absl::Span<const absl::string_view> ground_truths) const override;

 private:
  JudgeRule(JudgeRuleOptions options, Json request);

  // Calls `done` with what the judge says of `answer`.
  void Ask(const Prompt& prompt, absl::string_view answer, JudgeCache::Done done);

  const JudgeRuleOptions options_;
  const Json request_;  // What is asked for, but for the messages.
  std::unique_ptr<JudgeCache> cache_;
  std::unique_ptr<HttpClient> client_;  // Gone before the cache that it tells.
};

}  // namespace whet

#endif  // WHET_REWARDS_REMOTE_JUDGE_RULE_H_
