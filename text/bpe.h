// Byte pair encoding: the "model" of a tokenizer.json.
#ifndef WHET_TEXT_BPE_H_
#define WHET_TEXT_BPE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "text/json.h"
#include "text/vocabulary.h"

namespace whet {

// Const methods are thread-safe.
class Bpe {
 public:
  // InvalidArgument for other models than BPE, for dropout, byte_fallback,
  // continuing_subword_prefix and end_of_word_suffix, and for merges of tokens that the vocabulary
  // lacks.
  static absl::StatusOr<Bpe> FromJson(const Json& model, PieceForm form);

  // Appends the tokens of `piece`, in O(n log n): from its bytes or characters on, the two
  // neighbours whose merge comes first in the file become one, the leftmost of equal ones first,
  // until no two merge. What the vocabulary lacks becomes the unknown token, or nothing if there is
  // none. InvalidArgument if the unknown token is needed and not in the vocabulary.
  absl::Status Encode(absl::string_view piece, std::vector<int32_t>* ids) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  // What two tokens become. The lowest rank comes first.
  struct Merge {
    uint32_t rank;
    int32_t id;
  };
  // Whether a piece that is a token as a whole also comes out as that token.
  enum class Whole : uint8_t { kUnknown, kYes, kNo };

  class Merger;

  explicit Bpe(Vocabulary vocabulary);

  absl::Status AddMerges(const Json& merges);
  absl::Status AddMerge(absl::string_view left, absl::string_view right, uint32_t rank);
  Merge FindMerge(int32_t left, int32_t right) const;
  absl::Status Symbols(absl::string_view piece, std::vector<int32_t>* symbols) const;
  void MergeFew(std::vector<int32_t>* symbols) const;
  void MergeMany(std::vector<int32_t>* symbols) const;

  Vocabulary vocabulary_;
  PieceForm form_ = PieceForm::kBytes;
  bool ignore_merges_ = false;
  bool fuse_unknown_ = false;
  std::optional<std::string> unknown_token_;
  std::optional<int32_t> unknown_id_;
  int32_t byte_ids_[256];  // -1 if the vocabulary lacks the byte. In the form kBytes.
  absl::flat_hash_map<uint64_t, Merge> merges_;  // By both ids.
  // By id, learned on the way: spares most words the merging. Every thread finds the same answer,
  // so it does not matter who writes it first.
  std::unique_ptr<std::atomic<Whole>[]> whole_;
};

}  // namespace whet

#endif  // WHET_TEXT_BPE_H_
