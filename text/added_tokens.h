// The "added_tokens" of a tokenizer.json: tokens beside the model's, found in a text as they stand.
#ifndef WHET_TEXT_ADDED_TOKENS_H_
#define WHET_TEXT_ADDED_TOKENS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "text/json.h"
#include "text/normalizer.h"
#include "text/vocabulary.h"

namespace whet {

struct AddedToken {
  int32_t id;
  std::string content;
  std::string normalized_content;  // What is looked for, and what decoding gives.
  std::string bytes;               // That, read as byte-level if it can be.
  bool single_word;                // Only where no word goes on beside it.
  bool lstrip;                     // Takes the white space before it,
  bool rstrip;                     // and after it.
  bool normalized;                 // Looked for after the normalizer, not before it.
  bool special;                    // Left out of a decoded text if so wished.
};

// A part of a text: an added token, or what lies between two.
struct TextPart {
  absl::string_view text;
  std::optional<int32_t> id;
};

// Finds a set of tokens. Const methods are thread-safe.
class TokenFinder {
 public:
  // InvalidArgument if `token` is looked for by the same text as an earlier one.
  absl::Status Add(const AddedToken& token);

  // Puts the parts of `text`, which must be UTF-8, into `parts`: no empty ones, and of tokens that
  // overlap the leftmost, then the longest.
  void Cut(absl::string_view text, std::vector<TextPart>* parts) const;

 private:
  struct Found {
    const AddedToken* token;
    size_t size;
  };
  std::optional<Found> LongestAt(absl::string_view text) const;

  std::vector<AddedToken> tokens_;
  // A tree of the bytes of all tokens: children by node and byte, and which token ends at a node.
  absl::flat_hash_map<uint64_t, uint32_t> children_;
  absl::flat_hash_map<uint32_t, size_t> ends_;
  bool begins_[256] = {};  // Bytes that tokens begin with.
};

// Const methods are thread-safe.
class AddedTokens {
 public:
  // From [{"id": …, "content": …, …}, …]. A token of the vocabulary must have its id, and others
  // must have the ids that follow: InvalidArgument otherwise, since those are the ids that the
  // Python libraries give them, whatever the file says.
  static absl::StatusOr<AddedTokens> FromJson(const Json& json, const Vocabulary& vocabulary,
                                              const Normalizer& normalizer);

  // The ones to be found before the normalizer, and after it.
  const TokenFinder& raw() const { return raw_; }
  const TokenFinder& normalized() const { return normalized_; }

  // nullptr if there is none.
  const AddedToken* Find(int32_t id) const;
  const AddedToken* Find(absl::string_view content) const;

  // The largest id, plus 1.
  int32_t id_end() const { return id_end_; }

 private:
  absl::Status Add(AddedToken token, const Vocabulary& vocabulary);

  std::vector<AddedToken> tokens_;
  absl::flat_hash_map<int32_t, size_t> by_id_;
  absl::flat_hash_map<std::string, size_t> by_content_;
  TokenFinder raw_;
  TokenFinder normalized_;
  int32_t id_end_ = 0;
  int32_t next_id_ = 0;
};

}  // namespace whet

#endif  // WHET_TEXT_ADDED_TOKENS_H_
