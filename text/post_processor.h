// The "post_processor" of a tokenizer.json: what is put around the tokens of a text.
#ifndef WHET_TEXT_POST_PROCESSOR_H_
#define WHET_TEXT_POST_PROCESSOR_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "text/json.h"

namespace whet {

// Const methods are thread-safe.
class PostProcessor {
 public:
  // TemplateProcessing, of which "single" is used and must contain the text once; ByteLevel and
  // null, which add nothing; Sequence of these. InvalidArgument for others.
  static absl::StatusOr<PostProcessor> FromJson(const Json& json);

  // `ids` with the tokens before and after.
  std::vector<int32_t> Apply(std::vector<int32_t> ids) const;

 private:
  absl::Status Add(const Json& json);
  absl::Status AddTemplate(const Json& json);

  std::vector<int32_t> before_;
  std::vector<int32_t> after_;
};

}  // namespace whet

#endif  // WHET_TEXT_POST_PROCESSOR_H_
