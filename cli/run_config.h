// The configuration that a run was begun with, against the one it is called with now.
#ifndef WHET_CLI_RUN_CONFIG_H_
#define WHET_CLI_RUN_CONFIG_H_

#include <string>

#include "absl/status/status.h"
#include "cli/config_table.h"
#include "orchestrator/run_directory.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace whet {

// "runs/r1_zero" for "examples/arithmetic/r1_zero.textproto".
std::string DefaultRunDirectory(const std::string& config_file);

// Stores `config` with a new run. One that was begun with other settings is refused, with the
// differences (FailedPrecondition), unless it is told to go on with them; DataLoss if what is
// stored cannot be read.
absl::Status SettleConfig(const google::protobuf::Message& config, bool goes_on, RunDirectory* run);

}  // namespace whet

#endif  // WHET_CLI_RUN_CONFIG_H_
