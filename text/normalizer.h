// The "normalizer" of a tokenizer.json: how a text is rewritten before it is tokenized.
#ifndef WHET_TEXT_NORMALIZER_H_
#define WHET_TEXT_NORMALIZER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "text/json.h"

namespace whet {

// Const methods are thread-safe.
class Normalizer {
 public:
  static constexpr size_t kBytesMax = size_t{128} << 20;

  // NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Sequence of these, and null, which changes
  // nothing. InvalidArgument for others.
  static absl::StatusOr<Normalizer> FromJson(const Json& json);

  Normalizer(Normalizer&& other) noexcept;
  Normalizer& operator=(Normalizer&& other) noexcept;
  ~Normalizer();

  // `text`, which must be UTF-8, or what it becomes, which lies in `storage` then. InvalidArgument
  // as of Regex::FindAll, and if it has, or would grow to, more than kBytesMax.
  absl::StatusOr<absl::string_view> Normalize(absl::string_view text, std::string* storage) const;

  class Step;

 private:
  Normalizer();

  std::vector<std::unique_ptr<Step>> steps_;
};

}  // namespace whet

#endif  // WHET_TEXT_NORMALIZER_H_
