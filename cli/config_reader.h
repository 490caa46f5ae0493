// Reads configurations strictly: whatever is wrong with one is said before anything is loaded, with
// its place and with what to write instead.
#ifndef WHET_CLI_CONFIG_READER_H_
#define WHET_CLI_CONFIG_READER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace whet {

// Where the settings of a configuration come from.
class ConfigPlaces {
 public:
  explicit ConfigPlaces(std::string file) : file_(std::move(file)) {}

  // The setting at `path` stands at `line` and `column` (from 1) of the file.
  void AddInFile(const std::string& path, int line, int column);
  // It was set by the argument `set`; that wins.
  void AddSet(const std::string& path, absl::string_view set);
  // `path` is a list whose elements from `first` to before `end` were set by it; the others behind
  // are gone.
  void AddSetList(const std::string& path, int first, int end, absl::string_view set);

  // "FILE:LINE:COLUMN" or "--set ARGUMENT" of the setting at `path` ("rewards[0].weight"), of the
  // nearest part around it that is set, or "FILE".
  std::string Of(absl::string_view path) const;

  // Whether it is set in the file or by an argument.
  bool Has(absl::string_view path) const { return places_.count(std::string(path)) > 0; }

 private:
  std::string file_;
  std::map<std::string, std::string> places_;
};

// What is wrong with the setting or part at `path`.
struct ConfigError {
  std::string path;
  std::string text;  // "loss.clip_low is -1; it must be in [0, inf)"
};

// Reads the text-format file `path` into `*config`, an empty message of proto/config.proto, and
// then applies `sets`: "optimizer.lr=1e-5", "prompts.file=a.jsonl" (replaces the list),
// "prompts.file+=b.jsonl" (appends), "rewards[0].weight=2". Texts need no quotes there.
//
// Returns NotFound if there is no file. Returns InvalidArgument, a line an error, for: what is not
// text format, unknown settings, values of a wrong type or beyond their range, settings that occur
// twice or are missing, combinations that make no sense (cli/config_checks.h). A line begins with
// the place: "r1.textproto:2:8: no setting "clip_lo" in loss; did you mean "clip_low"?"
absl::Status ReadConfig(const std::string& path, absl::Span<const std::string> sets,
                        google::protobuf::Message* config, ConfigPlaces* places);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_READER_H_
