// Files of JSON lines: an object a line.
#ifndef WHET_TEXT_JSON_LINES_H_
#define WHET_TEXT_JSON_LINES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "text/json.h"

namespace whet {

// Calls `row` for each line of a file that is not blank; a byte order mark is passed over. Statuses
// of ReadFile. What a line that is no JSON object, or `row`, returns is annotated with "FILE:LINE"
// and ends it; OutOfRange of `row` ends it too, as if the file ended there.
absl::Status ForEachJsonLine(const std::string& path,
                             absl::FunctionRef<absl::Status(const Json&)> row);

}  // namespace whet

#endif  // WHET_TEXT_JSON_LINES_H_
