// Commands and answers between the client and whet-jail: whatever arrives, what is understood is
// written again as the same bytes.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "sandbox/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto command = whet::sandbox::DecodeCommand(bytes);
  if (command.ok()) {
    const std::string again = EncodeCommand(*command);
    const auto same = whet::sandbox::DecodeCommand(again);
    WHET_CHECK(same.ok() && EncodeCommand(*same) == again);
    CheckCommand(*command).IgnoreError();
  }
  const auto answer = whet::sandbox::DecodeAnswer(bytes);
  if (answer.ok()) {
    const std::string again = whet::sandbox::EncodeAnswer(answer);
    WHET_CHECK(whet::sandbox::EncodeAnswer(whet::sandbox::DecodeAnswer(again)) == again);
  }
  return 0;
}
