// What parses is written, read and written again as the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "text/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<whet::Json> json =
      whet::Json::Parse(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!json.ok()) return 0;
  const std::string text = json->Dump();
  const absl::StatusOr<whet::Json> again = whet::Json::Parse(text);
  WHET_CHECK(again.ok());
  WHET_CHECK(*again == *json);
  WHET_CHECK(again->Dump() == text);
  return 0;
}
