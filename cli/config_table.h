// Configurations as people and the ledger see them: every setting, defaults included.
#ifndef WHET_CLI_CONFIG_TABLE_H_
#define WHET_CLI_CONFIG_TABLE_H_

#include <string>
#include <vector>

#include "cli/config_places.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace whet {

// A line a setting: its path, its value, and whence it comes ("default", "r1.textproto:7:3",
// "--set").
std::string ConfigTable(const google::protobuf::Message& config, const ConfigPlaces& places);

// The configuration with every default written out, in text format: what is stored with a run.
// Reading it gives the same settings, and so does a later version of whet with other defaults.
std::string FullConfigText(const google::protobuf::Message& config);

// What differs, a line a setting: "optimizer.lr: 1e-06 -> 1e-05". Both are of one type. Settings
// that are written out and those that are left at the same default are equal.
std::vector<std::string> ConfigDifferences(const google::protobuf::Message& before,
                                           const google::protobuf::Message& after);

// Every setting that a file of this type may hold, with meaning, range and default.
std::string ConfigReference(const google::protobuf::Message& config);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_TABLE_H_
