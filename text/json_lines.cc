#include "text/json_lines.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/atomic_file.h"
#include "base/status.h"

namespace whet {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::Status ReadLine(absl::string_view line, absl::FunctionRef<absl::Status(const Json&)> row) {
  WHET_ASSIGN_OR_RETURN(const Json json, Json::Parse(line));
  if (!json.is_object()) {
    return absl::InvalidArgumentError("a line must be an object: {\"…\": …}");
  }
  return row(json);
}

}  // namespace

absl::Status ForEachJsonLine(const std::string& path,
                             absl::FunctionRef<absl::Status(const Json&)> row) {
  WHET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  absl::string_view rest = text;
  absl::ConsumePrefix(&rest, kByteOrderMark);
  int64_t number = 0;
  for (const absl::string_view line : absl::StrSplit(rest, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const absl::Status status = ReadLine(line, row);
    if (absl::IsOutOfRange(status)) return absl::OkStatus();
    if (!status.ok()) return Annotate(status, absl::StrCat(path, ":", number));
  }
  return absl::OkStatus();
}

}  // namespace whet
