#include "rewards/model/model_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "rewards/user_text.h"

namespace whet {

absl::string_view ModelResponse(const ScoreInput& input, ModelPlace place) {
  return place == ModelPlace::kSummary ? absl::StripLeadingAsciiWhitespace(input.completion.rest)
                                       : input.completion.text;
}

std::string ModelText(const ScoreInput& input, const ModelTextOptions& options) {
  const absl::string_view response = ModelResponse(input, options.place);
  if (options.text_template.empty()) return absl::StrCat(input.prompt.text, response);
  return absl::StrReplaceAll(options.text_template,
                             {{"{prompt}", UserTextOf(input.prompt)}, {"{response}", response}});
}

}  // namespace whet
