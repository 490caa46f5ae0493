#include "text/added_tokens.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "text/byte_level.h"
#include "text/utf8.h"

namespace whet {
namespace {

// At each place of a text as much may be compared.
constexpr size_t kContentBytesMax = 4096;

bool IsSpace(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)); }

// \w of Unicode's UTS #18.
bool IsWord(char32_t c) {
  const auto character = static_cast<UChar32>(c);
  return (U_GET_GC_MASK(character) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0 ||
         u_hasBinaryProperty(character, UCHAR_ALPHABETIC) ||
         u_hasBinaryProperty(character, UCHAR_JOIN_CONTROL);
}

// The last character of `text`, which must be UTF-8 and not empty.
Utf8Character LastUtf8(absl::string_view text) {
  size_t begin = text.size() - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return FirstUtf8(text.substr(begin));
}

// Whether a token at [begin, end) has no word beside it.
bool StandsAlone(absl::string_view text, size_t begin, size_t end) {
  if (begin > 0 && IsWord(LastUtf8(text.substr(0, begin)).code_point)) return false;
  return end == text.size() || !IsWord(FirstUtf8(text.substr(end)).code_point);
}

absl::StatusOr<AddedToken> ReadToken(const Json& json, const Normalizer& normalizer) {
  AddedToken token;
  WHET_ASSIGN_OR_RETURN(const absl::string_view content, json.GetString("content"));
  WHET_ASSIGN_OR_RETURN(const int64_t id, json.GetInt("id"));
  if (id < 0 || id >= kTokenIdsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", content, "\": id ", id, " is not below ", kTokenIdsMax));
  }
  if (content.size() > kContentBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the token with the id ", id, " has more than ", kContentBytesMax, " bytes"));
  }
  token.id = static_cast<int32_t>(id);
  token.content = std::string(content);
  WHET_ASSIGN_OR_RETURN(token.single_word, json.GetBool("single_word"));
  WHET_ASSIGN_OR_RETURN(token.lstrip, json.GetBool("lstrip"));
  WHET_ASSIGN_OR_RETURN(token.rstrip, json.GetBool("rstrip"));
  WHET_ASSIGN_OR_RETURN(token.normalized, json.GetBool("normalized"));
  WHET_ASSIGN_OR_RETURN(token.special, json.GetBool("special"));
  token.normalized_content = token.content;
  if (token.normalized) {
    std::string storage;
    WHET_ASSIGN_OR_RETURN(const absl::string_view normalized,
                          normalizer.Normalize(token.content, &storage));
    token.normalized_content = std::string(normalized);
  }
  token.bytes = BytesOfByteLevel(token.normalized_content).value_or(token.normalized_content);
  return token;
}

}  // namespace

absl::Status TokenFinder::Add(const AddedToken& token) {
  uint32_t node = 0;
  // No node is its own child, so that the count of children names the next node.
  for (const char c : token.normalized_content) {
    const uint64_t step = uint64_t{node} << 8 | static_cast<unsigned char>(c);
    node = children_.emplace(step, static_cast<uint32_t>(children_.size() + 1)).first->second;
  }
  if (node == 0) return absl::OkStatus();  // Nothing cannot be found.
  if (!ends_.emplace(node, tokens_.size()).second) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", token.content, "\" reads like another token"));
  }
  begins_[static_cast<unsigned char>(token.normalized_content[0])] = true;
  tokens_.push_back(token);
  return absl::OkStatus();
}

std::optional<TokenFinder::Found> TokenFinder::LongestAt(absl::string_view text) const {
  std::optional<Found> longest;
  uint32_t node = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto child = children_.find(uint64_t{node} << 8 | static_cast<unsigned char>(text[i]));
    if (child == children_.end()) break;
    node = child->second;
    const auto end = ends_.find(node);
    if (end != ends_.end()) longest = Found{&tokens_[end->second], i + 1};
  }
  return longest;
}

void TokenFinder::Cut(absl::string_view text, std::vector<TextPart>* parts) const {
  parts->clear();
  size_t done = 0;        // What lies before is in `parts`.
  size_t spaces_end = 0;  // Where the white space behind a token ended: not to be walked again.
  for (size_t i = 0; i < text.size() && !tokens_.empty();) {
    const bool may_begin = begins_[static_cast<unsigned char>(text[i])];
    const std::optional<Found> found = may_begin ? LongestAt(text.substr(i)) : std::nullopt;
    if (!found.has_value()) {
      ++i;
      continue;
    }
    size_t begin = i;
    size_t end = i + found->size;
    i = end;
    if (found->token->single_word && !StandsAlone(text, begin, end)) continue;
    if (found->token->lstrip) {
      begin = std::max(begin, done);
      while (begin > done && IsSpace(LastUtf8(text.substr(0, begin)).code_point)) {
        begin -= LastUtf8(text.substr(0, begin)).bytes;
      }
    }
    if (found->token->rstrip) {
      if (end < spaces_end) end = spaces_end;
      while (end < text.size() && IsSpace(FirstUtf8(text.substr(end)).code_point)) {
        end += FirstUtf8(text.substr(end)).bytes;
      }
      spaces_end = end;
    }
    if (begin >= end) continue;  // A token of white space that others have taken.
    if (done < begin) parts->push_back({text.substr(done, begin - done), std::nullopt});
    parts->push_back({text.substr(begin, end - begin), found->token->id});
    done = end;
  }
  if (done < text.size()) parts->push_back({text.substr(done), std::nullopt});
}

absl::StatusOr<AddedTokens> AddedTokens::FromJson(const Json& json, const Vocabulary& vocabulary,
                                                  const Normalizer& normalizer) {
  AddedTokens added;
  added.next_id_ = vocabulary.size();
  if (json.is_null()) return added;
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> elements, json.Elements());
  for (const Json& element : elements) {
    WHET_ASSIGN_OR_RETURN(AddedToken token, ReadToken(element, normalizer));
    if (token.content.empty()) continue;  // As in the Python libraries.
    WHET_RETURN_IF_ERROR(added.Add(std::move(token), vocabulary));
  }
  for (const AddedToken& token : added.tokens_) {
    WHET_RETURN_IF_ERROR((token.normalized ? added.normalized_ : added.raw_).Add(token));
  }
  return added;
}

absl::Status AddedTokens::Add(AddedToken token, const Vocabulary& vocabulary) {
  if (by_content_.contains(token.content)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", token.content, "\" occurs twice"));
  }
  const std::optional<int32_t> known_id = vocabulary.IdOfToken(token.content);
  const int32_t id = known_id.has_value() ? *known_id : next_id_++;
  if (token.id != id) {
    return absl::InvalidArgumentError(absl::StrCat("\"", token.content, "\" has the id ", token.id,
                                                   " but the vocabulary asks for ", id));
  }
  if (!known_id.has_value() && vocabulary.TokenOf(id).has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", token.content, "\" has the id of another token, ", id));
  }
  id_end_ = std::max(id_end_, id + 1);
  by_id_.emplace(id, tokens_.size());
  by_content_.emplace(token.content, tokens_.size());
  tokens_.push_back(std::move(token));
  return absl::OkStatus();
}

const AddedToken* AddedTokens::Find(int32_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &tokens_[found->second];
}

const AddedToken* AddedTokens::Find(absl::string_view content) const {
  const auto found = by_content_.find(content);
  return found == by_content_.end() ? nullptr : &tokens_[found->second];
}

}  // namespace whet
