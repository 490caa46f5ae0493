#include "text/tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "text/added_tokens.h"
#include "text/bpe.h"
#include "text/json.h"
#include "text/normalizer.h"
#include "text/post_processor.h"
#include "text/pre_tokenizer.h"
#include "text/utf8.h"

namespace whet {

struct Tokenizer::Parts {
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  Bpe bpe;
  AddedTokens added;
  PostProcessor post_processor;
  // The decoder: ByteLevel, or none, which puts spaces between tokens as they stand.
  bool decodes_bytes;
};

namespace {

const Json& MemberOrNull(const Json& json, absl::string_view key, const Json& null) {
  const Json* member = json.Find(key);
  return member == nullptr ? null : *member;
}

// `read(member)` with the key before its error.
template <typename Read>
auto ReadPart(const Json& json, absl::string_view key, Read read) -> decltype(read(json)) {
  const Json null;
  auto part = read(MemberOrNull(json, key, null));
  if (!part.ok()) return Annotate(part.status(), key);
  return part;
}

// Whether the decoder is ByteLevel; false if there is none.
absl::StatusOr<bool> ReadDecoder(const Json& json) {
  if (json.is_null()) return false;
  WHET_ASSIGN_OR_RETURN(const absl::string_view type, json.GetString("type"));
  if (type == "ByteLevel") return true;
  if (type != "Sequence") {
    return absl::InvalidArgumentError(absl::StrCat("type \"", type, "\" is not supported"));
  }
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> decoders, json.GetElements("decoders"));
  if (decoders.size() != 1) {
    return absl::InvalidArgumentError("a Sequence of other than one decoder is not supported");
  }
  return ReadDecoder(decoders[0]);
}

// How many bytes at the end may be the beginning of a character.
size_t OpenTail(absl::string_view bytes) {
  constexpr size_t kTailMax = 3;
  for (size_t size = std::min(kTailMax, bytes.size()); size > 0; --size) {
    const absl::string_view tail = bytes.substr(bytes.size() - size);
    const auto lead = static_cast<unsigned char>(tail[0]);
    // All of it could still have become a character, and it begins like one.
    const bool leads = lead >= 0xC2 && lead <= 0xF4;
    if (leads && !FirstUtf8(tail).valid && FirstUtf8(tail).bytes == size) return size;
  }
  return 0;
}

absl::Status CheckVersion(const Json& json) {
  if (!json.is_object()) return absl::InvalidArgumentError("no object");
  WHET_ASSIGN_OR_RETURN(const std::string version, json.GetStringOr("version", "1.0"));
  if (version == "1.0") return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("version \"", version, "\" is not supported"));
}

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Tokenizer::Tokenizer(Tokenizer&& other) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&& other) noexcept = default;
Tokenizer::~Tokenizer() = default;

absl::StatusOr<Tokenizer> Tokenizer::Load(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/tokenizer.json");
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError(
        absl::StrCat(path, " is missing; copy it from where the model's weights are from"));
  }
  if (!text.ok()) return text.status();
  absl::StatusOr<Tokenizer> tokenizer = FromJson(*text);
  if (!tokenizer.ok()) return Annotate(tokenizer.status(), path);
  return tokenizer;
}

absl::StatusOr<Tokenizer> Tokenizer::FromJson(absl::string_view text) {
  if (text.size() > kFileBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", kFileBytesMax, " bytes"));
  }
  WHET_ASSIGN_OR_RETURN(const Json json, Json::Parse(text));
  WHET_RETURN_IF_ERROR(CheckVersion(json));
  WHET_ASSIGN_OR_RETURN(Normalizer normalizer, ReadPart(json, "normalizer", Normalizer::FromJson));
  WHET_ASSIGN_OR_RETURN(PreTokenizer pre_tokenizer,
                        ReadPart(json, "pre_tokenizer", PreTokenizer::FromJson));
  const PieceForm form = pre_tokenizer.gives_bytes() ? PieceForm::kBytes : PieceForm::kCharacters;
  WHET_ASSIGN_OR_RETURN(Bpe bpe, ReadPart(json, "model", [&](const Json& model) {
                          return Bpe::FromJson(model, form);
                        }));
  WHET_ASSIGN_OR_RETURN(AddedTokens added, ReadPart(json, "added_tokens", [&](const Json& tokens) {
                          return AddedTokens::FromJson(tokens, bpe.vocabulary(), normalizer);
                        }));
  WHET_ASSIGN_OR_RETURN(PostProcessor post_processor,
                        ReadPart(json, "post_processor", PostProcessor::FromJson));
  WHET_ASSIGN_OR_RETURN(const bool decodes_bytes, ReadPart(json, "decoder", ReadDecoder));
  Tokenizer tokenizer(
      std::make_unique<Parts>(Parts{std::move(normalizer), std::move(pre_tokenizer), std::move(bpe),
                                    std::move(added), std::move(post_processor), decodes_bytes}));
  for (const int32_t id : tokenizer.parts_->post_processor.Apply({})) {
    if (tokenizer.IdToToken(id).has_value()) continue;
    return absl::InvalidArgumentError(absl::StrCat("post_processor: no token has the id ", id));
  }
  return tokenizer;
}

absl::StatusOr<std::vector<int32_t>> Tokenizer::Encode(absl::string_view text) const {
  if (text.size() > kTextBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a text of ", text.size(), " bytes, more than ", kTextBytesMax));
  }
  if (!IsUtf8(text)) return absl::InvalidArgumentError("text that is not UTF-8");
  std::vector<int32_t> ids;
  PieceBuffer buffer;
  std::string normal_storage;
  std::vector<TextPart> raw_parts;
  std::vector<TextPart> parts;
  parts_->added.raw().Cut(text, &raw_parts);
  for (const TextPart& raw_part : raw_parts) {
    if (raw_part.id.has_value()) {
      ids.push_back(*raw_part.id);
      continue;
    }
    WHET_ASSIGN_OR_RETURN(const absl::string_view normal,
                          parts_->normalizer.Normalize(raw_part.text, &normal_storage));
    parts_->added.normalized().Cut(normal, &parts);
    for (const TextPart& part : parts) {
      if (part.id.has_value()) {
        ids.push_back(*part.id);
        continue;
      }
      WHET_RETURN_IF_ERROR(parts_->pre_tokenizer.Cut(part.text, &buffer));
      for (const absl::string_view piece : buffer.pieces) {
        WHET_RETURN_IF_ERROR(parts_->bpe.Encode(piece, &ids));
      }
    }
  }
  return ids;
}

absl::StatusOr<std::vector<int32_t>> Tokenizer::EncodeWithSpecialTokens(
    absl::string_view text) const {
  WHET_ASSIGN_OR_RETURN(std::vector<int32_t> ids, Encode(text));
  return parts_->post_processor.Apply(std::move(ids));
}

std::optional<absl::string_view> Tokenizer::BytesOf(int32_t id, SpecialTokens special) const {
  if (const AddedToken* added = parts_->added.Find(id); added != nullptr) {
    if (added->special && special == SpecialTokens::kSkip) return std::nullopt;
    return parts_->decodes_bytes ? added->bytes : added->normalized_content;
  }
  const std::optional<absl::string_view> token = parts_->bpe.vocabulary().TokenOf(id);
  if (!token.has_value() || !parts_->decodes_bytes) return token;
  return parts_->bpe.vocabulary().BytesOf(id);
}

absl::string_view Tokenizer::separator() const { return parts_->decodes_bytes ? "" : " "; }

std::string Tokenizer::Decode(absl::Span<const int32_t> ids, SpecialTokens special) const {
  std::string bytes;
  bool first = true;
  for (const int32_t id : ids) {
    const std::optional<absl::string_view> token = BytesOf(id, special);
    if (!token.has_value()) continue;
    absl::StrAppend(&bytes, first ? "" : separator(), *token);
    first = false;
  }
  return IsUtf8(bytes) ? bytes : ReplaceInvalidUtf8(bytes);
}

std::optional<int32_t> Tokenizer::TokenToId(absl::string_view token) const {
  if (const AddedToken* added = parts_->added.Find(token); added != nullptr) return added->id;
  return parts_->bpe.vocabulary().IdOfToken(token);
}

std::optional<std::string> Tokenizer::IdToToken(int32_t id) const {
  if (const AddedToken* added = parts_->added.Find(id); added != nullptr) {
    return added->normalized_content;
  }
  const std::optional<absl::string_view> token = parts_->bpe.vocabulary().TokenOf(id);
  return token.has_value() ? std::optional<std::string>(*token) : std::nullopt;
}

int32_t Tokenizer::vocabulary_size() const {
  return std::max(parts_->bpe.vocabulary().id_end(), parts_->added.id_end());
}

std::string TokenStream::Append(int32_t id) {
  const std::optional<absl::string_view> bytes = tokenizer_->BytesOf(id, special_);
  if (!bytes.has_value()) return "";
  absl::StrAppend(&held_, begun_ ? tokenizer_->separator() : "", *bytes);
  begun_ = true;
  const size_t certain = held_.size() - OpenTail(held_);
  std::string text = ReplaceInvalidUtf8(absl::string_view(held_).substr(0, certain));
  held_.erase(0, certain);
  return text;
}

std::string TokenStream::Finish() {
  std::string text = ReplaceInvalidUtf8(held_);
  held_.clear();
  begun_ = false;
  return text;
}

}  // namespace whet
