#include "rewards/remote/judgement.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "rewards/given_answer.h"
#include "text/utf8.h"

namespace whet {
namespace {

constexpr size_t kReasonBytesMax = 500;

// What follows the thought, if there is one.
absl::string_view AfterThought(absl::string_view content) {
  constexpr absl::string_view kEnd = "</think>";
  const size_t end = content.rfind(kEnd);
  return end == absl::string_view::npos ? content : content.substr(end + kEnd.size());
}

// What a fence encloses that is all of `text`; else all of it.
absl::string_view InFence(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  absl::string_view inner = text;
  if (!absl::ConsumePrefix(&inner, "```") || !absl::ConsumeSuffix(&inner, "```")) return text;
  absl::ConsumePrefix(&inner, "json");
  return inner;
}

// The content, and whether it was cut off.
struct Message {
  absl::string_view content;
  bool cut_off;
};

absl::StatusOr<Message> MessageOf(const Json& answer) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> choices, answer.GetElements("choices"));
  if (choices.empty()) return absl::InvalidArgumentError("\"choices\" is empty");
  WHET_ASSIGN_OR_RETURN(const Json* const message, choices[0].Get("message"));
  const Json* const content = message->Find("content");
  const Json* const finish = choices[0].Find("finish_reason");
  const bool cut_off = finish != nullptr && *finish == Json("length");
  // A judge that is cut off in its thought has none.
  if (cut_off && (content == nullptr || content->is_null())) return Message{"", true};
  WHET_ASSIGN_OR_RETURN(const absl::string_view text, message->GetString("content"));
  return Message{text, cut_off};
}

}  // namespace

absl::StatusOr<Judgement> ReadVerdict(const Json& object) {
  WHET_ASSIGN_OR_RETURN(const absl::string_view verdict, object.GetString("verdict"));
  WHET_ASSIGN_OR_RETURN(const std::string reason, object.GetStringOr("reason", ""));
  const bool correct = absl::EqualsIgnoreCase(verdict, "correct");
  if (!correct && !absl::EqualsIgnoreCase(verdict, "wrong") &&
      !absl::EqualsIgnoreCase(verdict, "incorrect")) {
    return absl::InvalidArgumentError(absl::StrCat("the verdict ", Quoted(verdict), " is none"));
  }
  return Judgement{.correct = correct, .reason = std::string(Utf8Prefix(reason, kReasonBytesMax))};
}

absl::StatusOr<Judgement> ReadJudgement(absl::string_view answer) {
  absl::StatusOr<Json> json = Json::Parse(answer);
  WHET_RETURN_IF_ERROR(Annotate(json.status(), "the service's answer"));
  const absl::StatusOr<Message> message = MessageOf(*json);
  WHET_RETURN_IF_ERROR(Annotate(message.status(), "the service's answer"));
  // All of it first: a reason may quote what looks like the end of a thought.
  absl::StatusOr<Json> object = Json::Parse(InFence(message->content));
  if (!object.ok()) object = Json::Parse(InFence(AfterThought(message->content)));
  absl::StatusOr<Judgement> judgement =
      object.ok() ? ReadVerdict(*object) : absl::StatusOr<Judgement>(object.status());
  if (judgement.ok()) return judgement;
  return absl::InvalidArgumentError(
      absl::StrCat("the judge gave no verdict", message->cut_off ? " before tokens_max" : "", ": ",
                   judgement.status().message(), ", in ", Quoted(message->content)));
}

}  // namespace whet
