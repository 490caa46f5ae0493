#include "text/post_processor.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "text/vocabulary.h"

namespace whet {
namespace {

// Appends the ids of a {"SpecialToken": {"id": NAME}} by {NAME: {"ids": […]}}.
absl::Status AppendSpecialToken(const Json& piece, const Json& special_tokens,
                                std::vector<int32_t>* ids) {
  WHET_ASSIGN_OR_RETURN(const absl::string_view name, piece.GetString("id"));
  WHET_ASSIGN_OR_RETURN(const Json* token, special_tokens.Get(name));
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> elements, token->GetElements("ids"));
  for (const Json& element : elements) {
    WHET_ASSIGN_OR_RETURN(const int64_t id, element.Int());
    if (id < 0 || id >= kTokenIdsMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", name, "\": id ", id, " is not below ", kTokenIdsMax));
    }
    ids->push_back(static_cast<int32_t>(id));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PostProcessor> PostProcessor::FromJson(const Json& json) {
  PostProcessor post_processor;
  WHET_RETURN_IF_ERROR(post_processor.Add(json));
  return post_processor;
}

absl::Status PostProcessor::Add(const Json& json) {
  if (json.is_null()) return absl::OkStatus();
  WHET_ASSIGN_OR_RETURN(const absl::string_view type, json.GetString("type"));
  if (type == "ByteLevel") return absl::OkStatus();  // It moves offsets, which we do not give.
  if (type == "TemplateProcessing") return AddTemplate(json);
  if (type != "Sequence") {
    return absl::InvalidArgumentError(absl::StrCat("type \"", type, "\" is not supported"));
  }
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> parts, json.GetElements("processors"));
  for (const Json& part : parts) WHET_RETURN_IF_ERROR(Add(part));
  return absl::OkStatus();
}

absl::Status PostProcessor::AddTemplate(const Json& json) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> pieces, json.GetElements("single"));
  WHET_ASSIGN_OR_RETURN(const Json* special_tokens, json.Get("special_tokens"));
  std::vector<int32_t> before;
  std::vector<int32_t> after;
  int texts = 0;
  for (const Json& piece : pieces) {
    if (const Json* token = piece.Find("SpecialToken"); token != nullptr) {
      WHET_RETURN_IF_ERROR(
          AppendSpecialToken(*token, *special_tokens, texts == 0 ? &before : &after));
      continue;
    }
    WHET_ASSIGN_OR_RETURN(const Json* sequence, piece.Get("Sequence"));
    WHET_ASSIGN_OR_RETURN(const absl::string_view name, sequence->GetString("id"));
    if (name != "A") {
      return absl::InvalidArgumentError(absl::StrCat("\"single\" has a sequence \"", name, "\""));
    }
    ++texts;
  }
  if (texts != 1) {
    return absl::InvalidArgumentError("\"single\" without exactly one sequence is not supported");
  }
  // Around what earlier processors have put.
  before_.insert(before_.begin(), before.begin(), before.end());
  after_.insert(after_.end(), after.begin(), after.end());
  return absl::OkStatus();
}

std::vector<int32_t> PostProcessor::Apply(std::vector<int32_t> ids) const {
  ids.insert(ids.begin(), before_.begin(), before_.end());
  ids.insert(ids.end(), after_.begin(), after_.end());
  return ids;
}

}  // namespace whet
