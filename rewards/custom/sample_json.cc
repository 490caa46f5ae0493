#include "rewards/custom/sample_json.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "text/json.h"
#include "text/utf8.h"

namespace whet {
namespace {

constexpr size_t kMessageBytesMax = 4096;

RewardPart Fault(absl::string_view why) {
  return {.value = std::nullopt,
          .verdict = Verdict::kFault,
          .message = std::string(Utf8Prefix(why, kMessageBytesMax))};
}

absl::StatusOr<Verdict> VerdictOf(absl::string_view name) {
  for (int i = 0; i <= static_cast<int>(Verdict::kFault); ++i) {
    const auto verdict = static_cast<Verdict>(i);
    if (VerdictName(verdict) == name) return verdict;
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no verdict \"", name, "\""));
}

absl::StatusOr<RewardPart> ReadPart(absl::string_view answer) {
  WHET_ASSIGN_OR_RETURN(const Json json, Json::Parse(answer));
  WHET_ASSIGN_OR_RETURN(const std::string error, json.GetStringOr("error", ""));
  if (!error.empty()) return Fault(error);
  RewardPart part;
  WHET_ASSIGN_OR_RETURN(const Json* const reward, json.Get("reward"));
  if (!reward->is_null()) {
    WHET_ASSIGN_OR_RETURN(const double value, json.GetDouble("reward"));
    part.value = value;
  }
  WHET_ASSIGN_OR_RETURN(const std::string verdict, json.GetStringOr("verdict", ""));
  if (!verdict.empty()) {
    WHET_ASSIGN_OR_RETURN(part.verdict, VerdictOf(verdict));
    if (IsExcluded(*part.verdict)) part.value.reset();
  }
  WHET_ASSIGN_OR_RETURN(const std::string message, json.GetStringOr("message", ""));
  part.message = std::string(Utf8Prefix(message, kMessageBytesMax));
  return part;
}

}  // namespace

std::string SampleJson(const ScoreInput& input, bool tokens) {
  const Prompt& prompt = input.prompt;
  Json json =
      Json::Object({{"v", 1},
                    {"prompt", prompt.question},
                    {"completion", input.completion.text},
                    {"ground_truth", prompt.ground_truth},
                    {"data_source", prompt.data_source},
                    {"finish", input.rollout.finish == Finish::kStop ? "stop" : "length"},
                    {"completion_tokens", static_cast<int64_t>(input.rollout.tokens.size())}});
  // It was JSON when the row was read.
  absl::StatusOr<Json> extra = Json::Parse(prompt.extra);
  json.Set("extra", extra.ok() ? *std::move(extra) : Json::Object());
  if (tokens) {
    Json ids = Json::Array();
    for (const int32_t id : input.rollout.tokens) ids.Append(Json(int64_t{id}));
    json.Set("completion_ids", std::move(ids));
  }
  return json.Dump();
}

RewardPart PartOfAnswer(absl::string_view answer) {
  absl::StatusOr<RewardPart> part = ReadPart(answer);
  return part.ok() ? *std::move(part)
                   : Fault(absl::StrCat("it answered wrongly: ", part.status().message()));
}

}  // namespace whet
