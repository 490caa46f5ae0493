// Bytes that are no request or reply are refused; those that are one read back as themselves.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "rewards/verify/math_wire.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto request = whet::DecodeMathRequest(bytes); request.ok()) {
    const std::string again = EncodeMathRequest(*request);
    WHET_CHECK(EncodeMathRequest(*whet::DecodeMathRequest(again)) == again);
  }
  if (const auto reply = whet::DecodeMathReply(bytes); reply.ok()) {
    const std::string again = EncodeMathReply(*reply);
    WHET_CHECK(EncodeMathReply(*whet::DecodeMathReply(again)) == again);
  }
  return 0;
}
