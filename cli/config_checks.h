// What a configuration must fulfil beyond its syntax.
#ifndef WHET_CLI_CONFIG_CHECKS_H_
#define WHET_CLI_CONFIG_CHECKS_H_

#include <string>
#include <vector>

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace whet {

// What is wrong with the setting or part at `path`.
struct ConfigError {
  std::string path;
  std::string text;  // "loss.clip_low is -1; it must be in [0, inf)"
};

// Everything that is wrong with `config`, a message of proto/config.proto: values outside their
// range, needed settings that are missing, combinations that make no sense. In the order of the
// schema.
std::vector<ConfigError> CheckConfig(const google::protobuf::Message& config);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_CHECKS_H_
