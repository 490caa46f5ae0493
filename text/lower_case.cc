#include "text/lower_case.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include "base/check.h"

namespace whet {

std::string LowerCase(absl::string_view text) {
  std::string lower;
  icu::StringByteSink<std::string> sink(&lower);
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8ToLower("", 0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())),
                            sink, nullptr, error);
  WHET_CHECK(U_SUCCESS(error));
  return lower;
}

}  // namespace whet
