// What a configuration asks for, in a few lines for people: the plan of a run, and what a run was.
#ifndef WHET_CLI_CONFIG_SUMMARY_H_
#define WHET_CLI_CONFIG_SUMMARY_H_

#include <string>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace whet {

namespace config {
class EvalConfig;
class RulesConfig;
class TrainConfig;
}  // namespace config

// "model      examples/arithmetic/base\n": names stand in a column of their own.
std::string SummaryLine(absl::string_view name, absl::string_view text);

// Lines of what is sampled, rewarded and learnt; not of model and prompts, of which a command that
// has loaded them knows more.
std::string ConfigSummary(const config::TrainConfig& train);
std::string ConfigSummary(const config::EvalConfig& eval);
std::string ConfigSummary(const config::RulesConfig& rescore);

// All of it, of a configuration of any command.
std::string WholeSummary(const google::protobuf::Message& message);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_SUMMARY_H_
