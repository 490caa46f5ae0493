#include "text/vocabulary.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "text/byte_level.h"

namespace whet {
namespace {

absl::StatusOr<int32_t> IdEnd(absl::Span<const Json::Member> members) {
  int64_t end = 0;
  for (const Json::Member& member : members) {
    const absl::StatusOr<int64_t> id = member.value.Int();
    if (!id.ok()) return Annotate(id.status(), absl::StrCat("token \"", member.key, "\""));
    if (*id < 0 || *id >= kTokenIdsMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("token \"", member.key, "\": id ", *id, " is not below ", kTokenIdsMax));
    }
    end = std::max(end, *id + 1);
  }
  return static_cast<int32_t>(end);
}

}  // namespace

absl::StatusOr<Vocabulary> Vocabulary::FromJson(const Json& json, PieceForm form) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json::Member> members, json.Members());
  WHET_ASSIGN_OR_RETURN(const int32_t id_end, IdEnd(members));
  size_t bytes = 0;
  for (const Json::Member& member : members) bytes += member.key.size();
  // Each token is stored at most twice.
  if (bytes > std::numeric_limits<uint32_t>::max() / 2) {
    return absl::InvalidArgumentError("more than 2 GiB of tokens");
  }
  Vocabulary vocabulary;
  vocabulary.form_ = form;
  vocabulary.size_ = static_cast<int32_t>(members.size());
  vocabulary.storage_.reserve(2 * bytes);
  vocabulary.tokens_.resize(static_cast<size_t>(id_end));
  for (const Json::Member& member : members) {
    WHET_ASSIGN_OR_RETURN(const int64_t id, member.value.Int());
    Token& token = vocabulary.tokens_[static_cast<size_t>(id)];
    if (token.exists) {
      return absl::InvalidArgumentError(absl::StrCat("two tokens have the id ", id));
    }
    token.exists = true;
    token.text = vocabulary.Store(member.key);
    const std::optional<std::string> spelled = BytesOfByteLevel(member.key);
    token.is_byte_level = spelled.has_value();
    // Tokens of ASCII letters stand for themselves.
    const bool differs = spelled.has_value() && *spelled != member.key;
    token.bytes = differs ? vocabulary.Store(*spelled) : token.text;
  }
  vocabulary.Index();
  return vocabulary;
}

Vocabulary::Slice Vocabulary::Store(absl::string_view text) {
  const Slice slice{static_cast<uint32_t>(storage_.size()), static_cast<uint32_t>(text.size())};
  storage_.insert(storage_.end(), text.begin(), text.end());
  return slice;
}

void Vocabulary::Index() {
  by_piece_.reserve(tokens_.size());
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    if (!token.exists) continue;
    const auto id = static_cast<int32_t>(i);
    if (form_ == PieceForm::kCharacters) {
      by_piece_.emplace(View(token.text), id);
    } else if (token.is_byte_level) {
      by_piece_.emplace(View(token.bytes), id);
    } else {
      others_.emplace(View(token.text), id);
    }
  }
}

std::optional<int32_t> Vocabulary::IdOfPiece(absl::string_view piece) const {
  const auto found = by_piece_.find(piece);
  return found == by_piece_.end() ? std::nullopt : std::optional<int32_t>(found->second);
}

std::optional<int32_t> Vocabulary::IdOfToken(absl::string_view token) const {
  if (form_ == PieceForm::kCharacters) return IdOfPiece(token);
  if (const std::optional<std::string> bytes = BytesOfByteLevel(token); bytes.has_value()) {
    return IdOfPiece(*bytes);
  }
  const auto found = others_.find(token);
  return found == others_.end() ? std::nullopt : std::optional<int32_t>(found->second);
}

std::optional<absl::string_view> Vocabulary::TokenOf(int32_t id) const {
  if (id < 0 || id >= id_end() || !tokens_[static_cast<size_t>(id)].exists) return std::nullopt;
  return View(tokens_[static_cast<size_t>(id)].text);
}

absl::string_view Vocabulary::BytesOf(int32_t id) const {
  if (id < 0 || id >= id_end()) return "";
  return View(tokens_[static_cast<size_t>(id)].bytes);
}

}  // namespace whet
