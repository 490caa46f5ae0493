// Commands and reports as bytes between the client and whet-jail. Private to the two, which are of
// one build: there are no versions.
#ifndef WHET_SANDBOX_WIRE_H_
#define WHET_SANDBOX_WIRE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sandbox/command.h"
#include "sandbox/report.h"

namespace whet::sandbox {

std::string EncodeCommand(const Command& command);
// InvalidArgument for bytes that EncodeCommand does not write; no more memory than they have.
absl::StatusOr<Command> DecodeCommand(absl::string_view bytes);

// A report, or why there is none.
std::string EncodeAnswer(const absl::StatusOr<Report>& answer);
// DataLoss for bytes that EncodeAnswer does not write.
absl::StatusOr<Report> DecodeAnswer(absl::string_view bytes);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_WIRE_H_
