#include "serve/get_reward.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "text/json.h"

namespace whet::serve {
namespace {

// OpenRLHF waits for 180 s.
constexpr absl::Duration kPatience = absl::Seconds(120);

// What models of the field end with, or are padded with.
constexpr absl::string_view kEndTokens[] = {
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|end_of_text|>",
    "<|end▁of▁sentence|>",
    "<｜end▁of▁sentence｜>",
    "</s>",
    "<eos>",
    "<end_of_turn>",
    "<pad>",
    "<|pad|>",
    "<|finetune_right_pad_id|>",
};

absl::string_view WithoutEndTokens(absl::string_view text) {
  for (absl::string_view rest = text;;) {
    const absl::string_view before = rest;
    rest = absl::StripTrailingAsciiWhitespace(rest);
    bool ended = false;
    for (const absl::string_view token : kEndTokens)
      ended = ended || absl::ConsumeSuffix(&rest, token);
    if (!ended) return before;
  }
}

absl::StatusOr<absl::string_view> CompletionOf(absl::string_view query, absl::string_view prompt) {
  // Before it a token that begins a text may stand.
  const size_t at = query.find(prompt);
  if (at == absl::string_view::npos) {
    return absl::InvalidArgumentError("its prompt is not in the query");
  }
  query.remove_prefix(at + prompt.size());
  return WithoutEndTokens(query);
}

// The texts of a list that may be missing: `count` of them, or none.
absl::StatusOr<std::vector<std::string>> Texts(const Json& json, absl::string_view key,
                                               size_t count) {
  const Json* list = json.Find(key);
  std::vector<std::string> texts;
  if (list == nullptr || list->is_null()) return texts;
  WHET_ASSIGN_OR_RETURN(const auto elements, json.GetElements(key));
  for (const Json& element : elements) {
    if (element.is_null()) {
      texts.emplace_back();
    } else {
      texts.push_back(element.is_string() ? std::string(*element.String()) : element.Dump());
    }
  }
  if (texts.empty() || texts.size() == count) return texts;
  return absl::InvalidArgumentError(
      absl::StrCat(key, " has ", texts.size(), " elements, and query ", count));
}

Json ValueOr(const std::optional<double>& value) {
  return value.has_value() ? Json(*value) : Json();
}

Json ScoreOf(const Reward& reward) {
  if (!reward.total.has_value()) return {};
  for (const RewardPart& part : reward.parts) {
    if (part.verdict.has_value()) return Json(*part.verdict == Verdict::kCorrect ? 1.0 : 0.0);
  }
  return Json(std::clamp(*reward.total, 0.0, 1.0));
}

HttpResponse Failure(int status, const absl::Status& why) {
  return ErrorResponse(status, why.message());
}

}  // namespace

absl::StatusOr<std::vector<RewardSample>> ParseGetReward(absl::string_view body) {
  WHET_ASSIGN_OR_RETURN(const Json json, Json::Parse(body));
  WHET_ASSIGN_OR_RETURN(const auto queries, json.GetElements("query"));
  WHET_ASSIGN_OR_RETURN(std::vector<std::string> prompts, Texts(json, "prompts", queries.size()));
  WHET_ASSIGN_OR_RETURN(std::vector<std::string> labels, Texts(json, "labels", queries.size()));
  std::vector<RewardSample> samples(queries.size());
  for (size_t i = 0; i < queries.size(); ++i) {
    WHET_ASSIGN_OR_RETURN(const absl::string_view query, queries[i].String());
    VerifierSample& sample = samples[i].sample;
    if (!prompts.empty()) sample.prompt = std::move(prompts[i]);
    if (!labels.empty()) sample.ground_truth = std::move(labels[i]);
    const absl::StatusOr<absl::string_view> completion = CompletionOf(query, sample.prompt);
    if (!completion.ok()) return Annotate(completion.status(), absl::StrCat("query ", i));
    sample.completion = std::string(*completion);
  }
  return samples;
}

std::string GetRewardResponse(const std::vector<Reward>& rewards,
                              const std::vector<std::string>& rules) {
  Json totals = Json::Array();
  Json scores = Json::Array();
  for (const Reward& reward : rewards) {
    totals.Append(ValueOr(reward.total));
    scores.Append(ScoreOf(reward));
  }
  Json logs = Json::Object();
  for (size_t r = 0; r < rules.size(); ++r) {
    const auto judged = [r](const Reward& reward) { return reward.parts[r].value.has_value(); };
    if (rewards.empty() || !absl::c_all_of(rewards, judged)) continue;
    Json values = Json::Array();
    for (const Reward& reward : rewards) values.Append(Json(*reward.parts[r].value));
    logs.Set(rules[r], std::move(values));
  }
  return Json::Object({{"rewards", std::move(totals)},
                       {"scores", std::move(scores)},
                       {"extra_logs", std::move(logs)}})
      .Dump();
}

HttpResponse AnswerGetReward(RewardScorer* scorer, const HttpRequest& request) {
  const absl::StatusOr<std::vector<RewardSample>> samples = ParseGetReward(request.body);
  if (!samples.ok()) return Failure(400, samples.status());
  const absl::StatusOr<std::vector<Reward>> rewards = scorer->Score(*samples, kPatience);
  if (rewards.ok()) return {.body = GetRewardResponse(*rewards, scorer->rule_names())};
  if (absl::IsInvalidArgument(rewards.status())) return Failure(400, rewards.status());
  return Failure(absl::IsResourceExhausted(rewards.status()) ? 503 : 500, rewards.status());
}

}  // namespace whet::serve
