// Messages as lines of JSON, for verifiers of the user's own: docs/custom_verifiers.md.
#ifndef WHET_REWARDS_CUSTOM_JSON_LINES_CODEC_H_
#define WHET_REWARDS_CUSTOM_JSON_LINES_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/child_codec.h"

namespace whet {

// A line is an object. The first that the program writes has the member "whet_verifier", the
// version of the protocol that it speaks; the others have an "id", which is the request's. A
// request is the payload, an object, with "id" put before its members; of an answer the payload is
// the line.
class JsonLinesCodec final : public ChildCodec {
 public:
  static constexpr int64_t kVersion = 1;

  std::string Encode(const ChildMessage& message) const override;
  // InvalidArgument, showing the line, for one without id, and for another version. An answer that
  // has an id but is no JSON (NaN and Infinity are none) is a message: it fails that request alone.
  absl::StatusOr<std::optional<ChildMessage>> Decode(absl::string_view received, size_t bytes_max,
                                                     size_t* consumed) const override;
};

}  // namespace whet

#endif  // WHET_REWARDS_CUSTOM_JSON_LINES_CODEC_H_
