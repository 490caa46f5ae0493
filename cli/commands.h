// One function a command, each in a file of its own: it adds the subcommand to `app`, and when the
// user calls it, runs it and leaves what came of it in `*result`. main prints a failure as one line
// and exits with status 1.
#ifndef WHET_CLI_COMMANDS_H_
#define WHET_CLI_COMMANDS_H_

#include "absl/status/status.h"

namespace CLI {
class App;
}  // namespace CLI

namespace whet {

void AddConfigCommand(CLI::App* app, absl::Status* result);
void AddDoctorCommand(CLI::App* app, absl::Status* result);
void AddEvalCommand(CLI::App* app, absl::Status* result);
void AddImportCommand(CLI::App* app, absl::Status* result);
void AddNewCommand(CLI::App* app, absl::Status* result);
void AddRescoreCommand(CLI::App* app, absl::Status* result);
void AddRunsCommand(CLI::App* app, absl::Status* result);
void AddSampleCommand(CLI::App* app, absl::Status* result);
void AddSandboxCommand(CLI::App* app, absl::Status* result);
void AddServeCommand(CLI::App* app, absl::Status* result);
void AddSftCommand(CLI::App* app, absl::Status* result);
void AddTrainCommand(CLI::App* app, absl::Status* result);
void AddVerifyCommand(CLI::App* app, absl::Status* result);

}  // namespace whet

#endif  // WHET_CLI_COMMANDS_H_
