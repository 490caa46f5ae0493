// `whet verify math`.
#ifndef WHET_CLI_VERIFY_MATH_H_
#define WHET_CLI_VERIFY_MATH_H_

#include "absl/status/status.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours.
class App;
}  // namespace CLI

namespace whet {

// Adds the command to `verify`; as in cli/commands.h.
void AddVerifyMath(CLI::App* verify, absl::Status* result);

}  // namespace whet

#endif  // WHET_CLI_VERIFY_MATH_H_
