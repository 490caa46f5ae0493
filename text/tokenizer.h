// Texts to token ids and back, as a Hugging Face tokenizer.json says.
#ifndef WHET_TEXT_TOKENIZER_H_
#define WHET_TEXT_TOKENIZER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace whet {

// What decoding does with special tokens: added tokens marked so in the file, such as the end of a
// turn. Added tokens that are not marked (<think>) are text.
enum class SpecialTokens { kKeep, kSkip };

// Supported: byte pair encoding (text/bpe.h), the normalizers of text/normalizer.h, the
// pre-tokenizers of text/pre_tokenizer.h, added tokens with all their flags; post-processors
// ByteLevel, TemplateProcessing (its "single") and Sequence of these; decoders ByteLevel and none.
// A file that asks for anything else is refused, never read otherwise. Its "truncation" and
// "padding" are not applied.
//
// Gives the ids and texts of the Python library `tokenizers`. Const methods are thread-safe.
class Tokenizer {
 public:
  static constexpr size_t kTextBytesMax = size_t{64} << 20;
  static constexpr size_t kFileBytesMax = size_t{256} << 20;

  // Reads the tokenizer.json of a checkpoint directory. Statuses of ReadFile; InvalidArgument, with
  // the path and the key in the file, for what is damaged or not supported.
  static absl::StatusOr<Tokenizer> Load(const std::string& directory);
  // The same from the text of a tokenizer.json.
  static absl::StatusOr<Tokenizer> FromJson(absl::string_view text);

  Tokenizer(Tokenizer&& other) noexcept;
  Tokenizer& operator=(Tokenizer&& other) noexcept;
  ~Tokenizer();

  // The tokens of `text`. Added tokens that it contains are recognised; none is put to it: that is
  // what a chat template's output wants. InvalidArgument if `text` is not UTF-8 or has more than
  // kTextBytesMax, or if a pattern costs too much on it (text/regex.h).
  absl::StatusOr<std::vector<int32_t>> Encode(absl::string_view text) const;

  // The same with the tokens that the post-processor puts before and after, such as the beginning
  // of a sequence. Many files have none.
  absl::StatusOr<std::vector<int32_t>> EncodeWithSpecialTokens(absl::string_view text) const;

  // The text of `ids`: their bytes joined, then U+FFFD for each sequence that is not UTF-8. Ids
  // that are no tokens are skipped. Encode(Decode(ids)) may differ from `ids`.
  std::string Decode(absl::Span<const int32_t> ids, SpecialTokens special) const;

  // A token as the file writes it: byte-level tokens in their alphabet ("Ġthe"). nullopt if there
  // is none.
  std::optional<int32_t> TokenToId(absl::string_view token) const;
  std::optional<std::string> IdToToken(int32_t id) const;

  // The largest id, plus 1. A model may have more rows than that: ids from here on are no tokens
  // and must not be sampled.
  int32_t vocabulary_size() const;

 private:
  friend class TokenStream;
  struct Parts;

  explicit Tokenizer(std::unique_ptr<const Parts> parts);

  // The bytes that decoding puts for `id`; nullopt to put none and no separator.
  std::optional<absl::string_view> BytesOf(int32_t id, SpecialTokens special) const;
  // What decoding puts between two tokens.
  absl::string_view separator() const;

  std::unique_ptr<const Parts> parts_;
};

// Decodes token by token, as they are sampled. All that Append() and Finish() return, joined, is
// what Tokenizer::Decode() gives for all ids. Not thread-safe.
class TokenStream {
 public:
  // `tokenizer` must outlive this.
  TokenStream(const Tokenizer* tokenizer, SpecialTokens special)
      : tokenizer_(tokenizer), special_(special) {}

  // The text that has become certain. A character whose last bytes may still come is held back.
  std::string Append(int32_t id);

  // What was held back: U+FFFD or nothing. The stream begins anew.
  std::string Finish();

 private:
  const Tokenizer* tokenizer_;
  SpecialTokens special_;
  bool begun_ = false;
  std::string held_;
};

}  // namespace whet

#endif  // WHET_TEXT_TOKENIZER_H_
