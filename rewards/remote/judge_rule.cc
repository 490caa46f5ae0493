#include "rewards/remote/judge_rule.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "base/status.h"
#include "rewards/given_answer.h"
#include "rewards/remote/judge_prompt.h"

namespace whet {
namespace {

constexpr absl::string_view kPath = "/chat/completions";

// Why a ground truth is no reference; nothing if it is one.
absl::string_view FaultOf(absl::string_view ground_truth) {
  return absl::StripAsciiWhitespace(ground_truth).empty() ? "the ground truth is empty" : "";
}

RewardPart PartOfJudgement(const absl::StatusOr<Judgement>& judgement) {
  if (!judgement.ok()) return PartOf(Verdict::kFault, std::string(judgement.status().message()));
  return PartOf(judgement->correct ? Verdict::kCorrect : Verdict::kWrong, judgement->reason);
}

// What is asked for, but for the messages.
absl::StatusOr<Json> RequestOf(const JudgeRuleOptions& options) {
  Json all = Json::Object(
      {{"model", options.model}, {"temperature", 0}, {"max_tokens", options.tokens_max}});
  if (!options.extra_body.empty()) {
    const absl::StatusOr<Json> extra = Json::Parse(options.extra_body);
    WHET_RETURN_IF_ERROR(Annotate(extra.status(), "extra_body"));
    const absl::StatusOr<absl::Span<const Json::Member>> members = extra->Members();
    WHET_RETURN_IF_ERROR(Annotate(members.status(), "extra_body"));
    for (const Json::Member& member : *members) all.Set(member.key, member.value);
  }
  Json request = Json::Object();
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json::Member> members, all.Members());
  for (const Json::Member& member : members) {
    if (!member.value.is_null()) request.Set(member.key, member.value);
  }
  return request;
}

// The part of an answer that no judge need see; nothing if it is to be judged.
std::optional<RewardPart> PartUnasked(absl::string_view ground_truth, const GivenAnswer& answer,
                                      size_t answer_bytes_max) {
  if (const absl::string_view fault = FaultOf(ground_truth); !fault.empty()) {
    return PartOf(Verdict::kUnparseableGold, std::string(fault));
  }
  if (answer.verdict) return PartOf(*answer.verdict, answer.message);
  if (answer.text.size() > answer_bytes_max) {
    return PartOf(Verdict::kUnparseableAnswer,
                  absl::StrCat("it is longer than ", answer_bytes_max, " bytes"));
  }
  return std::nullopt;
}

}  // namespace

JudgeRule::JudgeRule(JudgeRuleOptions options, Json request)
    : options_(std::move(options)), request_(std::move(request)) {}

absl::StatusOr<std::unique_ptr<JudgeRule>> JudgeRule::Create(JudgeRuleOptions options) {
  WHET_ASSIGN_OR_RETURN(Json request, RequestOf(options));
  if (options.prompt_template.empty()) {
    options.prompt_template = std::string(DefaultJudgePrompt());
  }
  for (std::string& url : options.client.urls) url = UrlOf(url, kPath);
  auto rule = std::unique_ptr<JudgeRule>(new JudgeRule(std::move(options), std::move(request)));
  WHET_ASSIGN_OR_RETURN(rule->cache_, JudgeCache::Open(rule->options_.cache_file));
  WHET_ASSIGN_OR_RETURN(rule->client_, HttpClient::Create(rule->options_.client));
  return rule;
}

void JudgeRule::Ask(const Prompt& prompt, absl::string_view answer, JudgeCache::Done done) {
  const std::string text = JudgePrompt(
      options_.prompt_template,
      {.question = prompt.question, .reference = prompt.ground_truth, .answer = answer});
  const std::string key =
      ContentName(absl::StrCat(options_.model.size(), ":", options_.model, text));
  if (!cache_->Ask(key, std::move(done))) return;
  Json request = request_;
  request.Set("messages", Json::Array({Json::Object({{"role", "user"}, {"content", text}})}));
  client_->Post(request.Dump(), [this, key](const absl::StatusOr<std::string>& reply) {
    cache_->Settle(key, reply.ok() ? ReadJudgement(*reply) : reply.status());
  });
}

absl::StatusOr<std::vector<RewardPart>> JudgeRule::Score(absl::Span<const ScoreInput> inputs) {
  std::vector<RewardPart> parts(inputs.size());
  absl::BlockingCounter open(static_cast<int>(inputs.size()));
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Prompt& prompt = inputs[i].prompt;
    const GivenAnswer answer = AnswerIn(inputs[i].completion, /*needs_box=*/false);
    if (std::optional<RewardPart> part =
            PartUnasked(prompt.ground_truth, answer, options_.answer_bytes_max)) {
      parts[i] = *std::move(part);
      open.DecrementCount();
      continue;
    }
    Ask(prompt, answer.text, [&parts, &open, i](const absl::StatusOr<Judgement>& judgement) {
      parts[i] = PartOfJudgement(judgement);
      open.DecrementCount();
    });
  }
  open.Wait();
  return parts;
}

absl::StatusOr<std::vector<std::string>> JudgeRule::GoldFaults(
    absl::Span<const absl::string_view> ground_truths) const {
  std::vector<std::string> faults;
  faults.reserve(ground_truths.size());
  for (const absl::string_view truth : ground_truths) faults.emplace_back(FaultOf(truth));
  return faults;
}

}  // namespace whet
