#include "rewards/user_text.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "text/json.h"

namespace whet {

std::string UserTextOf(const Prompt& prompt) {
  if (prompt.question.empty()) return prompt.text;
  if (prompt.question.front() != '[') return prompt.question;
  const absl::StatusOr<Json> chat = Json::Parse(prompt.question);
  if (!chat.ok()) return prompt.question;
  const absl::Span<const Json> messages = chat->Elements().value();
  std::string text;
  for (const Json& message : messages) {
    const absl::StatusOr<absl::string_view> role = message.GetString("role");
    const absl::StatusOr<absl::string_view> content = message.GetString("content");
    if (!role.ok() || !content.ok() || *role != "user") continue;
    absl::StrAppend(&text, text.empty() ? "" : "\n\n", *content);
  }
  return text.empty() ? prompt.question : text;
}

}  // namespace whet
