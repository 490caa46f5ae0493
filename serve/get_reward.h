// OpenRLHF's POST /get_reward, by the rules of a run.
#ifndef WHET_SERVE_GET_REWARD_H_
#define WHET_SERVE_GET_REWARD_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "serve/http_server.h"
#include "serve/reward_scorer.h"

namespace whet::serve {

// {"query": [prompt and response], "prompts": [prompt], "labels": [ground truth]}: the completion
// is what the query has behind its prompt, which must be in it, without the special tokens at its
// end (<|im_end|>, </s> and their like). Prompts and labels may be missing; labels may be any JSON.
// A list that is there is as long as that of queries. InvalidArgument for everything else.
absl::StatusOr<std::vector<RewardSample>> ParseGetReward(absl::string_view body);

// {"rewards": [total], "scores": [in 0…1], "extra_logs": {rule: [value]}}. A score is 1 where the
// first rule that judges answers finds the answer right, else 0; without such rules it is the
// reward, cut to [0, 1]. What could not be judged is null, which no trainer takes for 0. Rules that
// did not judge all of the samples are not among the logs.
std::string GetRewardResponse(const std::vector<Reward>& rewards,
                              const std::vector<std::string>& rules);

// 200; 400 for what is no such request; 503 if there is too much to do, and 500 if a rule cannot
// judge at all: OpenRLHF repeats both. Blocks. Thread-safe.
HttpResponse AnswerGetReward(RewardScorer* scorer, const HttpRequest& request);

}  // namespace whet::serve

#endif  // WHET_SERVE_GET_REWARD_H_
