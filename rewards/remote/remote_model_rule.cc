#include "rewards/remote/remote_model_rule.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/blocking_counter.h"
#include "base/status.h"
#include "text/json.h"

namespace whet {
namespace {

absl::string_view PathOf(ModelProtocol protocol) {
  switch (protocol) {
    case ModelProtocol::kVllm:
      return "/classify";
    case ModelProtocol::kSglang:
      return "/v1/embeddings";
    case ModelProtocol::kOpenRlhf:
      return "/get_reward";
  }
  return "";
}

bool IsMessage(const Json& json) { return json.GetString("role").ok() && json.Find("content"); }

// Chat messages; a question that is a text is the user's.
Json MessagesOf(const std::string& question) {
  absl::StatusOr<Json> json = Json::Parse(question);
  const absl::StatusOr<absl::Span<const Json>> messages =
      json.ok() ? json->Elements() : json.status();
  if (messages.ok() && !messages->empty() &&
      std::all_of(messages->begin(), messages->end(), IsMessage)) {
    return *std::move(json);
  }
  return Json::Array({Json::Object({{"role", "user"}, {"content", question}})});
}

// The last element of the array `key`.
absl::StatusOr<const Json*> LastOf(const Json& json, absl::string_view key) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> elements, json.GetElements(key));
  if (elements.empty()) return absl::InvalidArgumentError(absl::StrCat("\"", key, "\" is empty"));
  return &elements.back();
}

// data[-1].KEY[-1]
absl::StatusOr<double> LastDatum(const Json& json, absl::string_view key) {
  WHET_ASSIGN_OR_RETURN(const Json* const datum, LastOf(json, "data"));
  WHET_ASSIGN_OR_RETURN(const Json* const value, LastOf(*datum, key));
  return value->Double();
}

absl::StatusOr<double> OnlyReward(const Json& json) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> rewards, json.GetElements("rewards"));
  if (rewards.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", rewards.size(), " rewards for one query"));
  }
  return rewards[0].Double();
}

// JSON has no numbers that are not finite.
absl::StatusOr<double> ValueOf(ModelProtocol protocol, absl::string_view answer) {
  WHET_ASSIGN_OR_RETURN(const Json json, Json::Parse(answer));
  switch (protocol) {
    case ModelProtocol::kVllm:
      return LastDatum(json, "probs");
    case ModelProtocol::kSglang:
      return LastDatum(json, "embedding");
    case ModelProtocol::kOpenRlhf:
      return OnlyReward(json);
  }
  return absl::InternalError("a protocol without answers");
}

RewardPart PartOfReply(ModelProtocol protocol, const absl::StatusOr<std::string>& answer) {
  if (!answer.ok()) return PartOf(Verdict::kFault, std::string(answer.status().message()));
  const absl::StatusOr<double> value = ValueOf(protocol, *answer);
  if (value.ok()) return {.value = *value, .verdict = {}, .message = ""};
  return PartOf(Verdict::kFault, absl::StrCat("it answered wrongly: ", value.status().message()));
}

}  // namespace

RemoteModelRule::RemoteModelRule(RemoteModelRuleOptions options, std::unique_ptr<HttpClient> client)
    : options_(std::move(options)), client_(std::move(client)) {}

absl::StatusOr<std::unique_ptr<RemoteModelRule>> RemoteModelRule::Create(
    RemoteModelRuleOptions options) {
  if (options.input == ModelInput::kConversation && options.protocol != ModelProtocol::kVllm) {
    return absl::InvalidArgumentError("chat messages are taken by vLLM alone");
  }
  for (std::string& url : options.client.urls) url = UrlOf(url, PathOf(options.protocol));
  WHET_ASSIGN_OR_RETURN(std::unique_ptr<HttpClient> client, HttpClient::Create(options.client));
  return std::unique_ptr<RemoteModelRule>(
      new RemoteModelRule(std::move(options), std::move(client)));
}

std::string RemoteModelRule::RequestOf(const ScoreInput& input) const {
  const Prompt& prompt = input.prompt;
  Json json = Json::Object();
  if (!options_.model.empty()) json.Set("model", options_.model);
  if (options_.input == ModelInput::kConversation) {
    Json messages = MessagesOf(prompt.question);
    messages.Append(Json::Object(
        {{"role", "assistant"}, {"content", ModelResponse(input, options_.text.place)}}));
    json.Set("messages", std::move(messages));
  } else {
    const std::string text = ModelText(input, options_.text);
    if (options_.protocol == ModelProtocol::kOpenRlhf) {
      json.Set("query", Json::Array({text}));
      json.Set("prompts", Json::Array({prompt.text}));
      json.Set("labels", Json::Array({prompt.ground_truth}));
    } else {
      json.Set("input", text);
    }
  }
  if (options_.protocol == ModelProtocol::kVllm) {
    // The same under its old name and its new one.
    json.Set("activation", false);
    json.Set("use_activation", false);
  }
  return json.Dump();
}

absl::StatusOr<std::vector<RewardPart>> RemoteModelRule::Score(
    absl::Span<const ScoreInput> inputs) {
  std::vector<RewardPart> parts(inputs.size());
  absl::BlockingCounter open(static_cast<int>(inputs.size()));
  for (size_t i = 0; i < inputs.size(); ++i) {
    client_->Post(RequestOf(inputs[i]),
                  [this, &parts, &open, i](const absl::StatusOr<std::string>& answer) {
                    parts[i] = PartOfReply(options_.protocol, answer);
                    open.DecrementCount();
                  });
  }
  open.Wait();
  return parts;
}

}  // namespace whet
