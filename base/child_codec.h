// How requests and answers lie on the channel between us and a child.
#ifndef WHET_BASE_CHILD_CODEC_H_
#define WHET_BASE_CHILD_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whet {

// What the child says first, unasked, once it is ready to answer; requests have ids from 1. Said
// again it is a farewell: the child ends now, and no request that it has not answered is to blame.
inline constexpr uint64_t kGreetingId = 0;

struct ChildMessage {
  uint64_t id;          // kGreetingId, or that of the request which it answers.
  std::string payload;  // Any bytes.
};

// Immutable and thread-safe.
class ChildCodec {
 public:
  virtual ~ChildCodec() = default;

  virtual std::string Encode(const ChildMessage& message) const = 0;

  // Reads the first message of `received` and sets `*consumed` to its length in bytes. Returns
  // nullopt while that message is incomplete, InvalidArgument if these bytes can never be one;
  // then, and for a message longer than `bytes_max`, the child is given up.
  virtual absl::StatusOr<std::optional<ChildMessage>> Decode(absl::string_view received,
                                                             size_t bytes_max,
                                                             size_t* consumed) const = 0;
};

// For programs of ours: payload length (u32), id (u64), payload; little-endian.
class FrameCodec final : public ChildCodec {
 public:
  static constexpr size_t kHeaderBytes = 12;

  std::string Encode(const ChildMessage& message) const override;
  absl::StatusOr<std::optional<ChildMessage>> Decode(absl::string_view received, size_t bytes_max,
                                                     size_t* consumed) const override;
};

}  // namespace whet

#endif  // WHET_BASE_CHILD_CODEC_H_
