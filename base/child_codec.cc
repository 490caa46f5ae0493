#include "base/child_codec.h"

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace whet {
namespace {

void AppendLittleEndian(uint64_t value, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t ReadLittleEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    value |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

}  // namespace

std::string FrameCodec::Encode(const ChildMessage& message) const {
  WHET_CHECK(message.payload.size() <= std::numeric_limits<uint32_t>::max());
  std::string frame;
  frame.reserve(kHeaderBytes + message.payload.size());
  AppendLittleEndian(message.payload.size(), 4, &frame);
  AppendLittleEndian(message.id, 8, &frame);
  frame += message.payload;
  return frame;
}

absl::StatusOr<std::optional<ChildMessage>> FrameCodec::Decode(absl::string_view received,
                                                               size_t bytes_max,
                                                               size_t* consumed) const {
  if (received.size() < kHeaderBytes) return std::nullopt;
  const size_t payload_bytes = ReadLittleEndian(received.substr(0, 4));
  if (payload_bytes > bytes_max) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a message of ", payload_bytes, " bytes, more than the ", bytes_max, " that are allowed"));
  }
  if (received.size() < kHeaderBytes + payload_bytes) return std::nullopt;
  *consumed = kHeaderBytes + payload_bytes;
  return ChildMessage{ReadLittleEndian(received.substr(4, 8)),
                      std::string(received.substr(kHeaderBytes, payload_bytes))};
}

}  // namespace whet
