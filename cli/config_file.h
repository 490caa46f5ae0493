// A configuration's file: its syntax, and the place of everything in it. cli/config_reader.h is
// what callers want.
#ifndef WHET_CLI_CONFIG_FILE_H_
#define WHET_CLI_CONFIG_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "cli/config_places.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace whet {

// Reads the text-format file `path` into `*config`, an empty message, and enters the place of every
// setting into `*places`. Returns NotFound if there is no file that can be read, InvalidArgument
// with the place for the first thing that is no text format or does not fit the schema.
absl::Status ReadConfigFile(const std::string& path, google::protobuf::Message* config,
                            ConfigPlaces* places);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_FILE_H_
