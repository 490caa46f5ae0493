// The "pre_tokenizer" of a tokenizer.json: where a text is cut before pairs are merged.
#ifndef WHET_TEXT_PRE_TOKENIZER_H_
#define WHET_TEXT_PRE_TOKENIZER_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "text/json.h"
#include "text/regex.h"

namespace whet {

// The pieces of a text, and what making them needs. Reuse it from text to text, in one thread.
struct PieceBuffer {
  std::vector<absl::string_view> pieces;  // None is empty. Views of the text, or of `texts`.

  std::deque<std::string> texts;  // What steps have rewritten.
  std::vector<absl::string_view> next_pieces;
  std::vector<RegexMatch> matches;
  RegexScratch regex;
};

// Const methods are thread-safe.
class PreTokenizer {
 public:
  // Split, ByteLevel, Digits, Sequence of these, and null, which cuts nothing. InvalidArgument for
  // others.
  static absl::StatusOr<PreTokenizer> FromJson(const Json& json);

  PreTokenizer(PreTokenizer&& other) noexcept;
  PreTokenizer& operator=(PreTokenizer&& other) noexcept;
  ~PreTokenizer();

  // Puts the pieces of `text`, which must be UTF-8 and outlive them, into `buffer`. InvalidArgument
  // as of Regex::FindAll.
  absl::Status Cut(absl::string_view text, PieceBuffer* buffer) const;

  // Whether a ByteLevel is the last step. Its pieces are then the bytes themselves, cut anywhere
  // only if the text was; they are not yet spelled in the byte-level alphabet, and need not be.
  bool gives_bytes() const { return gives_bytes_; }

  class Step;

 private:
  PreTokenizer();

  std::vector<std::unique_ptr<Step>> steps_;
  bool gives_bytes_ = false;
};

}  // namespace whet

#endif  // WHET_TEXT_PRE_TOKENIZER_H_
