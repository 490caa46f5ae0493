// The configuration that a run was begun with, against the one it is called with now.
#ifndef WHET_CLI_RUN_CONFIG_H_
#define WHET_CLI_RUN_CONFIG_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cli/config_table.h"
#include "google/protobuf/message.h"
#include "orchestrator/run_directory.h"

namespace whet {

// "runs/r1_zero" for "examples/arithmetic/r1_zero.textproto".
std::string DefaultRunDirectory(const std::string& config_file);

// Stores `config` with a new run. One that was begun with other settings is refused, with the
// differences (FailedPrecondition), unless it is told to go on with them; DataLoss if what is
// stored cannot be read.
absl::Status SettleConfig(const google::protobuf::Message& config, bool goes_on, RunDirectory* run);

// An empty configuration of `command`: "train", "sample", "eval" or "sft".
std::unique_ptr<google::protobuf::Message> EmptyConfig(absl::string_view command);

// A run's configuration, and the command that it is of.
struct StoredConfig {
  std::string command;
  std::unique_ptr<google::protobuf::Message> config;  // nullptr, and no command, if it is of none.
};
StoredConfig ReadStoredConfig(const std::string& text);

}  // namespace whet

#endif  // WHET_CLI_RUN_CONFIG_H_
