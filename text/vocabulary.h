// The tokens of a model and their ids.
#ifndef WHET_TEXT_VOCABULARY_H_
#define WHET_TEXT_VOCABULARY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "text/json.h"

namespace whet {

// Ids of tokens are below this, so that a damaged file cannot ask for all memory.
inline constexpr int32_t kTokenIdsMax = 1 << 22;

// What a model is asked for: the bytes of a text, or its characters as they stand (which a
// pre-tokenizer may have spelled in the byte-level alphabet).
enum class PieceForm { kBytes, kCharacters };

// Const methods are thread-safe.
class Vocabulary {
 public:
  // From {"token": id, …}. InvalidArgument for ids out of range or given twice.
  static absl::StatusOr<Vocabulary> FromJson(const Json& json, PieceForm form);

  // The token that a piece, in the form given above, is as a whole.
  std::optional<int32_t> IdOfPiece(absl::string_view piece) const;
  std::optional<int32_t> IdOfToken(absl::string_view token) const;

  // A token as the file writes it; nullopt for ids that are none.
  std::optional<absl::string_view> TokenOf(int32_t id) const;
  // What a token stands for by the byte-level alphabet; itself if it is not of that. Empty for ids
  // that are none.
  absl::string_view BytesOf(int32_t id) const;

  int32_t size() const { return size_; }
  // The largest id, plus 1.
  int32_t id_end() const { return static_cast<int32_t>(tokens_.size()); }

 private:
  // Where something lies in storage_. Views would not survive a move.
  struct Slice {
    uint32_t begin = 0;
    uint32_t size = 0;
  };
  struct Token {
    Slice text;
    Slice bytes;
    bool exists = false;
    bool is_byte_level = false;
  };

  absl::string_view View(Slice slice) const {
    return absl::string_view(storage_.data() + slice.begin, slice.size);
  }
  Slice Store(absl::string_view text);
  void Index();

  PieceForm form_ = PieceForm::kBytes;
  int32_t size_ = 0;
  std::vector<char> storage_;  // Keeps its address when moved, unlike a short string.
  std::vector<Token> tokens_;  // By id.
  // By what a piece reads, views of storage_: the bytes of byte-level tokens if the form is kBytes,
  // else all as they stand.
  absl::flat_hash_map<absl::string_view, int32_t> by_piece_;
  // In the form kBytes: tokens that are not of the byte-level alphabet, which no piece can be.
  absl::flat_hash_map<absl::string_view, int32_t> others_;
};

}  // namespace whet

#endif  // WHET_TEXT_VOCABULARY_H_
