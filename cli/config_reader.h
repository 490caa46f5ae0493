// Reads configurations strictly: whatever is wrong with one is said before anything is loaded, with
// its place and with what to write instead.
#ifndef WHET_CLI_CONFIG_READER_H_
#define WHET_CLI_CONFIG_READER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "cli/config_places.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace whet {

namespace config {
class RulesConfig;
}  // namespace config

// Reads the text-format file `path` into `*config`, an empty message of proto/config.proto, and
// then applies `sets`, which win over the file (cli/config_set.h).
//
// Returns NotFound if there is no file that can be read. Returns InvalidArgument, a line an error,
// for: what is not text format, unknown settings, values of a wrong type, settings that occur twice
// (of these the file's first alone, or those of all `sets`), and if there are none of those, for
// every value beyond its range, setting that is missing and combination that makes no sense
// (cli/config_checks.h). A line begins with the place, "--set ARGUMENT" or the file; columns count
// characters: "r1.textproto:2:8: no setting "clip_lo" in loss; did you mean "clip_low"?"
// After an error `*config` and `*places` are of no use.
absl::Status ReadConfig(const std::string& path, absl::Span<const std::string> sets,
                        google::protobuf::Message* config, ConfigPlaces* places);

// Reads the rules of `path` into `*rules`, an empty message: of a configuration of `whet train` or
// `whet eval`, whose other settings may be anything that such a file may hold, or of a file that
// has rules only. `sets` change the rules. Statuses of ReadConfig.
absl::Status ReadRules(const std::string& path, absl::Span<const std::string> sets,
                       config::RulesConfig* rules);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_READER_H_
