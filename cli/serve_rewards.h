// `whet serve rewards`.
#ifndef WHET_CLI_SERVE_REWARDS_H_
#define WHET_CLI_SERVE_REWARDS_H_

#include "absl/status/status.h"

namespace CLI {  // NOLINT(readability-identifier-naming): theirs.
class App;
}  // namespace CLI

namespace whet {

// Adds it to `whet serve`; as the functions of cli/commands.h.
void AddServeRewardsCommand(CLI::App* serve, absl::Status* result);

}  // namespace whet

#endif  // WHET_CLI_SERVE_REWARDS_H_
