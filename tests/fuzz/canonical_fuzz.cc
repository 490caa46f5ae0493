// What is read as a value has one text, and is compared as its text is.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "rewards/code/canonical.h"

namespace {

using absl::string_view;
using whet::sandbox::CheckResult;

CheckResult Compare(string_view expected, string_view claim,
                    std::optional<whet::sandbox::Tolerance> tolerance) {
  const absl::StatusOr<CheckResult> result =
      whet::CompareValues(expected, claim, {.tolerance = tolerance});
  WHET_CHECK(result.ok());
  WHET_CHECK(result->equal == result->why.empty());
  constexpr size_t kWhyBytesMax = 400;
  WHET_CHECK(result->why.size() <= kWhyBytesMax);
  for (const char c : result->why) WHET_CHECK(absl::ascii_isprint(static_cast<unsigned char>(c)));
  return *result;
}

}  // namespace

// Two texts, one behind the other: the last zero byte is between them.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const string_view both(reinterpret_cast<const char*>(data), size);
  const size_t middle = both.rfind('\0');
  const string_view expected = both.substr(0, middle);
  const string_view claim = middle == string_view::npos ? both : both.substr(middle + 1);

  const absl::StatusOr<whet::CodeValue> value = whet::ParseCodeValue(expected, {});
  if (!value.ok()) {
    WHET_CHECK(!whet::CompareValues(expected, claim, {}).ok());
    return 0;
  }
  const std::string text = whet::TextOf(*value);
  const absl::StatusOr<whet::CodeValue> again = whet::ParseCodeValue(text, {});
  WHET_CHECK(again.ok());
  WHET_CHECK(whet::TextOf(*again) == text);

  const bool equal = Compare(expected, claim, std::nullopt).equal;
  WHET_CHECK(Compare(text, claim, std::nullopt).equal == equal);
  const bool close = Compare(expected, claim, whet::sandbox::Tolerance{1e-6, 1e-6}).equal;
  // What is equal is so within a tolerance, and the other way round.
  if (equal) WHET_CHECK(close && Compare(claim, expected, std::nullopt).equal);
  return 0;
}
