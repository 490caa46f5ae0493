// Changes of a configuration from the command line.
#ifndef WHET_CLI_CONFIG_SET_H_
#define WHET_CLI_CONFIG_SET_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cli/config_places.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace whet {

// Applies one change to `*config`:
//   optimizer.lr=1e-5, model.device=CPU   a single setting; texts need no quotes
//   prompts.file=a.jsonl                  replaces the list
//   prompts.file+=b.jsonl                 appends to it
//   rewards[0].weight=2                   of an element that is there, by its number
//   rewards[answer].weight=2              or by its name: ElementName of cli/config_schema.h
// Returns InvalidArgument: "--set ARGUMENT: what is wrong".
absl::Status ApplySet(absl::string_view argument, google::protobuf::Message* config,
                      ConfigPlaces* places);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_SET_H_
