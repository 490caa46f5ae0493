// What a configuration must fulfil beyond its syntax.
#ifndef WHET_CLI_CONFIG_CHECKS_H_
#define WHET_CLI_CONFIG_CHECKS_H_

#include <vector>

#include "cli/config_reader.h"

namespace whet {

// Everything that is wrong with `config`, a message of proto/config.proto: values outside their
// range, needed settings that are missing, combinations that make no sense. In the order of the
// schema.
std::vector<ConfigError> CheckConfig(const google::protobuf::Message& config);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_CHECKS_H_
