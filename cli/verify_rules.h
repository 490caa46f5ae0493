// `whet verify format` and `whet verify language`.
#ifndef WHET_CLI_VERIFY_RULES_H_
#define WHET_CLI_VERIFY_RULES_H_

#include "absl/status/status.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours.
class App;
}  // namespace CLI

namespace whet {

// Adds the commands to `verify`; as in cli/commands.h.
void AddVerifyFormat(CLI::App* verify, absl::Status* result);
void AddVerifyLanguage(CLI::App* verify, absl::Status* result);

}  // namespace whet

#endif  // WHET_CLI_VERIFY_RULES_H_
